"""Reads one sentence: who is judged, how, and whether it may count."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from earmark.copywriting.lexicon.judging import UNKNOWN, Judgement, Lexicon, signed
from earmark.copywriting.opinions.doubts import Doubts
from earmark.copywriting.opinions.kinds import PLENTY, Kinds, desired, feelings, verbs
from earmark.copywriting.opinions.noun_phrases import PERSONS, Target
from earmark.copywriting.opinions.pairs import NOT_THE_PRODUCT, Memory, Pair
from earmark.copywriting.opinions.resolving import Implied, Resolver
from earmark.copywriting.opinions.scope import degree_before, negation_of
from earmark.copywriting.opinions.setting import setting_of
from earmark.copywriting.opinions.subjects import predicative, subjects_of
from earmark.copywriting.opinions.targets import (
    NAMING,
    after_noun,
    appended,
    attributive,
    behind_preposition,
    dislocated,
    exclaimed,
    is_presented,
    objects_of,
    things_named,
    word_before,
)
from earmark.copywriting.opinions.turning import too_much, turned
from earmark.copywriting.opinions.words import Token
from earmark.copywriting.summaries.summaries import Form

_SAYS_NOTHING = frozenset(["alternative", "bet", "touch", "addition", "surprise", "plus", "find"])
_ANOTHER_CLAUSE = frozenset({"but", "though", "although", "because", "while", "whereas", "however", ";"})
_WRITERS = frozenset({"i", "we", "you", "me"})


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
        doubting: whether praise beside what may turn it is flagged; reviews need that, copy is read as it stands.
    """

    text: str
    offset: int
    tokens: Sequence[Token]
    lexicon: Lexicon
    implied: Implied
    whole: str
    memory: Memory
    own: frozenset[str] | None = None
    doubting: bool = False
    pairs: list[Pair] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare what answers questions about these words."""
        self._kinds = Kinds(self.tokens, self.lexicon)
        self._doubts = Doubts(self.tokens, self.text, self.offset, self.own)
        self._guessed: set[int] = set()
        self._resolver = Resolver(self.tokens, self.lexicon, self.implied, self.whole, self.memory)

    def read(self) -> list[Pair]:
        """Every pair, in the order of the descriptors."""
        for index, token in enumerate(self.tokens):
            if token.role == "verb" and index and self.tokens[index - 1].lower == "what":
                continue  # "What stood out was the crust": the thing and its praise come behind
            if token.role in ("adjective", "noun", "verb", "object", "clause"):
                self._read_phrase(index)
            elif token.role == "target":
                continue
            elif self._kinds.is_verb_of_feeling(token, index):
                self._read_verb(index)
            elif token.lower in feelings():
                self._read_feeling(index)
            elif self._kinds.is_presence(index):
                self._read_presence(index)
            elif self._kinds.is_degree(index) or self._kinds.is_aside(index):
                continue
            elif (
                token.tag == "AV0"
                and not self._kinds.stands_before_a_noun(index)
                and not self._kinds.completes_be(index)
            ):
                self._read_adverb(index)
            elif token.is_adjective or self._kinds.may_be_adjective(index):
                self._read_adjective(index)
        things = [] if self.pairs else things_named(self.tokens, self.lexicon)
        self.memory.note(self.tokens, self.lexicon, things[0] if len(things) == 1 else None)
        return self.pairs

    def _read_adjective(self, index: int) -> None:
        if self._kinds.is_in_a_name(index):
            return
        targets = (
            exclaimed(self.tokens, index)
            or self._fitting(attributive(self.tokens, index), index)
            or self._completed(index)
        )
        if targets and targets[0].lemma in _WRITERS:
            return
        degree = degree_before(self.tokens, index)
        for target in targets or (None,):
            resolved = self._resolver.resolved(target, index)
            if resolved is None:
                continue
            judgement = self._judged(self.tokens[index], resolved)
            if degree == "too":
                judgement = too_much(self.tokens, judgement, index)
            self._add(index, resolved, judgement, "adjective", ("too",) if degree == "too" else ())

    def _completed(self, index: int) -> list[Target]:
        subjects = predicative(self.tokens, index)
        if subjects is not None:
            # "Was great, came out hot": the subject is left out, and stands where "it" would.
            return subjects or [Target("it", "it", self.tokens[index].start, self.tokens[index].end, pronoun=True)]
        found = dislocated(self.tokens, index) or after_noun(self.tokens, index)
        if found:
            return found
        before_the_comma = appended(self.tokens, index)
        found = [one for one in before_the_comma if one.lemma.split(" ")[-1] in self.lexicon.memberships]
        if not before_the_comma:
            found = self._only_thing(index)
        implied = self.implied(self.tokens[index].lower)
        # What implies another side than the noun before the comma is said of that side.
        return found if found and (implied is None or self._resolver.agrees(implied, found[0])) else []

    def _only_thing(self, index: int) -> list[Target]:
        """``Tacky is what the garden was``: where no rule finds the thing, the only one that the sentence names."""
        word = self.tokens[index]
        if word.tag != "AJ0" or word.lower not in self.lexicon.words.keys() | self.lexicon.depends.keys():
            return []
        if index + 1 < len(self.tokens) and self.tokens[index + 1].tag == "PNI":
            return []  # "a little something"
        topic = self.memory.topic
        if topic is not None and not any(token.is_noun for token in self.tokens[:index]):
            # "Can we talk about the garden? So tacky."
            return [Target(topic.lemma, topic.surface, word.start, word.end, pronoun=True)]
        things = things_named(self._clause(index), self.lexicon)
        if len(things) != 1 or not is_presented(self.tokens, things[0]):
            return []
        self._guessed.add(things[0].start)
        return things

    def _clause(self, index: int) -> Sequence[Token]:
        """The words around one, up to where another clause speaks of something else."""
        ends = [at for at, token in enumerate(self.tokens) if token.lower in _ANOTHER_CLAUSE]
        begin = max((at + 1 for at in ends if at < index), default=0)
        return self.tokens[begin : min((at for at in ends if at > index), default=len(self.tokens))]

    def _fitting(self, targets: list[Target], index: int) -> list[Target]:
        """``Clean, nice staff``: behind a comma the noun is another's where the descriptor implies something else."""
        if not targets or not self._kinds.follows(index, ","):
            return targets
        implied = self.implied(self.tokens[index].lower)
        return targets if implied is None or self._resolver.agrees(implied, targets[0]) else []

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
                if 0 <= at < len(self.tokens) and self._kinds.is_plain_verb(at)
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
        resolved = self._resolver.resolved(None if person else targets[0], index)
        if resolved is None:
            return
        words = sorted((verb, index))
        told = " ".join(self.tokens[at].lower for at in words)
        self._add(index, resolved, judgement, "adverb", (), told=told, first=words[0], last=words[1])

    def _read_verb(self, index: int) -> None:
        """``loved the tacos``."""
        token = self.tokens[index]
        sign = verbs()[token.lemma]
        if token.lemma == "recommend" and any(other.is_noun for other in self.tokens[max(0, index - 2) : index]):
            return
        for target in objects_of(self.tokens, index):
            resolved = self._resolver.resolved(target, index)
            if resolved is not None:
                self._add(index, resolved, Judgement(signed(sign), "quality"), "verb", ())

    def _read_feeling(self, index: int) -> None:
        """``impressed with the staff``."""
        judgement = Judgement(signed(feelings()[self.tokens[index].lower]), "quality")
        for target in behind_preposition(self.tokens, index):
            resolved = self._resolver.resolved(target, index)
            if resolved is not None:
                self._add(index, resolved, judgement, "verb", ())

    def _read_phrase(self, index: int) -> None:
        token = self.tokens[index]
        judgement = Judgement(signed(token.sign), "quality")
        if token.role == "adjective":
            apart = self._kinds.follows(index, ",") or self._kinds.follows(index, "and")
            targets = ([] if apart else attributive(self.tokens, index)) or self._completed(index)
        elif token.role == "noun":
            targets = self._subject_of_noun(index) or [Target("it", "it", token.start, token.end, pronoun=True)]
        elif token.role == "verb":
            targets = subjects_of(self.tokens, index)
        elif token.role == "object":
            targets = objects_of(self.tokens, index)
        else:
            named = self._resolver.named_before(index) if token.lower.startswith("no ") else None
            targets = [named] if named is not None else []
        form: Form = {"adjective": "adjective", "noun": "noun"}.get(token.role, "verb")  # type: ignore[assignment]
        for target in targets or (None,):
            person = target is not None and target.lemma in ("i", "we", "you", "me")
            resolved = self._resolver.resolved(None if person else target, index)
            if resolved is not None:
                self._add(index, resolved, judgement, form, ())

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
        for target in objects_of(self.tokens, index + (1 if self._kinds.follows(index, "of") else 0)):
            good = desired(target.lemma)
            if good == 0:
                continue
            missing = token.lower not in PLENTY
            sign = -good if missing else good
            descriptor = "no" if missing else "plenty of"
            self._add(index, target, Judgement(signed(sign), "amount"), "quantity", ("negation done",), told=descriptor)

    def _judged(self, token: Token, target: Target) -> Judgement:
        return self.lexicon.judge(token.lower, token.lemma, self.lexicon.classes_of(target.lemma))

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
        sign, words = turned(self.tokens, index, first, judgement, plain, marks)
        setting = setting_of(tokens, self.text, self.offset, (target.start, target.end), index, self.own)
        flags, past = setting.flags, setting.past
        if setting.denial == "gone":
            # What was good is missed today; what was bad may be better, and nobody says how good.
            words, past = f"no longer {plain}", sign < 0
            sign = -sign
        elif setting.denial == "wanted" and sign > 0:
            sign, words = -1, f"could be {plain}" if tokens[index].tag == "AJC" else f"not {plain} enough"
        elif setting.denial == "untrue":
            sign, words = -sign, f"not {plain}"
        elif words.startswith("could be"):
            flags = tuple(flag for flag in flags if flag != "hypothetical")
        if setting.mocked and sign > 0:
            flags = (*flags, "sarcasm")
        plainly = sign <= 0 or past or flags or setting.denial == "untrue"
        if self.doubting and not plainly and self._is_doubtful(target, judgement, index, first):
            flags = ("doubtful",)
        self.pairs.append(
            Pair(
                target=target.lemma, surface=target.surface, descriptor=words, sign=sign,
                dimension=judgement.dimension, form=form, past=past, flags=self._with_target_flags(target, flags),
                target_span=None if target.pronoun else (target.start, target.end),
                descriptor_span=(tokens[first].start, tokens[last].end),
                loose=self._stands_loosely(target), start=self._start(first, words),
            )
        )  # fmt: skip

    def _is_doubtful(self, target: Target, judgement: Judgement, index: int, first: int) -> bool:
        token = self.tokens[index]
        if target.pronoun and target.start == token.start and token.lower in self.lexicon.depends:
            # "Cheap is what the zippers were": what "cheap" is worth depends on the thing, and one is named.
            things = things_named(self.tokens, self.lexicon)
            if any(self._judged(token, thing).sign != judgement.sign for thing in things):
                return True
        return self._doubts.about(index, target.start, negation_of(self.tokens, first))

    def _start(self, first: int, words: str) -> int:
        """Where the judgement begins with the word that turns it."""
        negation = negation_of(self.tokens, first) if words.startswith("not ") else None
        begins = first - 1 if negation is None and words.startswith("too ") and first else first
        return self.tokens[begins if negation is None else negation].start

    def _stands_loosely(self, target: Target) -> bool:
        """Whether a noun that we do not know stands where idioms do: bare, behind a preposition or behind a comma."""
        known = {target.lemma.replace(" ", "-"), *target.lemma.split(" ")} & self.lexicon.memberships.keys()
        if target.pronoun or known:
            return False
        if target.start in self._guessed:
            return True
        at = word_before(self.tokens, next(at for at, token in enumerate(self.tokens) if token.end > target.start))
        if at < 0 or self.tokens[at].lower not in NAMING:
            return True
        return at > 0 and (self.tokens[at - 1].tag in ("PRP", "PRF") or self.tokens[at - 1].lower == ",")

    def _with_target_flags(self, target: Target, flags: tuple[str, ...]) -> tuple[str, ...]:
        head = target.lemma.rsplit(" ", 1)[-1]
        answers = self.memory.asked and target.pronoun and not any(token.is_noun for token in self.tokens)
        answers = answers and (self.memory.topic is None or self.memory.topic.lemma != target.lemma)
        if not target.lemma or head in _SAYS_NOTHING or answers:
            return (*flags, "vague")
        return (*flags, "not the product") if head in NOT_THE_PRODUCT else flags
