"""Pairs of a target and what is said of it, in one sentence: who is judged, how, and whether it may count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from earmark.copywriting.lexicon.judging import UNKNOWN, Judgement, Lexicon, load_phrases, signed
from earmark.copywriting.opinions.scope import NEGATIONS, degree_before, is_negated
from earmark.copywriting.opinions.setting import setting_of
from earmark.copywriting.opinions.targets import (
    PERSONS,
    Target,
    after_noun,
    appended,
    attributive,
    behind_preposition,
    objects_of,
    predicative,
    subjects_of,
)
from earmark.copywriting.opinions.words import Token
from earmark.copywriting.summaries import Form

Implied = Callable[[str], str | None]
"""The word that names the aspect which a descriptor implies: ``delicious`` to ``food``."""

# Nouns that are judged in reviews and are not the product.
_OTHER_THINGS = (
    "friend wife husband kid son daughter mom mother dad father family boyfriend girlfriend fiance sister brother"
    " cousin birthday day week month year weather traffic yelp review yelper reviewer opinion rating star life"
    " world mood appetite tooth date baby dog cat morning weekend afternoon evening night summer winter rain"
    " hangover headache stomach mouth eye hand head heart luck news reason way thing lot one other something"
    " anything nothing someone anyone bit kind sort fan idea question time sense fact point mile minute hour block"
    " town city state country area-code part rest end start beginning difference expectation hope"
)
_NOT_THE_PRODUCT = frozenset(_OTHER_THINGS.split())
_SAYS_NOTHING = frozenset(["alternative", "bet", "touch", "addition", "surprise", "plus", "find"])
_WRITERS = frozenset({"i", "we", "you", "me"})
_VAGUE_PRONOUNS = frozenset({"everything", "all", "nothing", "anything", "something", "none", "some", "most", "others"})


@dataclass(frozen=True)
class Pair:
    """One target and one descriptor, with their places in the text."""

    target: str
    surface: str
    descriptor: str
    sign: int
    dimension: str
    form: Form
    past: bool
    flags: tuple[str, ...]
    target_span: tuple[int, int] | None
    """``None`` where the target is implied, or named by a pronoun."""
    descriptor_span: tuple[int, int]


@dataclass
class Memory:
    """The nouns that a pronoun may stand for, carried from sentence to sentence of one review."""

    singular: Target | None = None
    plural: Target | None = None
    about_a_person: bool = False
    """Whether the review says he or she of somebody."""

    def note(self, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        """Remember the first thing of each number in a sentence: later sentences go on about it."""
        one = many = None
        for token in tokens:
            known = token.lemma not in _NOT_THE_PRODUCT and token.lemma.replace(" ", "-") in lexicon.memberships
            if token.is_noun and known:
                target = Target(token.lemma, token.lower, token.start, token.end)
                if token.tag == "NN2":
                    many = many or target
                else:
                    one = one or target
        self.singular, self.plural = one or self.singular, many or self.plural


@dataclass
class SentenceReader:
    """Finds the pairs of one sentence.

    Args:
        text: the sentence.
        offset: where it begins in its review.
        tokens: its words.
        lexicon: the words that judge.
        implied: the target that a descriptor implies.
        whole: the word for the product as a whole.
        memory: what pronouns may stand for.
        own: words of the product's own name; ``None`` where it has none.
    """

    text: str
    offset: int
    tokens: Sequence[Token]
    lexicon: Lexicon
    implied: Implied
    whole: str
    memory: Memory
    own: frozenset[str] | None = None
    pairs: list[Pair] = field(default_factory=list)

    def read(self) -> list[Pair]:
        """Every pair, in the order of the descriptors."""
        for index, token in enumerate(self.tokens):
            if token.role == "verb" and index and self.tokens[index - 1].lower == "what":
                continue  # "What stood out was the crust": the thing and its praise come behind
            if token.role in ("adjective", "noun", "verb", "object", "clause"):
                self._read_phrase(index)
            elif token.role == "target":
                continue
            elif self._is_verb_of_feeling(token, index):
                self._read_verb(index)
            elif token.lower in _feelings():
                self._read_feeling(index)
            elif self._is_presence(index):
                self._read_presence(index)
            elif self._is_degree(index) or self._is_aside(index):
                continue
            elif token.tag == "AV0" and not self._stands_before_a_noun(index) and not self._completes_be(index):
                self._read_adverb(index)
            elif token.is_adjective or self._may_be_adjective(index):
                self._read_adjective(index)
        self.memory.note(self.tokens, self.lexicon)
        return self.pairs

    # What kinds of judging words there are.

    def _read_adjective(self, index: int) -> None:
        if self._is_in_a_name(index):
            return
        targets = self._fitting(attributive(self.tokens, index), index) or self._completed(index)
        if targets and targets[0].lemma in _WRITERS:
            return
        degree = degree_before(self.tokens, index)
        for target in targets or (None,):
            resolved = self._resolved(target, index)
            if resolved is None:
                continue
            judgement = self._judged(self.tokens[index], resolved)
            if degree == "too":
                judgement = self._too_much(judgement, index)
            self._add(index, resolved, judgement, "adjective", ("too",) if degree == "too" else ())

    def _completed(self, index: int) -> list[Target]:
        subjects = predicative(self.tokens, index)
        if subjects is not None:
            # "Was great, came out hot": the subject is left out, and stands where "it" would.
            return subjects or [Target("it", "it", self.tokens[index].start, self.tokens[index].end, pronoun=True)]
        found = after_noun(self.tokens, index)
        if found:
            return found
        found = [one for one in appended(self.tokens, index) if one.lemma.split(" ")[-1] in self.lexicon.memberships]
        implied = self.implied(self.tokens[index].lower)
        # What implies another side than the noun before the comma is said of that side.
        return found if found and (implied is None or self._agrees(implied, found[0])) else []

    def _fitting(self, targets: list[Target], index: int) -> list[Target]:
        """``Clean, nice staff``: behind a comma the noun is another's where the descriptor implies something else."""
        if not targets or not self._follows(index, ","):
            return targets
        implied = self.implied(self.tokens[index].lower)
        return targets if implied is None or self._agrees(implied, targets[0]) else []

    def _too_much(self, judgement: Judgement, index: int) -> Judgement:
        """``too sweet`` blames; ``not too sweet`` does not; ``not too friendly`` blames what is missing."""
        negated = is_negated(self.tokens, index)
        if negated and judgement.sign > 0:
            return judgement
        return Judgement(-1, judgement.dimension)

    def _read_adverb(self, index: int) -> None:
        """``cooked perfectly``, ``seated promptly``: the manner of a verb, said of its subject."""
        token = self.tokens[index]
        judgement = self.lexicon.words.get(token.lower, UNKNOWN)
        if judgement.sign == 0:
            return
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if following is not None and (following.is_adjective or following.tag in ("AV0",)):
            return
        verb = next(
            (
                at
                for at in (index - 1, index + 1, index - 2, index - 3)
                if 0 <= at < len(self.tokens) and self._is_plain_verb(at)
            ),
            None,
        )
        if verb is None:
            return
        if (
            following is not None
            and verb == index + 1
            and index + 2 < len(self.tokens)
            and self.tokens[index + 2].is_noun
        ):
            targets = attributive(self.tokens, index + 1)
        else:
            targets = subjects_of(self.tokens, verb) or (predicative(self.tokens, min(verb, index)) or [])
        person = not targets or targets[0].lemma in ("i", "we", "you", "me")
        resolved = self._resolved(None if person else targets[0], index)
        if resolved is None:
            return
        words = sorted((verb, index))
        told = " ".join(self.tokens[at].lower for at in words)
        self._add(index, resolved, judgement, "adverb", (), told=told, first=words[0], last=words[1])

    def _is_plain_verb(self, at: int) -> bool:
        return self.tokens[at].tag[:2] == "VV" and not self.tokens[at].role

    def _read_verb(self, index: int) -> None:
        """``loved the tacos``."""
        token = self.tokens[index]
        sign = _verbs()[token.lemma]
        if token.lemma == "recommend" and any(other.is_noun for other in self.tokens[max(0, index - 2) : index]):
            return
        for target in objects_of(self.tokens, index):
            resolved = self._resolved(target, index)
            if resolved is not None:
                self._add(index, resolved, Judgement(signed(sign), "quality"), "verb", ())

    def _read_feeling(self, index: int) -> None:
        """``impressed with the staff``."""
        judgement = Judgement(signed(_feelings()[self.tokens[index].lower]), "quality")
        for target in behind_preposition(self.tokens, index):
            resolved = self._resolved(target, index)
            if resolved is not None:
                self._add(index, resolved, judgement, "verb", ())

    def _read_phrase(self, index: int) -> None:
        token = self.tokens[index]
        judgement = Judgement(signed(token.sign), "quality")
        if token.role == "adjective":
            apart = self._follows(index, ",") or self._follows(index, "and")
            targets = ([] if apart else attributive(self.tokens, index)) or self._completed(index)
        elif token.role == "noun":
            targets = self._subject_of_noun(index) or [Target("it", "it", token.start, token.end, pronoun=True)]
        elif token.role == "verb":
            targets = subjects_of(self.tokens, index)
        elif token.role == "object":
            targets = objects_of(self.tokens, index)
        else:
            named = self._named_before(index) if token.lower.startswith("no ") else None
            targets = [named] if named is not None else []
        form: Form = {"adjective": "adjective", "noun": "noun"}.get(token.role, "verb")  # type: ignore[assignment]
        for target in targets or (None,):
            person = target is not None and target.lemma in ("i", "we", "you", "me")
            resolved = self._resolved(None if person else target, index)
            if resolved is not None:
                self._add(index, resolved, judgement, form, ())

    def _named_before(self, index: int) -> Target | None:
        """``service was efficient - no complaints``: the thing that the sentence is about."""
        for token in self.tokens[:index]:
            if token.is_noun and self.lexicon.memberships.get(token.lemma.replace(" ", "-")):
                return Target(token.lemma, token.lower, self.tokens[index].start, self.tokens[index].end, pronoun=True)
        return None

    def _subject_of_noun(self, index: int) -> list[Target]:
        """``this place is a gem``."""
        at = index - 1
        while at >= 0 and (self.tokens[at].tag[:2] in ("AT", "AV", "XX", "DT") or self.tokens[at].is_adjective):
            at -= 1
        if at >= 0 and self.tokens[at].lemma in ("be", "become", "remain") and self.tokens[at].is_verb:
            return subjects_of(self.tokens, at)
        return []

    def _read_presence(self, index: int) -> None:
        """``no parking``, ``lacked flavor``, ``plenty of choice``."""
        token = self.tokens[index]
        for target in objects_of(self.tokens, index + (1 if self._follows(index, "of") else 0)):
            good = _desired(target.lemma)
            if good == 0:
                continue
            missing = token.lower not in _PLENTY
            sign = -good if missing else good
            descriptor = "no" if missing else "plenty of"
            self._add(index, target, Judgement(signed(sign), "amount"), "quantity", ("negation done",), told=descriptor)

    # Small questions.

    def _follows(self, index: int, word: str) -> bool:
        return index + 1 < len(self.tokens) and self.tokens[index + 1].lower == word

    def _is_presence(self, index: int) -> bool:
        lower = self.tokens[index].lower
        if lower in _PLENTY:
            return self._follows(index, "of")
        return lower in _MISSING

    def _is_degree(self, index: int) -> bool:
        """``pretty good``: the adverb only measures what follows."""
        return (
            self.tokens[index].lower in ("pretty", "well", "awful")
            and index + 1 < len(self.tokens)
            and (self.tokens[index + 1].is_adjective)
        )

    def _completes_be(self, index: int) -> bool:
        """``was zesty``: taken for an adverb, and an adjective, since "to be" has no manner."""
        at = index - 1
        if at >= 0 and self.tokens[at].is_noun and self.tokens[index].lower in self.lexicon.depends:
            return True  # "found the bed hard"
        while at >= 0 and self.tokens[at].tag[:2] in ("AV", "XX"):
            at -= 1
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        verb_follows = following is not None and (following.is_verb or following.is_adjective)
        return at >= 0 and self.tokens[at].lemma == "be" and not verb_follows

    def _stands_before_a_noun(self, index: int) -> bool:
        """``have had better soup``: taken for an adverb, and an adjective."""
        known = self.lexicon.words.get(self.tokens[index].lower)
        return known is not None and index + 1 < len(self.tokens) and self.tokens[index + 1].is_noun

    def _is_aside(self, index: int) -> bool:
        """``What's worse, ...``."""
        token = self.tokens[index]
        return index > 1 and self.tokens[index - 2].lower == "what" and token.tag == "AJC"

    def _is_verb_of_feeling(self, token: Token, index: int) -> bool:
        if token.lemma not in _verbs() or token.tag[:2] != "VV":
            return False
        before = [self.tokens[at].lower for at in range(max(0, index - 3), index)]
        # "would like some", "would love to": a wish, unless it recommends.
        wishing = {"would", "'d", "will", "'ll", "to", "can", "could", "might", "may"} & set(before)
        wishing = wishing if token.lemma not in ("recommend", "avoid") else set()
        return not wishing

    def _may_be_adjective(self, index: int) -> bool:
        """A participle or a word that the tagger takes for something else, where our own lexicon judges by it."""
        token = self.tokens[index]
        if token.tag[:2] in ("XX", "PR", "CJ", "AT", "VM", "VB", "VH", "VD", "PN", "DT", "DP"):
            return False
        judgement = self.lexicon.words.get(token.lower)
        known = (judgement is not None and judgement.sign != 0) or (
            token.lower in self.lexicon.depends and token.tag[:2] != "NN"
        )
        behind_a_noun = token.lower in self.lexicon.depends and index > 0 and self.tokens[index - 1].is_noun
        if not known and not behind_a_noun:
            return False
        if token.is_noun and not behind_a_noun:
            following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
            before = self.tokens[index - 1] if index else None
            return (
                following is None
                or following.is_noun
                or before is None
                or before.tag[:2] in ("VB", "AV", "VV", "CJ", "XX")
                or before.lower == ","
            )
        return token.tag[:2] != "VV" or token.tag in ("VVN", "VVD", "VVG")

    def _is_in_a_name(self, index: int) -> bool:
        """``Best Western``, ``Good Karma Cafe``: capitals inside a sentence that is not written in capitals."""
        token = self.tokens[index]
        if (
            index + 1 >= len(self.tokens)
            or not token.text[:1].isupper()
            or not self.tokens[index + 1].text[:1].isupper()
        ):
            return False
        words = [other.text for other in self.tokens if other.text[:1].isalpha()]
        capitals = sum(word[:1].isupper() for word in words)
        return index > 0 and capitals * 2 < len(words) and token.text != token.text.upper()

    def _judged(self, token: Token, target: Target) -> Judgement:
        return self.lexicon.judge(token.lower, token.lemma, self.lexicon.classes_of(target.lemma))

    # From a target and a judgement to a pair.

    def _resolved(self, target: Target | None, index: int) -> Target | None:
        """A noun for every target: what a pronoun stands for, or what the descriptor implies."""
        token = self.tokens[index]
        if target is not None and self._is_name(target):
            return self._behind_a_name(target)
        if target is not None and (not target.pronoun or target.lemma not in PERSONS | _VAGUE_PRONOUNS):
            return target
        if target is not None:
            if target.lemma in ("he", "she"):
                return Target("staff", "staff", target.start, target.end, pronoun=True)
            found = self._stands_for(target, index)
            if found is not None:
                return found
        name = self.implied(token.lower) or self.implied(token.lemma)
        if name is None and target is not None and target.lemma in ("it", "this", "that"):
            name = self.whole
        if name is None and self.lexicon.judge(token.lower, token.lemma, frozenset()).sign == 0 and token.sign == 0:
            return None
        start, end = (target.start, target.end) if target is not None else (token.start, token.end)
        return Target(name or "", name or "", start, end, pronoun=True)

    def _is_name(self, target: Target) -> bool:
        """A proper noun without an article that no list knows: a person, or the business itself."""
        if target.pronoun or self.lexicon.memberships.keys() & {
            target.lemma.replace(" ", "-"),
            target.lemma.split(" ")[-1],
        }:
            return False
        inside = [token for token in self.tokens if target.start <= token.start < target.end]
        first = self.tokens.index(inside[0]) if inside else 0
        before = self.tokens[first - 1] if first else None
        named = bool(inside) and all(token.tag[:2] == "NP" and token.text[:1].isupper() for token in inside)
        return named and not (before is not None and (before.tag[:2] in ("AT", "DP", "DT") or before.is_adjective))

    def _behind_a_name(self, target: Target) -> Target:
        """Names of people never become targets: a review that says "she" is about somebody, else about the business."""
        name = "staff" if self.memory.about_a_person else self.whole
        return Target(name, name, target.start, target.end, pronoun=True)

    def _stands_for(self, pronoun: Target, index: int) -> Target | None:
        if pronoun.lemma in _VAGUE_PRONOUNS:
            return None
        plural = pronoun.lemma in ("they", "these", "those", "them")
        for token in reversed(self.tokens[:index]):
            if token.end > pronoun.start or not token.is_noun or (token.tag == "NN2") != plural:
                continue
            if self.lexicon.memberships.get(token.lemma.replace(" ", "-")):
                return Target(token.lemma, token.lower, pronoun.start, pronoun.end, pronoun=True)
        kept = self.memory.plural if plural else self.memory.singular
        implied = self.implied(self.tokens[index].lower)
        if kept is None or (implied is not None and not self._agrees(implied, kept)):
            return None
        return Target(kept.lemma, kept.surface, pronoun.start, pronoun.end, pronoun=True)

    def _agrees(self, implied: str, kept: Target) -> bool:
        """Whether what a descriptor implies and what a pronoun may stand for are of one kind."""
        one, other = self.lexicon.classes_of(implied), self.lexicon.classes_of(kept.lemma)
        people = frozenset({"staff", "service"})
        return bool(one & other) or bool(one & people and other & people)

    def _add(
        self, index: int, target: Target, judgement: Judgement, form: Form, marks: tuple[str, ...],
        told: str = "", first: int | None = None, last: int | None = None,
    ) -> None:  # fmt: skip
        """Add a pair, with its polarity as the clause around it turns it."""
        tokens = self.tokens
        first, last = index if first is None else first, index if last is None else last
        if judgement.sign == 0 or target.lemma in PERSONS:
            return
        plain = told or tokens[index].lower
        sign, words = self._turned(index, first, judgement, plain, marks)
        setting = setting_of(tokens, self.text, self.offset, (target.start, target.end), index, self.own)
        flags, past = setting.flags, setting.past
        if setting.denial == "gone":
            # What was good is missed today; what was bad may be better, and nobody says how good.
            words, past = f"no longer {plain}", sign < 0
            sign = -sign
        elif setting.denial == "wanted" and sign > 0:
            sign, words = -1, f"could be {plain}" if tokens[index].tag == "AJC" else f"not {plain} enough"
        elif words.startswith("could be"):
            flags = tuple(flag for flag in flags if flag != "hypothetical")
        if setting.mocked and sign > 0:
            flags = (*flags, "sarcasm")
        self.pairs.append(
            Pair(
                target=target.lemma, surface=target.surface, descriptor=words, sign=sign,
                dimension=judgement.dimension, form=form, past=past, flags=self._with_target_flags(target, flags),
                target_span=None if target.pronoun else (target.start, target.end),
                descriptor_span=(tokens[first].start, tokens[last].end),
            )
        )  # fmt: skip

    def _turned(
        self, index: int, first: int, judgement: Judgement, plain: str, marks: tuple[str, ...]
    ) -> tuple[int, str]:
        """Polarity and wording after "too", negation and polite comparatives."""
        words = f"too {plain}" if "too" in marks else plain
        negated = "negation done" not in marks and is_negated(self.tokens, first) and not self._is_understatement(index)
        if negated and "too" in marks and judgement.sign < 0:
            return 1, f"not {words}"
        if negated and self._is_best_ever(index, judgement):
            return judgement.sign, plain
        if negated:
            return -judgement.sign, f"not {words}"
        if self._could_be_better(index, judgement):
            return -1, f"could be {plain}"
        return judgement.sign, words

    def _with_target_flags(self, target: Target, flags: tuple[str, ...]) -> tuple[str, ...]:
        head = target.lemma.rsplit(" ", 1)[-1]
        if not target.lemma or head in _SAYS_NOTHING:
            return (*flags, "vague")
        return (*flags, "not the product") if head in _NOT_THE_PRODUCT else flags

    def _is_best_ever(self, index: int, judgement: Judgement) -> bool:
        """``never had better tacos``, ``could not be fresher``: the denied comparative is the strongest praise."""
        token = self.tokens[index]
        if token.tag != "AJC" or judgement.sign < 0:
            return False
        before = {other.lemma for other in self.tokens[max(0, index - 6) : index]}
        return bool(before & {"have", "find", "get", "ask", "imagine", "taste", "see"}) or (
            "be" in before
            and any(other.lower in ("could", "couldn't") for other in self.tokens[max(0, index - 6) : index])
        )

    def _could_be_better(self, index: int, judgement: Judgement) -> bool:
        """``could be cleaner``, ``could have been warmer``: said politely, a complaint."""
        token = self.tokens[index]
        before = [other.lower for other in self.tokens[max(0, index - 5) : index]]
        return (
            token.tag == "AJC"
            and judgement.sign > 0
            and bool({"could", "should"} & set(before))
            and not NEGATIONS & set(before)
        )

    def _is_understatement(self, index: int) -> bool:
        """``can't beat``, ``can't go wrong``: idioms of their own carry their negation inside."""
        return self.tokens[index].role in ("clause", "object") or (
            self.tokens[index].role == "verb" and any(word in NEGATIONS for word in self.tokens[index].lower.split())
        )


_PLENTY = frozenset({"plenty", "lots", "tons", "loads", "ton", "abundance"})
_MISSING = frozenset({"no", "lack", "lacks", "lacked", "lacking", "without", "zero"})


def _desired(lemma: str) -> int:
    presence = load_phrases()["presence"]
    word = lemma.replace(" ", "-")
    forms = {word, word.rsplit("-", 1)[-1]}
    if forms & set(presence["desirable"].split()):
        return 1
    return -1 if forms & set(presence["undesirable"].split()) else 0


def _feelings() -> dict[str, int]:
    return _signed("feelings")


def _verbs() -> dict[str, int]:
    return _signed("verbs")


_SIGNED: dict[str, dict[str, int]] = {}


def _signed(table: str) -> dict[str, int]:
    if table not in _SIGNED:
        rows = load_phrases()[table]
        _SIGNED[table] = {
            word: sign for sign, side in ((1, "praise"), (-1, "complaint")) for word in rows[side].split()
        }
    return _SIGNED[table]
