"""The status of a mention: whether it is denied, and what keeps it from being said of the product here and now.

After ConText (Harkema and others, 2009), with the scope of a cue read from the parse instead of counted in words.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from earmark.copywriting.claims.subjects import clause_head
from earmark.copywriting.claims.tables import ContextRow, context_rows, words

# From these a word hangs on what may deny it.
_PASSES_DENIAL = frozenset(
    [
        "amod",
        "acomp",
        "attr",
        "dobj",
        "pobj",
        "prep",
        "advmod",
        "xcomp",
        "oprd",
        "compound",
        "conj",
        "nmod",
        "nsubj",
        "nsubjpass",
        "npadvmod",
        "acl",
        "prt",
    ]
)
_DENYING = frozenset({"neg", "det", "advmod", "preconj", "nsubj", "nsubjpass", "dep", "cc"})
_ENOUGH_HOPS = 8


def is_negated(tokens: Sequence[Any]) -> bool:
    """Whether a mention is denied: an odd number of denials in its reach.

    Args:
        tokens: of the mention; denials inside it are part of its phrase and do not count again.
    """
    inside = {token.i for token in tokens}
    cues = {cue.i: cue for token in _governed(tokens) for cue in _denials(token) if cue.i not in inside}
    return len(cues) % 2 == 1


def _governed(tokens: Sequence[Any]) -> list[Any]:
    """The words whose denial denies the mention: its own, and those above it up to the verb of its clause."""
    reach: dict[int, Any] = {}
    for token in tokens:
        at, attributive = token, False
        reach[at.i] = at
        for _ in range(_ENOUGH_HOPS):
            if at.dep_ not in _PASSES_DENIAL or at.head == at or _stands_apart(at):
                break
            # "Crappy sound, won't stay in": what is said of the subject leaves its adjectives alone.
            if attributive and at.dep_ in ("nsubj", "nsubjpass"):
                break
            attributive = attributive or at.dep_ in ("amod", "compound", "nmod")
            at = at.head
            reach[at.i] = at
    return list(reach.values())


def _stands_apart(token: Any) -> bool:
    """Whether a word is out of reach: fronted ("For the price, I am not ..."), or of a coordinated clause."""
    if token.dep_ == "prep":
        return bool(token.i < token.head.i)
    if token.dep_ != "conj":
        return False
    own = any(child.dep_ in ("neg", "nsubj", "nsubjpass") for child in token.children)
    return own or any(child.dep_ == "cc" and child.lower_ in ("but", "yet", "while") for child in token.head.children)


def _denials(token: Any) -> Iterator[Any]:
    for child in token.children:
        denies = child.lower_ in words("degree", "turn") and child.dep_ in _DENYING
        if denies and not _followed_by(child, ("only", "just", "sure", "to", "doubt")):
            yield child
    if token.dep_ == "pobj" and token.head.lower_ == "without":
        yield token.head
    if token.dep_ == "dobj" and token.head.lemma_ in ("lack", "lose"):
        yield token.head


def _followed_by(token: Any, following: tuple[str, ...]) -> bool:
    return token.i + 1 < len(token.doc) and token.nbor().lower_ in following


def contexts_of(tokens: Sequence[Any], later: str = "") -> tuple[str, ...]:
    """The categories of context that hold for a mention; empty where it is said of the product here and now.

    Args:
        tokens: of the mention.
        later: the text that follows the sentence, in which a wish may be fulfilled.
    """
    following = f"{tokens[0].doc.text} {later}".lower()
    categories = dict.fromkeys(
        row.category
        for row in context_rows()
        if _holds(row, tokens) and not any(phrase in following for phrase in row.fulfilled)
    )
    return tuple(categories)


def _holds(row: ContextRow, tokens: Sequence[Any]) -> bool:
    head = tokens[0]
    inside = {token.i for token in tokens}
    if row.where == "sentence":
        return any(token.lower_ in row.cues for token in head.doc)
    if row.where == "helps":
        verb = clause_head(head)
        verbs = [verb, verb.head] if verb.dep_ in ("xcomp", "conj", "ccomp") else [verb]
        if verb.lemma_ in row.unless:
            return False
        return any(child.lower_ in row.cues and child.dep_ == "aux" for one in verbs for child in one.children)
    above = list(_above(head))
    if row.where == "marks":
        return any(_marked(node, row, inside) for node in above)
    if any(node.lemma_ in row.above for node in above):
        return False
    return any(_governs(node, row) for node in above if node.i not in inside)


def _marked(node: Any, row: ContextRow, inside: set[int]) -> bool:
    """Whether a conjunction or preposition opens the clause or phrase of this word."""
    if node.dep_ in ("prep", "mark") and node.lower_ in row.cues and node.i not in inside:
        return True
    opens = ("mark", "advmod") if node.dep_ in ("advcl", "pcomp", "ccomp", "relcl", "acl") else ("mark",)
    return any(child.lower_ in row.cues and child.dep_ in opens and child.i not in inside for child in node.children)


def _governs(node: Any, row: ContextRow) -> bool:
    if node.lemma_.lower() not in row.cues:
        return False
    if row.then and not _followed_by(node, tuple(row.then)):
        return False
    if row.negated:
        return any(child.dep_ == "neg" for child in node.children)
    return not {child.lower_ for child in node.children} & row.unless


def _above(token: Any) -> Iterator[Any]:
    """The mention's head and what governs it, as long as the clauses hang together."""
    at = token
    yield at
    for _ in range(_ENOUGH_HOPS):
        if at.head == at or (at.dep_ == "conj" and any(child.dep_ in ("nsubj", "nsubjpass") for child in at.children)):
            return
        at = at.head
        yield at
