"""Polarity and wording of a judgement after what stands before it: "too", negation, the polite comparative."""

from collections.abc import Sequence

from earmark.copywriting.lexicon.judging import Judgement
from earmark.copywriting.opinions.scope import NEGATIONS, is_negated
from earmark.copywriting.opinions.words import Token


def turned(
    tokens: Sequence[Token], index: int, first: int, judgement: Judgement, plain: str, marks: tuple[str, ...]
) -> tuple[int, str]:
    """Polarity and wording after "too", negation and polite comparatives."""
    words = f"too {plain}" if "too" in marks else plain
    negated = "negation done" not in marks and is_negated(tokens, first) and not _is_understatement(tokens, index)
    if negated and "too" in marks and judgement.sign < 0:
        return 1, f"not {words}"
    if negated and _is_best_ever(tokens, index, judgement):
        return judgement.sign, plain
    if negated:
        return -judgement.sign, f"not {words}"
    if _could_be_better(tokens, index, judgement):
        return -1, f"could be {plain}"
    return judgement.sign, words


def _is_best_ever(tokens: Sequence[Token], index: int, judgement: Judgement) -> bool:
    """``never had better tacos``, ``could not be fresher``: the denied comparative is the strongest there is."""
    if not _is_compared(tokens, index):
        return False
    before = tokens[max(0, index - 6) : index]
    lemmas = {other.lemma for other in before}
    if "be" in lemmas and any(other.lower in ("could", "couldn't") for other in before):
        return True
    return judgement.sign > 0 and bool(lemmas & {"have", "find", "get", "ask", "imagine", "taste", "see"})


def _could_be_better(tokens: Sequence[Token], index: int, judgement: Judgement) -> bool:
    """``could be cleaner``, ``could have been more friendly``: said politely, a complaint."""
    before = [other.lower for other in tokens[max(0, index - 5) : index]]
    return (
        _is_compared(tokens, index)
        and judgement.sign > 0
        and bool({"could", "should"} & set(before))
        and not NEGATIONS & set(before)
    )


def _is_compared(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].tag == "AJC" or (index > 0 and tokens[index - 1].lower == "more")


def _is_understatement(tokens: Sequence[Token], index: int) -> bool:
    """``can't beat``, ``can't go wrong``: idioms of their own carry their negation inside."""
    return tokens[index].role in ("clause", "object") or (
        tokens[index].role == "verb" and any(word in NEGATIONS for word in tokens[index].lower.split())
    )


def too_much(tokens: Sequence[Token], judgement: Judgement, index: int) -> Judgement:
    """``too sweet`` blames; ``not too sweet`` does not; ``not too friendly`` blames what is missing."""
    negated = is_negated(tokens, index)
    if negated and judgement.sign > 0:
        return judgement
    return Judgement(-1, judgement.dimension)
