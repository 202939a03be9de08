"""How long `earmark write` waits for a slow model when it asks about one product at a time, and about several at once.

    make bench NAME=write_at_once

The same sample products, each with one question, go to a local server that takes 200 ms a reply; the first round is
not counted. The copy of every round must be the same. The processor's own work, reading and grounding, is not divided
by asking more at once, and is told beside.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "language"))

from fault_server import FaultServer

from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.language.providers.openai_compatible import OpenAICompatible
from earmark.samples.reviews import make_products, review_rows
from earmark.workers import Threads
from keeping import keep

PRODUCTS, ROUNDS, DELAY_S, SEED = 60, 5, 0.2, 41
AT_ONCE = (1, 4, 16)


def main():
    reply = json.dumps({"drafts": ["The staff is friendly."]})
    with tempfile.TemporaryDirectory() as folder, FaultServer(answer=lambda _: reply, delay_s=DELAY_S) as server:
        path = Path(folder) / "reviews.jsonl"
        rows = review_rows(make_products(PRODUCTS, SEED))
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        writer = ModelWriter(OpenAICompatible("m", server.url))

        def timed(workers):
            clock, work = time.perf_counter(), time.process_time()
            made = list(write_copy(path, CopyConfig(), Parts(writer=writer), workers=workers))
            return time.perf_counter() - clock, time.process_time() - work, made

        *_, copies = timed(Threads(AT_ONCE[0]))
        asked = len(server.bodies)
        seconds, work = ({count: [] for count in AT_ONCE} for _ in range(2))
        for _ in range(ROUNDS):
            for count in AT_ONCE:
                taken, worked, made = timed(Threads(count))
                seconds[count].append(taken)
                work[count].append(worked)
                assert made == copies
    alone = seconds[AT_ONCE[0]]
    rows = []
    for count, taken in seconds.items():
        ratios = [one / other for one, other in zip(taken, alone, strict=True)]
        rows.append(
            {
                "questions at once": count,
                "seconds": statistics.median(taken),
                "least": min(taken),
                "most": max(taken),
                "of which the processor's": statistics.median(work[count]),
                "time / one at a time": statistics.median(ratios),
            }
        )
    settings = {"products": PRODUCTS, "questions": asked, "server_s": DELAY_S, "rounds": ROUNDS}
    notes = [f"{asked} questions of {PRODUCTS} products; a reply takes {DELAY_S:g} s; four at once is the default."]
    keep("write_at_once", rows, seed=SEED, settings=settings, notes=notes)


if __name__ == "__main__":
    main()
