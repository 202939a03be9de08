"""Our ways of asking a language model beside the published ones, on the same model and material whose truth is known.

    python benchmarks/prompts.py --model http://localhost:8000/v1#NAME
    make bench NAME=prompts                                            # the scripted models that come with earmark

A script knows nothing of what is asked, so here the figures show that both ways can be asked and read, and not which is
better; they are kept apart from those of a real model (results/prompts_NAME). Material: captions put together from
sounds that the packaged list names, sample reviews with planted facts, sample copy beside its own worst sentence.
"""

import argparse
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from earmark.copywriting.aspects.aspects import ready_set
from earmark.copywriting.reviews import Product, Review, sift_product
from earmark.copywriting.rewards.allure import ModelJudge
from earmark.copywriting.summaries.model_summaries import ModelSummaryConfig, summarise_with_model
from earmark.dissection.concepts.picking import choice_among
from earmark.dissection.describing.model_descriptions import Shared, is_acoustic
from earmark.language import Message
from earmark.language.budget import Budget, BudgetConfig
from earmark.language.choose import open_model, shared_cache
from earmark.language.prompt_files import load_prompt
from earmark.language.structured import ask
from earmark.samples.reviews import make_products
from keeping import keep

SEED, GROUPS, PRODUCTS, PAIRS = 31, 40, 8, 40
SCRIPTS = ("scripted:perfect", "scripted:random")
SOUNDS = {
    "dog": ("a dog barking", "the bark of a dog", "a small dog that barks"),
    "rain": ("rain falling", "heavy rain", "the patter of rain"),
    "bell": ("a bell ringing", "the toll of a bell", "a church bell"),
    "engine": ("an engine idling", "the hum of an engine", "a diesel engine"),
    "crow": ("a crow cawing", "the caw of a crow", "a crow calling"),
    "siren": ("a siren wailing", "the wail of a siren", "a distant siren"),
    "baby": ("a baby crying", "the cry of a baby", "a baby that wails"),
    "clock": ("a clock ticking", "the tick of a clock", "an old clock"),
}
PLACES = ("in a garden", "at night", "in a kitchen", "far away", "by a river", "on a farm", "in a street", "upstairs")
ACOUSTIC = (
    "loud",
    "quiet",
    "shrill",
    "low-pitched",
    "muffled",
    "rhythmic",
    "droning",
    "hissing",
    "high-pitched",
    "noisy",
)
OTHER = ("brown", "wooden", "third", "Italian", "expensive", "parked", "green", "friendly", "plastic", "tall")
DULL = ("It is nice.", "It is a very good place, the very best ever!!!", "Everything was fine and good.")


def groups():
    """Captions of five clips with one sound in common, and its name."""
    draws = random.Random(SEED)
    for number in range(GROUPS):
        sound = list(SOUNDS)[number % len(SOUNDS)]
        others = [name for name in SOUNDS if name != sound]
        lines = [f"{draws.choice(SOUNDS[sound])} {draws.choice(PLACES)}" for _ in range(4)]
        lines += [f"{draws.choice(SOUNDS[sound])} and {draws.choice(SOUNDS[draws.choice(others)])}"]
        yield sound, "\n".join(draws.sample(lines, len(lines)))


def summaries(model, prompts):
    """Groups whose sound the first thing said names."""
    prompt = load_prompt("earmark.dissection", "summary", prompts)
    for sound, captions in groups():
        material = Message(label="captions of the recordings that excited it most", text=captions)
        answer = ask(model, prompt.fill(material, max_tokens=200), Shared)
        shared = answer.value.shared if answer.value else []
        yield bool(shared) and sound in shared[0].lower()


def choices(model, prompts):
    """Groups whose sound is picked from the list."""
    prompt = load_prompt("earmark.dissection", "icl", prompts)
    shape = choice_among(tuple(SOUNDS))
    for sound, captions in groups():
        answer = ask(
            model,
            prompt.fill(
                Message(label="captions of the recordings that excited it most", text=captions),
                Message(label="the list of names", text="\n".join(SOUNDS)),
                max_tokens=64,
            ),
            shape,
        )
        yield answer.value is not None and answer.value.model_dump()["concept"] == sound


def adjectives(model, prompts):
    """Adjectives that are told apart; our own way asks nothing and keeps every adjective of a description."""
    for word in (*ACOUSTIC, *OTHER):
        yield (prompts == "own" or is_acoustic(word, model)) == (word in ACOUSTIC)


def facts(model, prompts):
    """Planted facts of which a summary keeps a claim with the right side."""
    for product in make_products(PRODUCTS, SEED):
        reviews = [
            Review(id=review.id, product_id=product.id, uri=f"sample:{review.id}", text=review.text)
            for review in product.reviews
            if review.usable
        ]
        reviewed = sift_product(Product(id=product.id, name=product.name), reviews)
        known = {"restaurant": "restaurants", "hotel": "hotels", "goods": "goods"}[product.domain]
        claims = []
        for aspect in ready_set(known).aspects:
            found = summarise_with_model(reviewed, aspect, model, ModelSummaryConfig(prompts=prompts))
            claims += found.summary.claims if found.summary else []
        for fact in product.facts:
            if fact.supporting >= 2:
                yield any(
                    claim.polarity == fact.polarity
                    and set(re.findall(r"\w+", claim.descriptor)) & set(fact.words)
                    and set(re.findall(r"\w{4,}", claim.target)) & set(re.findall(r"\w{4,}", fact.target))
                    for claim in claims
                )


def preferences(model, prompts):
    """Pairs of a concrete sentence and a dull one in which the first is preferred, asked in both orders."""
    judge = ModelJudge(model, prompts)
    draws = random.Random(SEED)
    dishes = ("crust", "soup", "terrace", "coffee", "bread", "salad", "pasta", "cake")
    words = ("thin and crisp", "smoky", "shaded", "freshly roasted", "still warm", "crunchy")
    for _ in range(PAIRS):
        vivid = f"The {draws.choice(dishes)} is {draws.choice(words)}, and the {draws.choice(dishes)} tastes of basil."
        dull = draws.choice(DULL)
        yield judge.prefer(vivid, dull, "") == 1.0 and judge.prefer(dull, vivid, "") == 0.0


QUESTIONS = {
    "summary of commonalities names the sound": summaries,
    "choice from a list (ICL)": choices,
    "acoustic adjectives told from others": adjectives,
    "planted facts kept by aspect summaries": facts,
    "the concrete text preferred to the dull one, both orders": preferences,
}


def wilson(hits, count, z=1.96):
    share = hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5 / (1 + z * z / count)
    return f"{share:.0%} ({max(0.0, centre - half):.0%} to {min(1.0, centre + half):.0%})"


def compared(name, budget):
    model = open_model(name, budget, shared_cache(name))
    rows = []
    for question, measure in QUESTIONS.items():
        row = {"model": name, "question": question}
        for prompts in ("own", "published"):
            with budget.during(f"{prompts}: {question}"):
                found = list(measure(model, prompts))
            row[prompts] = wilson(sum(found), len(found))
            row["n"] = len(found)
        rows.append(row)
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--model", help="any name that earmark models check takes; the scripted ones by default")
    arguments.add_argument("--max-requests", type=int)
    given = arguments.parse_args()
    rows = []
    for name in [given.model] if given.model else SCRIPTS:
        rows += compared(name, Budget(BudgetConfig(max_requests=given.max_requests)))
    notes = ["Shares with 95% Wilson intervals."]
    if given.model is None:
        notes.append(
            "Scripted models only: no real language model was run here. A script does not read the instructions, so "
            "equal figures are expected and say nothing of which way of asking is better; our own stays the default "
            "until a real model says otherwise."
        )
    told = re.sub(r"\W+", "_", given.model).strip("_") if given.model else None
    keep(f"prompts_{told}" if told else "prompts", rows, seed=SEED, settings={"groups": GROUPS}, notes=notes)


if __name__ == "__main__":
    main()
