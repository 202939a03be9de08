"""What asking through earmark costs beside the bare SDK, how busy a slow server is kept, and how fast the cache is.

    make bench NAME=client

Targets (side by side in one run, medians of 5, of 20 for the cache): 500 requests to an instant local server at most
1.15 times the bare SDK's time; a server that takes 200 ms at least 95% busy at 16-fold concurrency; cache hits at least
half as fast as the bare SQLite query.
"""

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import openai

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "language"))

from fault_server import FaultServer

from earmark.language import Message, Prompt
from earmark.language.cache import Cached, ReplyCache, question_id
from earmark.language.messages import chat_messages
from earmark.language.prompt_files import load_prompt
from earmark.language.providers.openai_compatible import OpenAICompatible
from earmark.language.providers.scripted import Scripted
from earmark.workers import Threads
from keeping import keep

REQUESTS, ROUNDS, CONCURRENCY, DELAY_S = 500, 5, 16, 0.2
CACHE_ROUNDS = 20
SCHEMA = Prompt.model_json_schema()


def prompt(number):
    note = Message(label="note", text=f"number {number}")
    return Prompt(name="q", version="1", instructions="Say something.", data=(note,))


def seconds(action, clock=time.perf_counter):
    start = clock()
    action()
    return clock() - start


def against_the_sdk():
    """Ratios of earmark's client to the bare SDK, one thread each, in turn."""
    with FaultServer() as server:
        bare = openai.OpenAI(api_key="none", base_url=server.url, max_retries=0)
        ours = OpenAICompatible("m", server.url)
        prompts = [prompt(number) for number in range(REQUESTS)]
        plain = [chat_messages(one) for one in prompts]

        def ask_bare():
            for messages in plain:
                bare.chat.completions.create(model="m", messages=messages, max_tokens=512, temperature=0, seed=0)

        def ask_ours():
            for one in prompts:
                ours.reply(one)

        ask_bare(), ask_ours()
        return [seconds(ask_ours) / seconds(ask_bare) for _ in range(ROUNDS)]


def busyness():
    """Share of the ideal throughput that 16 threads reach on a server that takes 200 ms."""
    count = CONCURRENCY * 10
    with FaultServer(delay_s=DELAY_S) as server:
        model = OpenAICompatible("m", server.url)
        list(Threads(CONCURRENCY).map(model.reply, [prompt(-number) for number in range(1, CONCURRENCY + 1)]))
        ideal = count / CONCURRENCY * DELAY_S
        return [
            ideal / seconds(lambda: list(Threads(CONCURRENCY).map(model.reply, map(prompt, range(count)))))
            for _ in range(ROUNDS)
        ]


def cache_hits(make):
    """Speed of a cache hit as a share of the bare query's; every question is new to the program, as in a new run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "replies.sqlite"
        cached = Cached(Scripted(lambda _: "a crisp crust " * 30), ReplyCache(path))
        for number in range(REQUESTS):
            cached.reply(make(number))
        questions = [question_id("scripted", make(number)) for number in range(REQUESTS)]
        connection = sqlite3.connect(path)

        def query():
            for question in questions:
                connection.execute("SELECT model, text, finish FROM replies WHERE question = ?", (question,)).fetchone()

        def hit(prompts):
            for one in prompts:
                cached.reply(one)

        ratios = []
        for _ in range(CACHE_ROUNDS):
            prompts = [make(number) for number in range(REQUESTS)]
            # Neither waits for anything, so the processor's time is told: other work of the machine does not count.
            queried = seconds(query, time.process_time)
            ratios.append(queried / seconds(lambda: hit(prompts), time.process_time))  # noqa: B023
        assert cached.budget.spent.from_cache == CACHE_ROUNDS * REQUESTS
        return ratios


def real_prompt(number):
    """A question of the size that a run asks: its prompt file, a schema, a page of material."""
    review = Message(label="review 1", text=f"number {number}: " + "the crust was thin and crisp. " * 30)
    filled = load_prompt("earmark.copywriting", "aspect_summary").fill(review)
    return filled.model_copy(update={"reply_schema": SCHEMA})


def main():
    figures = {
        "time of 500 requests / bare SDK": (against_the_sdk(), "<= 1.15"),
        "busy share of a 200 ms server, 16 at once": (busyness(), ">= 0.95"),
        "speed of a cache hit / bare SQLite query": (cache_hits(prompt), ">= 0.5"),
        "the same for a question of 3,000 characters": (cache_hits(real_prompt), "-"),
    }
    rows = [
        {
            "figure": name,
            "target": target,
            "median": statistics.median(values),
            "least": min(values),
            "most": max(values),
        }
        for name, (values, target) in figures.items()
    ]
    notes = ["The cache is timed by the processor's clock, the others by the wall's."]
    if os.getloadavg()[0] > os.cpu_count():
        notes.append("Other work held the processors meanwhile: the busy share is lower than on an idle machine.")
    keep(
        "client",
        rows,
        seed=0,
        notes=notes,
        settings={"requests": REQUESTS, "rounds": ROUNDS, "cache_rounds": CACHE_ROUNDS},
    )


if __name__ == "__main__":
    main()
