"""What stands before a judging word and turns it: negation, as far as it reaches, and "too"."""

from collections.abc import Sequence

from earmark.copywriting.opinions.words import Token

_NEGATING = (
    "not n't never no hardly barely neither nor none nothing nobody without cannot cant dont didnt doesnt wasnt werent"
    " isnt arent wont couldnt lack lacks lacked lacking zero rarely seldom scarcely"
)
NEGATIONS = frozenset(_NEGATING.split())
_SPENT_ON_A_NOUN = frozenset({"no", "without", "zero", "lack", "lacks", "lacked", "lacking", "nothing", "none"})
_DEFINITE = frozenset({"the", "their", "this", "these", "its", "our", "your"})
# What takes a thing and a word for it: "nobody could call the room small".
CALLING = frozenset({"call", "find", "consider", "think", "deem"})
# Behind these a negation denies nothing: "not only", "no doubt".
_NOT_DENYING = {
    "not": frozenset({"only", "just", "to", "sure", "surprisingly", "miss", "forget", "mention"}),
    "no": frozenset({"doubt", "question", "wonder", "matter", "less", "longer"}),
    "n't": frozenset(
        {"wait", "miss", "let", "forget", "only", "just", "mind", "believe", "know", "remember", "beat", "sure"}
    ),
    "nothing": frozenset({"but"}),
    "never": frozenset({"mind"}),
    "cannot": frozenset({"beat"}),
}
_STOPPING = (
    "but although though while whereas because however yet except since which how when unless until -- - ... \u2026"
)
_STOPS = frozenset(';:()[]\u2013\u2014"') | frozenset(_STOPPING.split())


def is_negated(tokens: Sequence[Token], index: int) -> bool:
    """Whether a negation reaches the word at ``index`` from its left."""
    return negation_of(tokens, index) is not None


def negation_of(tokens: Sequence[Token], index: int) -> int | None:
    """Where the negation stands that reaches the word at ``index`` from its left.

    A comma stops it, unless what lies between is one list of adjectives closed by "or" or "nor" ("not clean, quiet or
    comfortable"); "and" stops it unless adjectives alone follow ("not clean and quiet").
    """
    if index and tokens[index - 1].lower in ("here", "there"):
        return None  # "do not go here awful place": sentences without their full stops
    if (behind := _denied_behind(tokens, index)) is not None:
        return behind
    for at in range(index - 1, max(-1, index - 10), -1):
        token = tokens[at]
        if token.lower in _DEFINITE and _is_presupposed(tokens, at, index):
            return None
        if token.lower in NEGATIONS:
            return None if _denies_nothing(tokens, at) or _is_spent(tokens, at, index) else at
        if token.lower in _STOPS or token.role == "clause":
            return None
        if token.lower == "," and not _is_list(tokens, at, index):
            return None
        if token.lower in ("and", "&", "or", "so") and not _only_adjectives(tokens, at + 1, index):
            return None
        # A clause of its own subject ends the reach: "not busy the service was great".
        apart = token.lower in ("i", "we", "they", "he", "she", "it") and not _raises(tokens, at)
        if apart and not (at and tokens[at - 1].lower == "nor"):
            return None
    return None


def _denied_behind(tokens: Sequence[Token], index: int) -> int | None:
    """``cheap the room was not``."""
    if index and tokens[index - 1].lower not in _STOPS | {",", "."}:
        return None
    for at in range(index + 1, min(index + 8, len(tokens))):
        if tokens[at].lower in NEGATIONS and tokens[at - 1].lemma == "be":
            closes = at + 1 >= len(tokens) or tokens[at + 1].lower in _STOPS | {",", ".", "!"}
            return at if closes else None
        if tokens[at].lower in _STOPS | {","}:
            return None
    return None


def _is_presupposed(tokens: Sequence[Token], at: int, index: int) -> bool:
    """``not enough about the kind waiters``, ``no getting around their slow service``: kind and slow they are."""
    governed = at > 0 and tokens[at - 1].tag in ("PRP", "AVP")
    inside = all(token.is_adjective or token.tag[:2] == "AV" or token.is_noun for token in tokens[at + 1 : index])
    return governed and inside and tokens[index].tag != "AJS" and tokens[index].is_adjective


def _is_spent(tokens: Sequence[Token], at: int, index: int) -> bool:
    """``no complaints made it great``: "no" denies its own noun and nothing behind it."""
    if _is_nobody(tokens, at):
        return _nobody_is_spent(tokens[at + 1 : index])
    if tokens[at].lower not in _SPENT_ON_A_NOUN:
        return False
    return any(token.is_noun or token.tag == "PNI" for token in tokens[at + 1 : index]) or (
        tokens[at].lower in ("lack", "lacks", "lacked", "lacking")
        and any(token.lower == "," for token in tokens[at:index])
    )


def _is_nobody(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    return tokens[at].lower == "nobody" or (tokens[at].lower == "no" and following == "one")


def _nobody_is_spent(between: Sequence[Token]) -> bool:
    """``nobody warned me of the slow lift`` denies the warning; ``nobody could call the lift slow``, the slowness."""
    verbs = [place for place, token in enumerate(between) if token.is_verb and token.lemma in CALLING]
    told = any(token.tag in ("PRP", "PRF", "CJT") for token in between[verbs[-1] if verbs else 0 :])
    return told or (not verbs and any(token.is_noun or token.tag == "PNP" for token in between))


def _denies_nothing(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if following == "believe" and at + 2 < len(tokens) and tokens[at + 2].lower == "in":
        return False
    return following in _NOT_DENYING.get(tokens[at].lower, ())


def _raises(tokens: Sequence[Token], at: int) -> bool:
    """``I don't think it is good``: a negated verb of opinion before the pronoun."""
    before = [token.lemma for token in tokens[max(0, at - 3) : at]]
    return bool({"think", "believe", "say", "feel", "find", "consider"} & set(before))


def _is_list(tokens: Sequence[Token], comma: int, index: int) -> bool:
    if not _only_adjectives(tokens, comma + 1, index):
        return False
    closing = index + 1
    while closing < len(tokens) and (tokens[closing].is_adjective or tokens[closing].lower in (",", "very")):
        closing += 1
    joined = closing < len(tokens) and tokens[closing].lower in ("or", "nor")
    return joined or any(token.lower in ("or", "nor") for token in tokens[comma:index])


def _only_adjectives(tokens: Sequence[Token], start: int, end: int) -> bool:
    return all(
        token.is_adjective or token.tag[:2] in ("AV", "XX") or token.lower in (",", "or", "nor", "and", "a", "too")
        for token in tokens[start:end]
    )


def degree_before(tokens: Sequence[Token], index: int) -> str:
    """``too`` where the word at ``index`` is more than it should be, ``enough`` where it suffices, else nothing."""
    before = [token.lower for token in tokens[max(0, index - 2) : index]]
    if before and (
        before[-1] in ("too", "overly", "excessively") or before == ["far", "too"] or before == ["way", "too"]
    ):
        return "too"
    return "enough" if index + 1 < len(tokens) and tokens[index + 1].lower == "enough" else ""
