"""What is a corpus worth? One small policy, taught by three writers, filtered by grounding or not, in three sizes.

    make bench NAME=corpus_worth

The composer, the extractive writer, and a scripted model that stands for a language model: it writes plain copy from
the claims it is shown, and in a third of its sentences it invents, by words that no review has or voices that nobody
counted. A real model was not run here. Every policy starts from the same weights and makes the same number of steps of
the same batch, so that a small corpus is seen more often, and a corpus of much variety is not learned to its end. What
it writes for unseen products, greedily and by sampling, is judged by the truth that the samples were generated from,
and by the three rewards, on which nothing was trained here.

Intervals are 95% bootstrap over products. Each policy and each row is kept in benchmarks/cache and not made again.
"""

import argparse
import json
import random
from functools import partial
from pathlib import Path

import torch

from earmark.copywriting.training.corpus import Corpus, CorpusConfig, make_corpus, save_corpus
from earmark.copywriting.training.finetune import FinetuneConfig, finetune
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.training.small_bart import SmallBartConfig, new_small_bart
from earmark.copywriting.writers.baselines import Extractive
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.evidence import content_id
from earmark.language.providers.scripted import Scripted
from earmark.samples.reviews import make_products
from keeping import keep
from policies import CACHE, WRITER, Judge, Kept, Taught, interval, mean, unseen

PRODUCTS, START, UNSEEN, UNSEEN_START, SEED = 500, 50_000, 100, 40_000, 5
SIZES, BATCH, INVENTED = (150, 500, 1500), 32, 1 / 3
ODD_WORDS = ("crisp", "spacious", "delicious", "sturdy", "quiet", "friendly", "quick", "soft", "bright", "fresh")
ODD_VOICES = ("Nearly all guests mention", "Most buyers praise", "Nearly all buyers mention", "Most guests praise")


def main():
    options = arguments()
    torch.set_num_threads(1)
    cache, kept = options.cache, Kept(options.cache / "rows.json")
    writers = {
        "composer": Composer(),
        "extractive": Extractive(),
        "scripted model, a third invented": ModelWriter(Scripted(scripted), send_raw=True),
    }
    corpora = {
        (name, filtered): made(cache / "corpora" / f"{name}-{filtered}.json", writer, filtered, options.products)
        for name, writer in writers.items()
        for filtered in (True, False)
    }
    if not (cache / "start" / "config.json").is_file():
        pairs = [pair for corpus in corpora.values() for pair in corpus.part("train")]
        texts = [text for pair in pairs for text in (pair.prompt, pair.target)]
        new_small_bart(cache / "start", texts, SmallBartConfig(width=96, layers=2, dropout=0.0))
    judge = Judge(Taught(options.writer), *unseen(options.unseen, UNSEEN_START, SEED), SEED)
    rows = []
    for size in SIZES:
        for (name, filtered), corpus in corpora.items():
            key = f"{name}, {'filtered' if filtered else 'not filtered'}, {size}"
            about = (key, size, corpus, options)
            found = kept.get(key, partial(measured, judge.greedy, *about))
            sampled = kept.get(f"{key}, sampled", partial(measured, judge.sampled, *about))
            rows.append(row(name, filtered, found, sampled))
            save(rows, options)


def made(file, writer, filtered, products):
    """A writer's corpus of everything, or the one that was made before."""
    if file.is_file():
        return Corpus.model_validate_json(file.read_text(encoding="utf-8"))
    half = products // 2
    samples = [*make_products(half, 0, start=START), *make_products(half, 0, start=START + half, reviews=(3, 9))]
    briefs = (brief for _, brief in sample_briefs(samples, SEED, each=4))
    corpus = make_corpus(briefs, writer, CorpusConfig(filtered=filtered, seed=SEED))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(corpus.model_dump_json(), encoding="utf-8")
    return corpus


def taught_policy(key, size, corpus, options):
    """The policy of a row, taught so many pairs; one that was taught before is not taught again."""
    folder = options.cache / content_id(key)
    train = list(corpus.part("train"))
    random.Random(SEED).shuffle(train)
    some = Corpus(
        pairs=(*train[:size], *corpus.part("validation")[:100], *corpus.part("test")), left_out=corpus.left_out
    )
    save_corpus(some, folder / "corpus", CorpusConfig(seed=SEED), f"sample products, {key}")
    config = FinetuneConfig(
        epochs=options.steps * BATCH / len(train[:size]), batch=BATCH, learning_rate=3e-3, patience=9,
        validate_every=options.steps // 3, max_prompt_tokens=256, max_copy_tokens=160, seed=SEED,
    )  # fmt: skip
    return finetune(options.cache / "start", folder / "corpus", folder / "lessons", config)


def measured(write, key, size, corpus, options):
    """What the policy of a row writes, judged."""
    taught = taught_policy(key, size, corpus, options)
    return {
        **write(taught.folder),
        "pairs": min(size, len(corpus.part("train"))),
        "validation loss": taught.best_validation_loss,
        "left out": corpus.left_out,
    }


def row(name, filtered, found, sampled):
    """One line of the table."""
    each = found["each"]
    return {
        "corpus by": name,
        "filtered": "yes" if filtered else "no",
        "pairs": found["pairs"],
        "true gated sum": interval(each["true gated_sum"], SEED),
        "true statements": interval(each["true faithfulness"], SEED),
        "true coverage": interval(each["true coverage"], SEED),
        "the same, sampled": interval(sampled["each"]["true gated_sum"], SEED),
        "statements, sampled": interval(sampled["each"]["true faithfulness"], SEED),
        "other allure": mean(each["true allure"]),
        "gated sum": interval(each["gated sum"], SEED),
        "veracity": mean(each["veracity"]),
        "words": found["words"],
        "distinct-2": found["distinct-2"],
        "validation loss": found["validation loss"],
    }


def scripted(prompt):
    """Plain copy from the claims of the material; in a third of the sentences something is made up."""
    told = {message.label: message.text for message in prompt.data}
    chance = random.Random(content_id(*told.values()))
    count = int(told["the style that is wanted"].splitlines()[0].removeprefix("drafts: "))
    claims = [line.rpartition(" (")[0].split(": ", 1) for line in told["claims counted from reviews"].splitlines()]
    return json.dumps({"drafts": [draft(claims, chance) for _ in range(count)]})


def draft(claims, chance):
    """Two or three sentences on different claims."""
    sentences = []
    for thing, word in chance.sample(claims, min(len(claims), chance.randint(2, 3))):
        opening = chance.choice(("Expect", "Look forward to", "Find", "Enjoy"))
        if chance.random() < INVENTED:
            if chance.random() < 0.5:
                word = chance.choice(ODD_WORDS)
            else:
                opening = chance.choice(ODD_VOICES)
        sentences.append(f"{opening} {word} {thing}.")
    return " ".join(sentences)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", type=Path, default=WRITER)
    parser.add_argument("--cache", type=Path, default=CACHE / "corpus_worth")
    parser.add_argument("--products", type=int, default=PRODUCTS)
    parser.add_argument("--unseen", type=int, default=UNSEEN)
    parser.add_argument("--steps", type=int, default=120)
    return parser.parse_args()


def save(rows, options):
    notes = [
        "The scripted model stands for a language model, whose corpus was not made here.",
        f"Every policy made {options.steps} steps of {BATCH} pairs from the same first weights.",
        "So few steps do not reach the end of a corpus of much variety, the composer's: compare the validation losses.",
        "Greedy text follows what most lessons say, so that what a third invents shows when text is sampled.",
    ]
    settings = {"products": options.products, "unseen": options.unseen, "steps": options.steps, "invented": INVENTED}
    keep("corpus_worth", rows, seed=SEED, settings=settings, notes=notes)


if __name__ == "__main__":
    main()
