"""What unlearning costs beside its evaluation passes: choosing, masking and judging every class of 55,000 neurons.

    make bench NAME=unlearning_cost

Target: at most 1.1 times the forward passes that judging needs anyway. The network has the shape of AST-base with
random weights (86 million parameters, 55,296 neurons), clips are short, a class silences 2% of the neurons. Both sides
are taken in turn, in CPU seconds of one thread. Beside them what the published procedure does before it can prune a
class: a mask of Python lists with one entry a weight, here for one block of twelve, multiplied.
"""

import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.networks import AudioNetwork
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.attribution import by_attribution
from earmark.dissection.unlearning.damage import assess
from earmark.dissection.unlearning.listening import PreparedClips, logits_of
from earmark.dissection.unlearning.masks import masks_from, silenced
from earmark.dissection.unlearning.whom import by_closed_concept
from keeping import keep

CLASSES = tuple(f"class {number}" for number in range(5))
CLIPS_A_CLASS = 2
SHARE = 0.02
FRAMES = 64
TURNS = 3
SEED = 100
BLOCKS = 12


def network_of():
    from transformers import ASTConfig, ASTForAudioClassification

    torch.manual_seed(SEED)
    labels = dict(enumerate(CLASSES))
    module = ASTForAudioClassification(ASTConfig(max_length=FRAMES, id2label=labels, label2id={})).eval()
    return AudioNetwork(module, 16_000, None, "AST-base, random", labels=CLASSES)


def clips_of():
    classes = np.repeat(np.arange(len(CLASSES)), CLIPS_A_CLASS)
    values = torch.randn(len(classes), FRAMES, 128, generator=torch.Generator().manual_seed(SEED))
    return PreparedClips(((tuple(range(len(classes))), {"input_values": values}),), classes, tuple(map(str, classes)))


def names_of(taps):
    """A closed list's best name for every neuron, as a dissection keeps it."""
    rng = np.random.default_rng(SEED)
    drawn = [(tap, neuron, int(rng.integers(len(CLASSES)))) for tap in taps for neuron in range(tap.width)]
    common = {"source": "DB", "score_name": "cosine_cubed", "rank": 1}
    return [
        ConceptScore(tap=tap.name, neuron=neuron, concept=CLASSES[index], score=float(rng.random()), **common)
        for tap, neuron, index in drawn
    ]


def evaluation_passes(network, clips):
    """What nobody can do without: one forward pass over all clips for each class."""
    for _ in CLASSES:
        logits_of(network, clips)


def whole(network, taps, clips, before, choose):
    """Choose, mask and judge every class."""
    count = round(SHARE * sum(tap.width for tap in taps))
    for target in range(len(CLASSES)):
        with silenced(network, masks_from(taps, choose(target).best(count))):
            after = logits_of(network, clips)
        assess(before, after, clips.classes, CLASSES, target)


def spent(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def published_block(module):
    """A list of 0 and 1 with an entry for every weight of a block's linear maps, as masks are made there."""
    return [
        [[1] * part.in_features for _ in range(part.out_features)]
        for name, part in module.named_modules()
        if isinstance(part, torch.nn.Linear) and not name.endswith(("q_proj", "k_proj", "v_proj"))
    ]


def published():
    """Seconds, entries and memory of one class, from one block."""
    block = network_of().module.audio_spectrogram_transformer.layers[0]
    seconds = spent(lambda: [torch.tensor(rows) for rows in published_block(block)])
    tracemalloc.start()
    lists = published_block(block)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    entries = sum(len(row) for rows in lists for row in rows)
    return {"seconds a class": BLOCKS * seconds, "entries": BLOCKS * entries, "megabytes": BLOCKS * megabytes}


def main():
    torch.set_num_threads(1)
    network, clips = network_of(), clips_of()
    taps = [tap for tap in find_taps(network) if tap.kind != "classifier"]
    names, before = names_of(taps), logits_of(network, clips)
    ways = {
        "by closed concept": lambda target: by_closed_concept(names, CLASSES[target], taps),
        "by attribution": lambda target: by_attribution(network, taps, clips, target),
    }
    rows = []
    for way, choose in ways.items():
        pairs = [
            (
                spent(lambda: evaluation_passes(network, clips)),
                spent(lambda choose=choose: whole(network, taps, clips, before, choose)),
            )
            for _ in range(TURNS)
        ]
        ratios = sorted(ours / plain for plain, ours in pairs)
        rows.append(
            {
                "choosing": way,
                "neurons": sum(tap.width for tap in taps),
                "classes": len(CLASSES),
                "evaluation passes, CPU s": float(np.median([plain for plain, _ in pairs])),
                "choosing, masking and judging, CPU s": float(np.median([ours for _, ours in pairs])),
                "ratio, median": ratios[len(ratios) // 2],
                "least": ratios[0],
                "most": ratios[-1],
            }
        )
    told = published()
    keep(
        "unlearning_cost",
        rows,
        seed=SEED,
        settings={"frames": FRAMES, "clips": len(clips), "share": SHARE, "turns": TURNS, "threads": 1},
        notes=[
            (
                f"The published way's masks of one class: {told['entries'] / 1e6:.0f} million list entries, "
                f"{told['seconds a class']:.1f} CPU s, {told['megabytes'] / 1e3:.1f} GB (one block times {BLOCKS}); "
                f"ours are {sum(tap.width for tap in taps):,} bytes."
            ),
            "Attribution also runs the class's own clips forward and backward once; random prunes are further passes.",
        ],
    )


if __name__ == "__main__":
    main()
