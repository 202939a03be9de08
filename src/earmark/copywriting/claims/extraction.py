"""Read the claims of a review: mentions of concepts and of judging words, each with whom it is about and its status."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from earmark.copywriting.claims.claim import Claim, Kind
from earmark.copywriting.claims.phrases import forms
from earmark.copywriting.claims.status import contexts_of, is_negated
from earmark.copywriting.claims.subjects import Subject, clause_head, holder, of_noun, subject_of
from earmark.copywriting.claims.tables import Concept, alike, concepts, judged_nouns, phrase_index, words
from earmark.copywriting.claims.valence import is_general, valence
from earmark.copywriting.reviews import Sentence

MENTIONED = "mentioned"
"""The context of a part that is spoken of, not judged: it is there, if somebody says that the product has it."""
_NEVER = frozenset({"rival", "seller", "nobody"})
_LIKING = frozenset(["love", "like", "adore", "enjoy", "appreciate", "prefer"])
_HAVING = frozenset(["have", "include", "feature", "contain", "offer", "provide"])
_HATING = frozenset(["hate", "dislike", "despise", "regret"])


def read_sentence(sentence: Sentence, doc: Any, own: frozenset[str], later: str = "") -> list[Claim]:
    """The claims of one parsed sentence.

    Args:
        sentence: with its place in the review.
        doc: its parse.
        own: the nouns that mean the product.
        later: the next sentence of the review.
    """
    return [*_Reader(sentence, doc, own, later).claims()]


class _Reader:
    def __init__(self, sentence: Sentence, doc: Any, own: frozenset[str], later: str) -> None:
        self.sentence, self.doc, self.own, self.later = sentence, doc, own, later
        self.worn = bool(own & words("worn", "worn"))
        self.used: set[int] = set()
        """Words that a claim rests on."""
        self.void: set[int] = set()
        """Words that mean something else here."""

    def claims(self) -> Iterator[Claim]:
        yield from self._concepts()
        yield from self._judging_words()
        yield from self._features()
        yield from self._uses()
        yield from self._doings()

    def _concepts(self) -> Iterator[Claim]:
        index = phrase_index()
        matches: list[tuple[Concept, int | None, tuple[int, ...]]] = []
        for place, token in enumerate(self.doc):
            for word in forms(token):
                for concept, sign, phrase in index.get(word, ()):
                    if concept.worn and not self.worn:
                        continue
                    found = phrase.match(self.doc, place)
                    if found is not None:
                        matches.append((concept, sign, found))
        # A word speaks for one concept: the longest phrase takes its words first, then the first of the table.
        order = {concept.name: number for number, concept in enumerate(concepts())}
        matches.sort(key=lambda match: (-len(match[2]), order[match[0].name]))
        taken: set[int] = set()
        for concept, sign, places in matches:
            if taken & set(places):
                continue
            claim = self._mention(concept, sign, [self.doc[place] for place in places])
            if claim is not None or sign == 0:
                taken |= set(places)
            if claim is not None:
                yield claim

    def _mention(self, concept: Concept, sign: int | None, tokens: list[Any]) -> Claim | None:
        head = _head(tokens)
        if sign == 0:
            self.void |= {token.i for token in tokens}
            self.used |= self.void
        if sign == 0 or (head.dep_ == "advmod" and head.lower_ in words("degree", "degree")):
            return None
        subject = self._about(head)
        if not _may_be_about(concept, subject, head):
            return None
        part = _praised_part(head, subject)
        span = list(tokens)
        if sign is None:
            if head.pos_ not in ("NOUN", "PROPN"):
                return None
            sign, by = judged(head)
            if not sign:
                return None
            span += by
        if head.dep_ == "compound" and head.head.lemma_.lower() in words("problem", "problem"):
            sign = -1
        if sign > 0 and _spoilt(self.doc, tokens):
            sign = -1
        if is_negated(span):
            sign = -sign
        if sign > 0 and _too(tokens):
            sign = -1
        elif sign < 0 and _enough(tokens):
            sign = 1
        self.used |= {token.i for token in span}
        if part is not None:
            return self._claim(_part(part), "quality", subject, sign, [*span, subject.token])
        return self._claim(concept.name, cast(Kind, concept.kind), subject, sign, span)

    def _about(self, head: Any) -> Subject:
        if head.pos_ in ("NOUN", "PROPN") and head.dep_ not in ("nsubj", "nsubjpass"):
            own = of_noun(head, self.own)
            if own.whose in _NEVER:
                return own
            verb = clause_head(head)
            if verb.pos_ in ("VERB", "AUX"):
                subject = subject_of(verb, self.own)
                if subject.whose in ("rival", "seller"):
                    return subject
            return own
        return holder(head, self.own)

    def _judging_words(self) -> Iterator[Claim]:
        """Judging words that no row of the table took."""
        for token in self.doc:
            if token.i in self.used or token.pos_ not in ("ADJ", "ADV", "NOUN", "VERB") or token.is_stop:
                continue
            lemma = token.lemma_.lower()
            sign = valence(token.lower_, lemma)
            if not sign or (token.pos_ == "VERB" and token.tag_ not in ("VBN", "VBG", "VBZ", "VBD")):
                continue
            if token.pos_ == "VERB" or (token.pos_ == "NOUN" and token.dep_ not in ("attr", "ROOT")):
                continue
            subject = holder(token, self.own)
            if subject.whose not in ("product", "part") or (subject.token is not None and subject.token.i in self.void):
                continue
            if is_negated([token]):
                sign = -sign
            if _too([token]):
                sign = -1
            if subject.whose == "product" and is_general(lemma):
                yield self._claim("overall", "liking", subject, sign, [token])
            elif subject.whose == "part":
                if _last(subject.noun) in words("subjects", "like_parts") or not subject.noun.isascii():
                    continue
                yield self._claim(_part(subject.noun), "quality", subject, sign, [token, subject.token])
            elif token.pos_ == "ADJ" or token.dep_ == "attr":
                yield self._claim(f"it:{lemma}", "quality", subject, sign, [token])

    def _features(self) -> Iterator[Claim]:
        """Parts that the product is said to have, or that a buyer likes."""
        for token in self.doc:
            if token.pos_ != "NOUN" or token.i in self.used:
                continue
            subject = of_noun(token, self.own)
            if subject.whose != "part" or _last(subject.noun) in words("subjects", "like_parts"):
                continue
            verb = token.head
            while verb.dep_ == "conj" and verb.pos_ == "NOUN":
                verb = verb.head
            top, verb = (token, token.head) if token.dep_ != "conj" else (verb, verb.head)
            if top.dep_ == "pobj" and verb.lower_ == "of" and verb.head.lower_ in words("degree", "many"):
                top, verb = verb.head, verb.head.head
            whole = subject_of(verb, self.own) if verb.pos_ in ("VERB", "AUX") else None
            if top.head == top and top.lower_ in words("degree", "many"):
                yield self._claim(_part(subject.noun), "feature", subject, 1, [token, top])
                continue
            liked = top.dep_ == "dobj" and verb.lemma_ in _LIKING
            has = top.dep_ == "dobj" and verb.lemma_ in _HAVING and whole is not None and whole.whose == "product"
            comes = (
                top.dep_ == "pobj"
                and verb.lower_ == "with"
                and verb.head.lemma_ in ("come", "fill", "fit", "equip", "pack")
            )
            if is_negated([token]):
                continue
            if not (liked or has or comes):
                if any(child.lower_ in ("the", "its") for child in token.children):
                    yield self._claim(_part(subject.noun), "feature", subject, 0, [token], MENTIONED)
                continue
            many = any(child.lower_ in words("degree", "many") for child in token.children)
            sign = 1 if liked or many else 0
            yield self._claim(_part(subject.noun), "feature", subject, sign, [token, verb])

    def _uses(self) -> Iterator[Claim]:
        """What buyers use the product for, and for whom."""
        for token in self.doc:
            if token.i in self.used:
                continue
            if token.dep_ == "pcomp" and token.tag_ == "VBG" and token.head.lower_ == "for" and not _has_object(token):
                # "Great for camping": an activity, which the parser takes for a verb.
                if not is_negated([token]) and token.lower_ not in words("use", "none"):
                    yield self._claim(f"use:{token.lower_}", "use", Subject("product"), 0, [token.head, token])
                continue
            if token.pos_ != "NOUN" or not self._may_be_used_for(token):
                continue
            for noun in (token, *(child for child in token.children if child.dep_ == "compound")):
                if noun.lemma_.isalpha() and noun.lemma_.lower() not in words("use", "none") | self.own:
                    yield self._claim(f"use:{noun.lemma_.lower()}", "use", Subject("product"), 0, [token.head, noun])

    def _may_be_used_for(self, token: Any) -> bool:
        if of_noun(token, self.own).whose not in ("part", "kin", "belonging", "body") or is_negated([token]):
            return False
        top = token
        while top.dep_ == "conj" and top.head.pos_ in ("NOUN", "PROPN"):
            top = top.head
        if top.dep_ == "pobj" and top.head.lower_ in words("use", "preposition"):
            verb = clause_head(top.head)
            if verb.pos_ not in ("VERB", "AUX"):
                return bool(top.head.lower_ == "for")
            on_product = any(
                child.dep_ in ("dobj", "nsubj", "nsubjpass") and of_noun(child, self.own).whose == "product"
                for child in verb.children
            )
            fits = top.head.lower_ == "for" or on_product or verb.lemma_ in words("use", "verb")
            return fits and subject_of(verb, self.own).whose not in _NEVER
        if top.dep_ != "dobj" or top.head.pos_ != "VERB":
            return False
        # "I use it to julienne zucchini", "I made zucchini noodles with this".
        purpose = top.head.dep_ in ("xcomp", "advcl", "acl") and any(c.lower_ == "to" for c in top.head.children)
        return bool(
            top.head.lemma_ == "make" or (purpose and clause_head(top.head.head).lemma_ in ("use", "buy", "get"))
        )

    def _doings(self) -> Iterator[Claim]:
        """What the product does to things of the buyer: "it charges my phone"."""
        for token in self.doc:
            if token.pos_ != "VERB" or token.i in self.used or token.lemma_ in words("does", "none"):
                continue
            objects = [child for child in token.children if child.dep_ == "dobj" and child.pos_ in ("NOUN", "PROPN")]
            if not objects or is_negated([token]) or of_noun(objects[0], self.own).whose not in ("part", "belonging"):
                continue
            subject = subject_of(token, self.own)
            if subject.whose == "product":
                yield self._claim(f"does:{token.lemma_.lower()}", "function", subject, 0, [token, objects[0]])

    def _claim(
        self, concept: str, kind: Kind, subject: Subject, sign: int, tokens: Sequence[Any], *contexts: str
    ) -> Claim:
        own = [token for token in tokens if token is not None]
        start = min(token.idx for token in own)
        end = max(token.idx + len(token) for token in own)
        return Claim(
            review_id=self.sentence.review_id,
            start=self.sentence.start + start,
            end=self.sentence.start + end,
            text=self.sentence.text[start:end],
            concept=concept,
            kind=kind,
            about=subject.noun if subject.whose == "part" else "it",
            polarity=sign,
            contexts=contexts or contexts_of(own, self.later),
        )


def _head(tokens: Sequence[Any]) -> Any:
    """The word of a mention that the others hang on."""
    places = {token.i for token in tokens}
    return next((token for token in tokens if token.head.i not in places or token.head == token), tokens[0])


def _praised_part(head: Any, subject: Subject) -> str | None:
    """The part of "a soft lining": the adjective is said of it and not of the product."""
    attributive = head.pos_ == "ADJ" and head.dep_ == "amod" and subject.whose == "part"
    return subject.noun if attributive and _last(subject.noun) not in judged_nouns() else None


def _may_be_about(concept: Concept, subject: Subject, head: Any) -> bool:
    if concept.of == "maker":
        return subject.whose not in ("rival", "nobody")
    if subject.whose in _NEVER:
        return False
    if concept.of == "any":
        return True
    if concept.of == "part":
        return subject.whose in ("product", "part") or (subject.whose == "person" and head.pos_ in ("NOUN", "PROPN"))
    return subject.whose == "product"


def _spoilt(doc: Any, tokens: Sequence[Any]) -> bool:
    """Whether a word of blame stands in the gap of a phrase: "does a poor job"."""
    places = [token.i for token in tokens]
    between = (doc[place] for place in range(min(places), max(places)) if place not in places)
    return any(valence(token.lower_, token.lemma_.lower()) < 0 for token in between)


def _enough(tokens: Sequence[Any]) -> bool:
    return any(child.lower_ == "enough" and child.i > token.i for token in tokens for child in token.children)


def _too(tokens: Sequence[Any]) -> bool:
    return any(child.lower_ == "too" and child.i < token.i for token in tokens for child in token.children)


def judged(noun: Any) -> tuple[int, list[Any]]:
    """How the words around judge a noun or verb: the sign, and the words that judge."""
    candidates = [child for child in noun.children if child.dep_ in ("amod", "compound", "advmod", "acomp")]
    head = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass") and head.pos_ in ("VERB", "AUX"):
        candidates += [child for child in head.children if child.dep_ in ("acomp", "attr", "advmod", "oprd", "dobj")]
        candidates.append(head)
    elif noun.dep_ in ("nsubj",):
        candidates.append(head)
    elif noun.dep_ in ("dobj", "pobj", "conj", "attr"):
        verb = clause_head(noun)
        if verb.lemma_ in _LIKING:
            return 1, [verb]
        if verb.lemma_ in _HATING:
            return -1, [verb]
        if (
            noun.dep_ == "pobj"
            and noun.head.lower_ in ("with", "by", "about")
            and noun.head.head.pos_ in ("ADJ", "VERB")
        ):
            candidates.append(noun.head.head)
    more = [also for one in candidates if one.pos_ == "ADJ" for also in one.conjuncts if also.pos_ == "ADJ"]
    for word in (*candidates, *more):
        sign = valence(word.lower_, word.lemma_.lower())
        if sign:
            return (-1 if _too([word]) else sign), [word]
    return 0, []


def _has_object(verb: Any) -> bool:
    return any(child.dep_ in ("dobj", "xcomp", "ccomp") for child in verb.children)


def _last(noun: str) -> str:
    return noun.rsplit(" ", 1)[-1]


def _part(noun: str) -> str:
    """The concept of a part, by the noun that stands for it."""
    word = _last(noun)
    return judged_nouns().get(word) or f"{alike().get(word, word)}:"
