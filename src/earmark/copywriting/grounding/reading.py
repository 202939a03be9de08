"""Read a sentence of copy back: what it says of what, and by how many, or why that cannot be told.

A closed reading: every word must be accounted for. A word is the name of something judged, a judging word, a count of
voices, the seller's own, a known turn of phrase, or one of a short list that says nothing by itself. What is left over
is something that nothing carries, and so is a judging word that no review says of the same thing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from earmark.copywriting.english import plural_of, singular_of
from earmark.copywriting.grounding.attaching import COPULA, Tie, attached
from earmark.copywriting.grounding.marking import Marks, Words, key_of, mark_runs, mark_voices, unaccounted, words_in
from earmark.copywriting.reviews import split_sentences
from earmark.copywriting.summaries.praise import Support
from earmark.copywriting.summaries.summaries import CountedClaim
from earmark.copywriting.writers.composer.phrases import asides, plain_words

_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{2,300})[\"“”«»]|(?<!\w)[\u2018']([^\u2018\u2019']{2,300})[\u2019'](?!\w)")
_ALSO = re.compile(r"\b(?:so|as|neither|nor) (?:is|are|was|were|do|does)\b", re.IGNORECASE)
# Behind three dots or an emoji.
_PAUSE = re.compile(
    r"(?:(?<=\.\.)|(?<=\u2026)|(?<=[.\u2026][\"')\]\u201d\u2019])|(?<=[\U0001F300-\U0001FAFF\u2600-\u27bf\ufe0f]))\s+"
)
_LABELS = re.compile(r"^(?:\s*(?:[-*•]|\d+[.)])\s+|subject:\s*|headline:\s*|description:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One thing that a sentence says: how a target is judged, and by how many.

    Attributes:
        target: the key of what is judged.
        descriptor: the judging word; ``None`` where it is only praised.
        wording: the count of voices as written (``several``); ``None`` where none are counted.
        voices: where the voices stand in the sentence, to repair them.
    """

    target: str
    descriptor: str | None
    wording: str | None
    voices: tuple[int, int] | None


@dataclass(frozen=True)
class Reading:
    """What a sentence says.

    Attributes:
        text: the sentence.
        said: its judgements.
        seller: what the seller's record or ``--must`` carries.
        quotes: stretches that stand in a review word for word, with the claim whose span holds them.
        problems: why it cannot be told or carried, each a clause.
        aside: whether it says nothing of the product.
    """

    text: str
    said: tuple[Said, ...] = ()
    seller: tuple[str, ...] = ()
    quotes: tuple[tuple[str, CountedClaim], ...] = ()
    problems: tuple[str, ...] = ()
    aside: bool = False


class Reader:
    """Reads copy about one product.

    Args:
        support: what the reviews carry.
        must: what the seller wants said.
    """

    def __init__(self, support: Support, must: Sequence[str] = ()) -> None:
        self._support = support
        # A phrase of several sentences is read sentence by sentence.
        parts = (part for phrase in must for part in re.split(r"(?<=[.!?])\s+", phrase))
        self._must = tuple(dict.fromkeys((*must, *parts)))
        self._facts = dict(support.brief.product.facts)
        self._name = support.brief.product.name

    def units(self, line: str) -> list[tuple[str, ...]]:
        """The sentences of a line, each with those that go on about it; a question and its answer are one."""
        found: list[tuple[str, ...]] = []
        for part in _sentences(_LABELS.sub("", line).strip()):
            if found and _is_question(found[-1][-1]):
                found[-1] = (*found[-1][:-1], f"{found[-1][-1]} {part}")
            elif found and self._goes_on(part):
                found[-1] = (*found[-1], part)
            else:
                found.append((part,))
        return found

    def read(self, sentence: str) -> Reading:
        """Read one sentence."""
        if plain_words(sentence) in asides() and not self._names_something(sentence):
            return Reading(sentence, aside=True)
        marks = Marks(sentence)
        seller = self._mark_seller(marks)
        quotes, problems = self._mark_quotes(marks)
        self._mark_claims(marks)
        voices = mark_voices(marks)
        mark_runs(marks)
        said, loose = attached(marks)
        problems += [f"it does not say what is {word!r}, or says it of nothing that reviews judge" for word in loose]
        self._mark_spans(marks, {target for target, *_ in said})
        problems += unaccounted(marks)
        judged = tuple(found for tie in said for found in _with_voices(tie, voices))
        if any(found.descriptor for found in judged):
            # "The crust is thin, the soup too" would say of the soup what is only known of the crust.
            described = {found.target for found in judged if found.descriptor}
            bare = [found.target for found in judged if found.target not in described]
            problems += [f"it does not say how {target!r} is" for target in dict.fromkeys(bare)]
        if _ALSO.search(sentence):
            problems.append("it says of one thing what is known of another")
        counting = {found.voices for found in judged}
        idle = [wording for start, end, wording in voices if wording and (start, end) not in counting]
        problems += [f"it cannot be told what '{wording}' counts" for wording in idle]
        if not (judged or seller or quotes or problems):
            problems.append("no review and no fact of the seller carries it")
        return Reading(sentence, tuple(dict.fromkeys(judged)), tuple(seller), tuple(quotes), tuple(problems))

    def _goes_on(self, part: str) -> bool:
        """``Friendly, too.``: a judgement that names nothing speaks of what stands before it."""
        if len(part.split()) > 6 or plain_words(part) in asides():
            return False
        marks = Marks(part)
        self._mark_claims(marks)
        owners = {owner[0] for owner in marks.owners if owner}
        return "descriptor" in owners and "target" not in owners

    def _names_something(self, sentence: str) -> bool:
        marks = Marks(sentence)
        self._mark_claims(marks)
        return any(owner and owner[0] == "target" for owner in marks.owners)

    def _mark_seller(self, marks: "Marks") -> list[str]:
        musts = sorted(self._must, key=len, reverse=True)
        found = [f"must: {phrase}" for phrase in musts if marks.claim_phrase(words_in(phrase), ("seller", phrase))]
        if self._name and marks.claim_phrase(words_in(self._name), ("seller", self._name)):
            found.append(f"name: {self._name}")
        for key, value in self._facts.items():
            key_words, value_words = words_in(key), words_in(value)
            alone = key.lower() in ("name", "brand", "category", "website", "url")
            if not value_words or not (
                alone or (marks.holds(key_words) and set(value_words) <= {token.lower for token in marks.tokens})
            ):
                continue
            if marks.claim_phrase(value_words, ("seller", value)):
                found.append(f"{key}: {value}")
                if not alone:
                    marks.claim_all(key_words, ("seller", key))
        return found

    def _mark_quotes(self, marks: "Marks") -> tuple[list[tuple[str, CountedClaim]], list[str]]:
        quotes, problems = [], []
        for match in _QUOTED.finditer(marks.sentence):
            if marks.is_owned(match.start(), match.end(), "seller"):
                continue
            words = plain_words(match[1] or match[2])
            claim = next((claim for claim in self._support.praise if self._quotes(claim, words)), None)
            if claim is None:
                problems.append(f"no praise that may be said is read in the quoted words {match[0]}")
                continue
            quotes.append((match[1] or match[2], claim))
            marks.own(match.start(), match.end(), ("quote", match[0]))
        return quotes, problems

    def _quotes(self, claim: CountedClaim, words: str) -> bool:
        """Whether a span that says so holds these words, and not only after a denial."""
        for span in map(plain_words, self._support.spans(claim)):
            before, found, _ = f" {span} ".partition(f" {words} ")
            if found and not re.search(r"(?:\b(?:not|no|never|hardly|without|nothing|nobody)\b|n't\b)", before):
                return True
        return False

    def _mark_claims(self, marks: "Marks") -> None:
        for words, owner in self._lexicon:
            marks.claim_all(words, owner)
        for number, token in enumerate(marks.tokens):
            if marks.owners[number] and marks.owners[number][0] == "either":  # type: ignore[index]
                before = marks.tokens[number - 1].lower if number else ""
                after_descriptor = number > 0 and (marks.owners[number - 1] or ("",))[0] == "descriptor"
                kind = "descriptor" if before in COPULA and not after_descriptor else "target"
                marks.owners[number] = (kind, token.lower if kind == "descriptor" else key_of((token.lower,)))

    @cached_property
    def _lexicon(self) -> list[tuple[Words, tuple[str, str]]]:
        """Names of what is judged and judging words, longest first."""
        targets: dict[Words, str] = {}
        descriptors: dict[Words, str] = {}
        for claim in self._support.claims:
            for form in (claim.target, claim.surface):
                if words := words_in(form):
                    *front, last = words
                    for variant in (last, singular_of(last), plural_of(singular_of(last))):
                        targets[(*front, variant)] = key_of(words_in(claim.target))
            for form in _verb_forms(claim.descriptor) if claim.form == "verb" else (claim.descriptor,):
                if words := words_in(form):
                    descriptors[words] = claim.descriptor.lower()
        found: list[tuple[Words, tuple[str, str]]] = []
        for words, key in targets.items():
            found.append((words, ("either" if words in descriptors else "target", key)))
        found += [(words, ("descriptor", key)) for words, key in descriptors.items() if words not in targets]
        return sorted(found, key=lambda item: (-len(item[0]), item[0]))

    def _mark_spans(self, marks: "Marks", targets: Iterable[str]) -> None:
        """Words beside a known one that stand, in the same order, in a span of praise for the same target."""
        spans = [
            f" {plain_words(span)} "
            for key in targets
            for claim in self._support.by_target.get(key, [])
            if self._support.against_saying(claim) is None
            for span in self._support.spans(claim)
        ]
        spans = [span for span in spans if not re.search(r"\b(?:not|no|never|without|hardly)\b|n't\b", span)]
        number = 0
        while number < len(marks.tokens):
            if marks.owners[number] or not marks.is_strange(number):
                number += 1
                continue
            end = number
            while end < len(marks.tokens) and not marks.owners[end] and marks.is_strange(end):
                end += 1
            before = marks.tokens[number - 1].lower if number else ""
            after = marks.tokens[end].lower if end < len(marks.tokens) else ""
            run = " ".join(token.lower for token in marks.tokens[number:end])
            beside = (f" {before} {run} " if before else "", f" {run} {after} " if after else "")
            if any(piece and piece in span for piece in beside for span in spans):
                for place in range(number, end):
                    marks.owners[place] = ("span", run)
            number = end


def _sentences(text: str) -> list[str]:
    """The sentences of copy: as those of reviews, and pauses and emoji always end one."""
    found = []
    for start, end in split_sentences(text):
        found += [part for part in _PAUSE.split(text[start:end]) if part]
    return found


def _is_question(sentence: str) -> bool:
    """Whether the next sentence answers it, as in ``The waiters? Fast, say most guests``."""
    return sentence.endswith("?") and len(sentence.split()) <= 5 and plain_words(sentence) not in asides()


def _with_voices(tie: Tie, voices: Sequence[tuple[int, int, str]]) -> list[Said]:
    """A judgement with the count that stands for it: the last before it; the only one, after it, if none is before.

    "Two guests praise the decor; one calls it cosy" says two things of the decor.
    """
    target, descriptor, named, judged = tie
    found = [_said(target, descriptor, judged, voices)]
    before = [voice for voice in voices if voice[0] < named]
    between = [voice for voice in voices if named < voice[0] < judged]
    # The last count before the judging word is spoken for; an earlier one counts those who praise the target at all.
    if general := (before[-1:] or between[:-1][:1]) if between else []:
        found.append(_said(target, None, named, general))
    return found


def _said(target: str, descriptor: str | None, place: int, voices: Sequence[tuple[int, int, str]]) -> Said:
    before = [found for found in voices if found[0] < place]
    chosen = before[-1] if before else voices[0] if len(voices) == 1 else None
    if chosen is None:
        return Said(target, descriptor, None, None)
    return Said(target, descriptor, chosen[2], (chosen[0], chosen[1]))


def _verb_forms(verb: str) -> tuple[str, ...]:
    """``loved``: also ``love``, ``loves``."""
    stem = verb.lower()
    for ending, kept in (("ed", "e"), ("ed", "")):
        if stem.endswith(ending):
            base = stem[: -len(ending)] + kept
            yield_forms = {verb, base, f"{base}s"}
            if kept == "e":
                first = yield_forms
            else:
                return tuple(sorted(first | yield_forms))
    return (verb, f"{verb}s", f"{verb}d", f"{verb}ed")
