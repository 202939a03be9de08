"""Every step that may ask a language model, with and without one, on planted data whose truth is known.

    make bench NAME=model_steps

Models are scripted: ``perfect`` reads the material and says nothing else, ``random`` fills in any words of it,
``inventing`` makes things up. The seed was drawn for the reported run; ``perfect`` was mended once after a look at
seed 48213.

- describe: planted neurons of d' = 2 (benchmark ``planted_neurons``): what the heaviest phrase names of class neurons,
  both halves of mixtures, acoustic properties; noise and dead neurons with a supported description; mean Pearson of the
  class neurons on held-out clips.
- pick: the class of class neurons from the list of classes; the embedded way compares captions with names (DB).
- verify: area under the precision-recall curve of class neurons' embedded descriptions over held-out clips, and the
  chance level; the embedded score on the same clips.
- summarise: facts of sample products that two or more reviews state, found with the right word; claims that no fact is
  behind.
- write: products with copy, sentences that no review carries, half-shared facts covered (benchmark
  ``planted_reviews``).
- judge: copy against the same copy made worse (worn phrases and shouting; nothing concrete left), asked in both orders.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from earmark.copywriting.aspects.aspects import choose_aspect_set
from earmark.copywriting.config import CopyConfig, Parts
from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.evaluation.judging import compare
from earmark.copywriting.opinions import mine_opinions
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.reviews import read_products
from earmark.copywriting.rewards.allure import ModelJudge, RuleJudge
from earmark.copywriting.summaries.grouping import summarise
from earmark.copywriting.summaries.model_summaries import summarise_with_model
from earmark.copywriting.writers.composer import Composer
from earmark.copywriting.writers.model_writer import ModelWriter
from earmark.dissection.acoustics import AcousticScale
from earmark.dissection.concepts.concepts import match_captions, score_concepts
from earmark.dissection.concepts.picking import pick_concepts
from earmark.dissection.describing.features import build_features
from earmark.dissection.describing.model_descriptions import describe_with_model
from earmark.dissection.describing.phrases import lemmas_of
from earmark.dissection.describing.summaries import describe
from earmark.dissection.recording.selection import select
from earmark.dissection.verification.detection import detect_with_model
from earmark.dissection.verification.verification import verify
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.language.providers.personas import persona
from earmark.samples.reviews import make_products
from keeping import keep
from planted_neurons import _ATTRIBUTES
from planted_pool import Judge, clip_set_of, make_pool, noisy_captions, plant, record_planted
from planted_reviews import judge as judge_copy
from planted_reviews import save

SEED, PER_CLASS, STRENGTH, PRODUCTS = 71530, 24, 2.0, 24
MODELS = ("perfect", "random", "inventing")
WORN = " Truly amazing, the best, a must! You simply will not believe how great and unique it is!"
EMPTY = "Very nice. Really good, great and perfect in every way. Everything is just great, and it is nice."


def main():
    rows = [*neuron_steps(), *review_steps()]
    keep(
        "model_steps",
        rows,
        seed=SEED,
        settings={"per_class": PER_CLASS, "d'": STRENGTH, "products": PRODUCTS, "wrong captions": 0.1, "missing": 0.2},
        notes=NOTES,
    )


NOTES = [
    "A row is as good as the embedded one where its figure is at least as high (at least as low where it says so).",
    (
        "Describing, the embedded writer weighs every shown clip, a model reads twelve captions a side, as published: "
        "where one caption in ten is wrong and one in five missing, that is less to go on. Mixtures suffer most: the "
        "half that the twelve strongest clips happen to show less is not seen."
    ),
    "Picking, a model reads five captions, as published; comparing captions with names weighs all shown ones.",
    (
        "Summarising, the scripted reader knows plain sentences (the X was Y) and not the turns that the embedded "
        "miner reads; what it claims is checked against the reviews all the same."
    ),
    "Verifying, the chance beside is one answer for all clips; an order drawn by chance averages .41 on 8 of 24.",
    "The embedded score of 'verify' knows the weights of the phrases, and acoustic measures, which no caption says.",
]


def neuron_steps():
    embedder = EachTextOnce(SentenceVectors())
    pool = make_pool(SEED, PER_CLASS)
    clip_set = clip_set_of(pool)
    told = noisy_captions(pool, SEED, "column")
    features = build_features(clip_set, told, pool.measures, embedder)
    scale = AcousticScale.fit([pool.measures[row] for row in np.flatnonzero(pool.is_shown)])
    words = {caption.clip_id: caption.text for caption in told}
    captions = {
        clip.id: ". ".join(filter(None, (words.get(clip.id), scale.caption(pool.measures[row]))))
        for row, clip in enumerate(clip_set.clips)
    }
    by_row = {row: captions[clip.id] for row, clip in enumerate(clip_set.clips)}
    planted, values = plant(pool, SEED, STRENGTH)
    activations = record_planted(pool, planted, values)
    evidence = select(activations, clip_set)
    embedded = describe(activations, evidence, features, None, SEED)
    described = {"embedded": embedded}
    for name in MODELS:
        described[name] = describe_with_model(persona(name), activations, evidence, captions, features, embedder)
    for name, said in described.items():
        yield describe_row(name, said, activations, features, clip_set, planted, Judge(pool))
    classes = tuple(dict.fromkeys(str(label) for label in pool.labels))
    matched = match_captions(told, clip_set.clips, classes, embedder)
    best = [row for row in score_concepts(activations, matched, ("cosine_cubed",)) if row.rank == 1]
    yield pick_row("embedded", best, planted)
    for name in MODELS:
        yield pick_row(name, pick_concepts(persona(name), activations, by_row, classes).scores, planted)
    mine = [one for one, what in zip(embedded, planted, strict=True) if what.kind == "class"]
    for name in MODELS:
        found = detect_with_model(persona(name), mine, activations, by_row, features, clip_set, seed=SEED)
        if name == MODELS[0]:
            yield verify_row("embedded", found, "embedded_auprc")
        yield verify_row(name, found, "auprc")


def describe_row(name, said, activations, features, clip_set, planted, judge):
    verdicts = {
        row.neuron.index: row
        for row in verify(said, activations, features, clip_set, None, SEED)
        if row.subject == "description"
    }
    right, of, fits = Counter(), Counter(), []
    for one, neuron in zip(said, planted, strict=True):
        phrases = [(frozenset(lemmas_of(p.text)), p.attribute or _ATTRIBUTES.get(lemmas_of(p.text))) for p in
                   sorted(one.phrases, key=lambda phrase: -phrase.weight)]  # fmt: skip
        named = [any(judge.names(what, *phrase) for phrase in phrases) for what in neuron.names]
        verdict = verdicts.get(one.neuron.index)
        of[neuron.kind] += 1
        if neuron.kind == "class":
            right["class"] += bool(phrases) and judge.names(neuron.names[0], *phrases[0])
            fits.append(verdict.pearson if verdict and verdict.pearson is not None else 0.0)
        elif neuron.names:
            right[neuron.kind] += all(named)
        else:
            right[neuron.kind] += verdict is not None and verdict.verdict.outcome == "supported"
    idle = f"{(right['noise'] + right['dead']) / (of['noise'] + of['dead']):.0%}"
    shares = {kind: f"{right[kind] / of[kind]:.0%}" for kind in ("class", "acoustic", "mixture")}
    figures = f"class {shares['class']}, acoustic {shares['acoustic']}, mixture {shares['mixture']}"
    return row_of("describe", name, figures, f"idle supported {idle} (low), class Pearson {np.mean(fits):.2f}")


def pick_row(name, scores, planted):
    chosen = {row.neuron: row.concept for row in scores}
    mine = [(at, neuron.names[0]) for at, neuron in enumerate(planted) if neuron.kind == "class"]
    right = sum(chosen.get(at, "").replace("_", " ") == label.replace("_", " ") for at, label in mine)
    return row_of("pick", name, f"{right} of {len(mine)} classes", f"{len(scores)} neurons named")


def verify_row(name, found, figure):
    judged = [row for row in found if row.auprc is not None]
    if not judged:
        return row_of("verify", name, "none", found[0].reason)
    area, chance = (float(np.mean([getattr(row, each) for row in judged])) for each in (figure, "auprc_chance"))
    more = f", F1 {np.mean([row.f1 for row in judged]):.2f} (chance {np.mean([row.f1_chance for row in judged]):.2f})"
    return row_of(
        "verify",
        name,
        f"AUPRC {area:.2f} (chance {chance:.2f})",
        f"{len(judged)} of {len(found)} judged{'' if name == 'embedded' else more}",
    )


def review_steps():
    products = {product.id: product for product in make_products(PRODUCTS, SEED)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.jsonl"
        save(path, products.values())
        parts = CopyRequest(reviews=str(path)).parts()
        reviewed = list(read_products(path))
        yield summary_row("embedded", products, [(one, embedded_claims(one, parts.embedder)) for one in reviewed])
        for name in MODELS:
            yield summary_row(name, products, [(one, model_claims(one, persona(name))) for one in reviewed])
        texts = {}
        for name, writer in (("embedded", Composer()), *((one, ModelWriter(persona(one))) for one in MODELS)):
            found = Counter()
            made = write_copy(path, CopyConfig(seed=SEED), Parts(writer=writer, embedder=parts.embedder))
            for copy in made:
                judge_copy(copy, products[copy.product_id], found)
                if name == "embedded" and copy.text:
                    texts[copy.product_id] = copy.text
            yield row_of(
                "write",
                name,
                f"{found['covered']} of {found['due']} facts",
                f"{found['copies']} with copy, {found['unsupported']} sentences unsupported (low), "
                f"{found['withheld']} withheld",
            )
        yield judge_row("embedded", RuleJudge(), texts.values())
        for name in MODELS:
            yield judge_row(name, ModelJudge(persona(name)), texts.values())


def embedded_claims(reviewed, embedder):
    aspects = choose_aspect_set(reviewed.product, reviewed.sentences)
    opinions = mine_opinions(reviewed, aspects.aspects, embedder)
    return [claim for one in summarise(reviewed, opinions, aspects.aspects, embedder) for claim in one.claims]


def model_claims(reviewed, model):
    aspects = choose_aspect_set(reviewed.product, reviewed.sentences)
    found = [summarise_with_model(reviewed, aspect, model).summary for aspect in aspects.aspects]
    return [claim for summary in found if summary is not None for claim in summary.claims]


def summary_row(name, products, claimed):
    found, due, false, claims = 0, 0, 0, 0
    for reviewed, said in claimed:
        facts = products[reviewed.product.id].facts
        shared = [fact for fact in facts if fact.supporting >= 2]
        due += len(shared)
        found += sum(any(states(claim, fact) for claim in said) for fact in shared)
        claims += len(said)
        false += sum(not any(states(claim, fact) or contradicts(claim, fact) for fact in facts) for claim in said)
    return row_of("summarise", name, f"{found} of {due} facts", f"{false} of {claims} claims without a fact (low)")


def states(claim, fact):
    """Whether a claim is the fact: its target by the last word, in any wording of its scale, of its polarity."""
    return (
        same_thing(claim.target, fact.target)
        and claim.polarity == fact.polarity
        and any(word in claim.descriptor.lower() for word in fact.words)
    )


def contradicts(claim, fact):
    return (
        same_thing(claim.target, fact.target)
        and claim.polarity != fact.polarity
        and any(word in claim.descriptor.lower() for word in fact.opposites)
    )


def same_thing(one, other):
    return one.split()[-1].rstrip("s")[:6] == other.split()[-1].rstrip("s")[:6]


def judge_row(name, judge, texts):
    pairs = [(text, worse) for text in texts for worse in (text + WORN, EMPTY)]
    met = [compare(judge, pair, [(0, 1)]) for pair in pairs]
    right = sum(one.score == 1.0 for each in met for one in each)
    agreed = sum(one.agreed for each in met for one in each)
    return row_of("judge", name, f"{right} of {len(pairs)} pairs", f"{agreed} alike in both orders")


def row_of(step, who, figure, more):
    print(step, "|", who, "|", figure, "|", more, file=sys.stderr, flush=True)
    return {"step": step, "who": who, "figure": figure, "besides": more}


if __name__ == "__main__":
    main()
