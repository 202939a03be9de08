"""Aspects: ready sets, the choice among them, a user's own, and those that only the reviews name."""

from pathlib import Path

import numpy as np
import pytest

from earmark.copywriting.aspects.aspects import READY_SETS, choose_aspect_set, read_aspect_set, ready_set
from earmark.copywriting.aspects.discovery import discover_aspects
from earmark.copywriting.opinions import mine_opinions
from earmark.copywriting.reviews import Product, Review, sift_product
from earmark.errors import InvalidInput, UnknownName

pytest.importorskip("HanTa")
pytest.importorskip("vaderSentiment")


def product(*texts: str, category: str | None = None):
    reviews = [Review(id=f"p:{n}", product_id="p", uri=f"f:{n}", text=text) for n, text in enumerate(texts)]
    return sift_product(Product(id="p", category=category), reviews)


@pytest.mark.parametrize("name", READY_SETS)
def test_every_ready_aspect_asks_questions_and_has_words(name: str) -> None:
    ready = ready_set(name)
    assert ready.aspects[-1].name == "overall"
    assert all(aspect.queries and aspect.words for aspect in ready.aspects)
    assert all(query.endswith("?") for aspect in ready.aspects for query in aspect.queries)


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("The waiter brought cold soup and the pizza was late.",), "restaurants"),
        (("The bed was hard and the front desk slow at check-in; no towels in the bathroom.",), "hotels"),
        (("The battery lasts two days, the device feels solid and the charger fits.",), "goods"),
        (("My stylist took time for the haircut and the appointment was on time.",), "services"),
        (("The store has a wide selection on its shelves and the cashier was quick.",), "shops"),
        (("Words that point nowhere.",), "goods"),
    ],
)
def test_the_set_is_chosen_by_what_reviews_speak_of(texts: tuple[str, ...], name: str) -> None:
    chosen = choose_aspect_set(Product(id="p"), product(*texts).sentences)
    assert chosen.name == name


def test_a_category_that_names_a_set_wins() -> None:
    one = product("Words that point nowhere.", category="Hotels & Motels")
    assert choose_aspect_set(one.product, one.sentences).name == "hotels"


OWN = """
name = "kettles"

[[aspect]]
name = "pouring"
queries = ["Does it pour without a drip?"]
words = ["spout", "pour"]
descriptors = ["drippy"]

[[aspect]]
name = "overall"
queries = ["Would they buy it again?"]
words = "kettle"
"""


def test_a_users_own_aspects_are_read_and_used(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    own = read_aspect_set(path)
    (opinion, *_) = mine_opinions(product("The spout is excellent."), own.aspects)
    assert (opinion.aspect, opinion.target) == ("pouring", "spout")
    assert own.aspect("pouring").descriptors == ("drippy",)
    with pytest.raises(UnknownName, match="pouring"):
        own.aspect("poring")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "is not TOML"),
        ('name = "x"', r"has no \[\[aspect\]\]"),
        ('[[aspect]]\nqueries = ["a?"]', "aspect 1 has no name"),
        ('[[aspect]]\nname = "a"\nwords = ["b"]', "needs queries"),
        ('[[aspect]]\nname = "a"\nqueries = ["b?"]', "needs words"),
        ('[[aspect]]\nname = "a"\nqueries = ["b?"]\nwords = 3', "words must be a list"),
        ('[[aspect]]\nname = "a"\nqueries = ["b?"]\nwords = "c"\nquery = "d"', "'query', which is none of"),
        ('[[aspect]]\nname = "a"\nqueries = ["b?"]\nwords = "c"\n' * 2, "two aspects named 'a'"),
    ],
)
def test_a_faulty_file_of_aspects_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=told):
        read_aspect_set(path)


def test_a_missing_file_of_aspects_and_an_unknown_class_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_aspect_set(tmp_path / "none.toml")
    path = tmp_path / "own.toml"
    path.write_text('[[aspect]]\nname = "a"\nqueries = ["b?"]\nclasses = "drinc"')
    with pytest.raises(UnknownName, match="drink"):
        read_aspect_set(path)


class _ByTable:
    """Two directions: what is about ropes, and everything else."""

    name = "table"

    def embed(self, texts):
        rows = [[1.0, 0.0] if text in ("rope", "knot") else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


def test_targets_that_no_aspect_names_found_an_aspect_of_their_own() -> None:
    texts = [f"The rope is excellent, said {name}. The knot is awful. A nice saddle." for name in ("Ann", "Bo")]
    texts += ["The rope was strong and the rope is superb.", "A superb rope. A superb saddle.", "I liked the saddle."]
    known = ready_set("goods")
    found = discover_aspects([product(*texts)], known, _ByTable())
    assert [aspect.name for aspect in found.aspects if aspect not in known.aspects] == ["rope", "saddle"]
    assert found.aspects[-1] == known.aspects[-1]
    again = mine_opinions(product("The rope is excellent."), found.aspects)
    assert [opinion.aspect for opinion in again] == ["rope"]
