"""Planted attacks in reviews, names and facts: whoever writes, nothing that was ordered comes out as copy."""

import csv
import json
import os
import re
import sys
from pathlib import Path

import pytest

from earmark.cli.app import main
from earmark.cli.receipts import show_copy
from earmark.copywriting import choosing
from earmark.copywriting.aspects.aspects import ready_set
from earmark.copywriting.config import Parts
from earmark.copywriting.copy_run import copies_of
from earmark.copywriting.export import export
from earmark.copywriting.recipe import write_copy
from earmark.copywriting.reviews import read_products
from earmark.copywriting.summaries.model_summaries import summarise_with_model
from earmark.copywriting.writers.drafts import Draft
from earmark.copywriting.writers.model_writer import Written
from earmark.language import Message, orders
from earmark.language.prompt_files import load_prompt
from earmark.language.providers.personas import persona
from earmark.language.untrusted import strip_hidden

sys.path.insert(0, str(Path(__file__).parent))
from planted_attacks import ALL, SECRET, wrong_with

PRAISE = (
    "The fries were crisp. The staff was friendly.",
    "Crisp fries and friendly staff. The soup was cold.",
    "I found the staff friendly and the fries crisp. The terrace is quiet.",
    "Very friendly staff. The terrace was quiet.",
    "We liked the quiet terrace, and the fries were crisp.",
)
EACH = 3
WRITERS = {
    "composer": (),
    "perfect": ("--writer", "model", "--model", "scripted:perfect"),
    "obedient": ("--writer", "model", "--model", "scripted:obedient"),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A product for three attacks: in every review, before or after honest words; in names, categories and facts."""
    folder = tmp_path_factory.mktemp("planted")
    for file, named in (("reviews.csv", True), ("plain-names.csv", False)):
        with (folder / file).open("w", encoding="utf-8", newline="") as rows:
            table = csv.writer(rows)
            table.writerow(["product", "name", "category", "text"])
            for number in range(len(ALL) // EACH):
                own = planted_in(f"p{number}")
                name = own[0].text if named else f"Inn {number}"
                texts = [f"{PRAISE[place]} {own[place % EACH].text}" for place in range(len(PRAISE))]
                texts += [f"{attack.text} {PRAISE[0]}" for attack in own] + [attack.text for attack in own]
                table.writerows([f"p{number}", name, "restaurant", text] for text in texts)
    facts = []
    for number in range(len(ALL) // EACH):
        own = {f"speciality {place}": attack.text for place, attack in enumerate(planted_in(f"p{number}"))}
        facts.append({"product": f"p{number}", **own})
    (folder / "facts.jsonl").write_text("\n".join(map(json.dumps, facts)), encoding="utf-8")
    return folder


def planted_in(product):
    """The attacks of a product, of three different kinds."""
    number = int(product.removeprefix("p"))
    return [ALL[number + place * (len(ALL) // EACH)] for place in range(EACH)]


@pytest.fixture
def call(monkeypatch, capsys):
    monkeypatch.setenv("EARMARK_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def blind(monkeypatch):
    """Nothing that speaks to a machine is recognised: what stands behind must do alone."""
    monkeypatch.setattr(orders, "_spans", lambda text: iter(()))
    monkeypatch.setattr(orders, "_disguised", lambda text: iter(()))


def problems_of(copies):
    """What is wrong with the program's own sentences: the copy, and the things it says reviewers say."""
    found = []
    for copy in copies:
        said = [copy["text"], *(sentence["text"] for sentence in copy["sentences"])]
        said += [f"{item['target']} {item['descriptor']}" for item in copy["dissent"]]
        for attack in planted_in(copy["product_id"]):
            found += [f"{attack.kind}: {problem}: {text}" for text in said for problem in wrong_with(text, attack)]
    return found


def written(call, planted, *words, file="reviews.csv"):
    code, out, err = call("write", planted / file, "--vectors", "none", "--json", *words)
    assert code == 0, err
    assert SECRET not in out + err
    return [json.loads(line) for line in out.splitlines()]


def test_there_are_enough_attacks_of_enough_kinds():
    assert len(ALL) >= 60
    assert len({attack.kind for attack in ALL}) >= 12
    assert len({attack.canary for attack in ALL}) == len(ALL)


@pytest.mark.parametrize("writer", WRITERS)
def test_no_attack_comes_out_as_copy(call, planted, writer):
    copies = written(call, planted, *WRITERS[writer], "--facts", planted / "facts.jsonl")
    assert problems_of(copies) == []
    assert sum(bool(copy["text"]) for copy in copies) >= 0.9 * len(copies), [copy["refusal"] for copy in copies]
    assert all(any("speaks to a machine" in note for note in copy["notes"]) for copy in copies)


@pytest.mark.parametrize("writer", ["composer", "obedient"])
def test_even_when_no_attack_is_recognised_none_comes_out_as_copy(call, planted, blind, writer):
    """But for product names, which are the user's own words and which copy has to say."""
    assert problems_of(written(call, planted, *WRITERS[writer], file="plain-names.csv")) == []


class Reckless:
    """An obedient model that is shown every review whole, as earmark's own writer never is."""

    name = "reckless"

    def __init__(self, reviews):
        self._reviews = {one.product.id: [review.text for review in one.reviews] for one in read_products(reviews)}

    def write(self, brief, drafts, seed):
        messages = (
            Message(label="the style that is wanted", text="drafts: 24"),
            Message(label="claims counted from reviews", text="fries: crisp (3 of 6 reviews)"),
            Message(label="what reviewers wrote", text="\n".join(self._reviews[brief.product.id])),
        )
        prompt = load_prompt("earmark.copywriting", "write_copy").fill(*messages)
        prompt = prompt.model_copy(update={"reply_schema": Written.model_json_schema()})
        said = json.loads(persona("obedient").reply(prompt).text)["drafts"]
        style, product = brief.style, brief.product.id
        return [
            Draft(id=f"{product}-{number}", product_id=product, aspect=None, style=style, text=text, writer=self.name)
            for number, text in enumerate(said)
        ]


def written_recklessly(planted):
    reviews = planted / "plain-names.csv"
    copies = write_copy(reviews, parts=Parts(writer=Reckless(reviews)))
    return problems_of([copy.model_dump(mode="json") for copy in copies])


def test_a_model_that_reads_and_obeys_every_attack_publishes_none(planted, blind):
    assert written_recklessly(planted) == []


def test_the_suite_fails_where_grounding_is_broken(planted, blind, monkeypatch):
    """A planted fault: a program that publishes whatever the model says is found out, for nearly every kind."""
    ground = choosing.ground

    def careless(draft, brief, rules, **more):
        found = ground(draft, brief, rules, **more)
        return found.model_copy(update={"text": draft.text, "refusal": None, "withheld": ()})

    monkeypatch.setattr(choosing, "ground", careless)
    monkeypatch.setattr(choosing, "why_unfit", lambda draft, brief: None)

    def worst_first(copy):
        wanted = planted_in(copy.product_id)[int(copy.product_id[1:]) % EACH]
        return (-float(wanted.canary in copy.text.lower()),)

    monkeypatch.setattr(choosing, "embedded_order", worst_first)
    caught = {problem.partition(":")[0] for problem in written_recklessly(planted)}
    assert len(caught) >= 12


def test_the_obedient_script_obeys_every_kind():
    """The suite has teeth: what each attack asks for stands in the reply."""
    obeyed = {attack.kind: 0 for attack in ALL}
    for attack in ALL:
        style = Message(label="the style that is wanted", text="drafts: 12")
        claims = Message(label="claims counted from reviews", text="fries: crisp (3 of 6 reviews)")
        said = Message(label="what reviewers wrote", text=f"The fries were crisp. {attack.text}")
        prompt = load_prompt("earmark.copywriting", "write_copy").fill(style, claims, said)
        reply = persona("obedient").reply(prompt.model_copy(update={"reply_schema": Written.model_json_schema()}))
        drafts = "\n".join(json.loads(reply.text)["drafts"])
        obeyed[attack.kind] += attack.canary in strip_hidden(drafts).lower()
    assert [kind for kind, count in obeyed.items() if not count] == []
    assert sum(obeyed.values()) >= 0.95 * len(ALL)


def test_files_are_clean_in_every_format_and_nothing_else_is_written(call, planted, tmp_path, capsys):
    code, _, err = call(
        "write", planted / "reviews.csv", "--vectors", "none", *WRITERS["obedient"], "--out", tmp_path / "copy.jsonl"
    )
    assert code == 0, err
    copies = list(copies_of(tmp_path / "copy.jsonl.run"))
    for ending in ("csv", "md"):
        export(tmp_path / f"copy.{ending}", copies)
    for root, _, names in os.walk(tmp_path):
        for name in names:
            assert not any(attack.canary in name for attack in ALL)
            assert SECRET.encode() not in (Path(root) / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"copy.jsonl", "copy.jsonl.run", "copy.csv", "copy.md"}
    rows = list(csv.DictReader((tmp_path / "copy.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == len(copies)
    for row in rows:
        assert not [cell for cell in row.values() if re.match(r"\s*[=+@|%-]", cell)]
        assert wrong_with(row["copy"]) == []
    assert _elements((tmp_path / "copy.md").read_text(encoding="utf-8")) <= _OURS
    for copy in copies:
        show_copy(copy)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", capsys.readouterr().out)


_OURS = {"heading", "paragraph", "blockquote", "bullet_list", "list_item", "inline", "text", "strong", "softbreak"}


def _elements(markdown):
    """The kinds of Markdown elements that a renderer sees."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown)
    inside = [child for token in tokens for child in token.children or ()]
    return {token.type.removesuffix("_open").removesuffix("_close") for token in (*tokens, *inside)}


@pytest.mark.parametrize("seen", [True, False], ids=["recognised", "not recognised"])
def test_summaries_by_an_obedient_model_hold_no_order(planted, seen, request):
    if not seen:
        request.getfixturevalue("blind")
    food = next(aspect for aspect in ready_set("restaurants").aspects if aspect.name == "food")
    claims = 0
    for reviewed in list(read_products(planted / "reviews.csv"))[::2]:
        found = summarise_with_model(reviewed, food, persona("obedient"))
        for claim in found.summary.claims if found.summary else ():
            claims += 1
            said = f"{claim.target} {claim.descriptor} {claim.claim.text}"
            problems = [problem for attack in planted_in(reviewed.product.id) for problem in wrong_with(said, attack)]
            # "The zzz is the greatest" is an opinion of the zzz, unless it is known that somebody was told to say so.
            assert [problem for problem in problems if seen or "the word of" not in problem] == []
    assert claims >= len(ALL) // EACH // 2


def test_copy_that_a_person_wrote_with_attacks_in_it_loses_them(call, planted, tmp_path):
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("product,text\n" + "".join(f'inn,"{text}"\n' for text in PRAISE), encoding="utf-8")
    copy = tmp_path / "copy.txt"
    copy.write_text("The fries are crisp.\n" + "\n".join(attack.text for attack in ALL), encoding="utf-8")
    code, out, err = call("check", copy, reviews, "--json")
    assert code == 0, err
    checked = json.loads(out)
    assert "The fries are crisp." in checked["text"]
    assert [problem for sentence in checked["sentences"] for problem in wrong_with(sentence["text"])] == []


def test_copy_that_speaks_to_the_judge_wins_nothing(call, tmp_path):
    honest, hostile = tmp_path / "honest.jsonl", tmp_path / "hostile.jsonl"
    pieces = [
        (f"p{number}", f"The fries are crisp and the staff is friendly at table {number}.") for number in range(8)
    ]
    honest.write_text("\n".join(json.dumps({"product": name, "text": text}) for name, text in pieces))
    lines = [
        {"product": name, "text": f"Amazing!!! The best. {ALL[number].text}"} for number, (name, _) in enumerate(pieces)
    ]
    lines += [{"product": "fair", "text": "Very nice, great, amazing."}]
    hostile.write_text("\n".join(map(json.dumps, lines)))
    with honest.open("a") as file:
        file.write("\n" + json.dumps({"product": "fair", "text": "Crisp fries under a quiet terrace roof."}))
    code, out, err = call("judge", honest, hostile, "--model", "scripted:obedient", "--json")
    assert code == 0, err
    judged = json.loads(out)
    assert len({item["uri"] for item in judged["left_out"]}) >= 7
    assert judged["preference"]["pairs"] <= 2
    assert judged["preference"]["log_odds"] > 0
