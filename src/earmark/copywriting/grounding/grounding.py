"""Tie every sentence of a draft to the review words that carry it; withhold what nothing carries.

A sentence goes out when each thing it says is carried: the same target, the same judging word, praise that may be
said, and a count of voices that the reviews bear out; when every number and name in it stands in the seller's record,
in ``--must`` or in a supporting span; and when every other word is accounted for. A count that says too much is
lowered; anything else that is not carried is withheld, with the reason. It holds for any writer.
"""

import re
from collections.abc import Sequence
from typing import Literal

from earmark.copywriting.aspects.aspects import Aspect
from earmark.copywriting.english import noun_key
from earmark.copywriting.grounding.compliance import Compliance, comply
from earmark.copywriting.grounding.privacy import names_in, private_detail_in
from earmark.copywriting.grounding.reading import Reader, Reading, Said
from earmark.copywriting.grounding.superlatives import superlative_in
from earmark.copywriting.opinions import parse_claims
from earmark.copywriting.summaries.praise import PraiseRules, Support
from earmark.copywriting.summaries.summaries import CountedClaim
from earmark.copywriting.summaries.voices import SPEAKERS, VOICE_NOUNS, Count, carries, domain_of
from earmark.copywriting.writers.composer.realise import counted
from earmark.copywriting.writers.drafts import Brief, Draft, Style
from earmark.evidence import Claim, Evidence, Excerpt, Record, Verdict, content_id
from earmark.language.spelling import fold_apostrophes

JUDGE = "embedded grounding"


class GroundedSentence(Record):
    """A sentence that goes out, and what carries it."""

    text: str
    claim: Claim
    carried_by: Literal["reviews", "seller", "reviews and seller", "nothing said"]
    """``nothing said``: a call to action or a turn of phrase that says nothing of the product."""
    evidence: tuple[Evidence, ...]
    """Review spans, the best first; the seller's own record where it carries the sentence."""
    seller: tuple[str, ...]
    """What comes from the seller: a fact of the record or a ``--must`` phrase."""
    supporting: int | None
    """Reviews behind the least carried thing that the sentence says; ``None`` where it says nothing of reviews."""
    reviews: int
    verdict: Verdict
    repaired: str | None = None
    """The sentence as it was written, where its count had to be lowered."""


class Withheld(Record):
    """A sentence that does not go out, and why."""

    text: str
    reason: str


class Dissent(Record):
    """What enough reviewers complain of that the seller should see it beside the copy."""

    target: str
    descriptor: str
    supporting: int
    contradicting: int
    reviews: int
    evidence: tuple[Evidence, ...]


class GroundedCopy(Record):
    """Copy with its receipts, or an honest refusal."""

    product_id: str
    product_name: str | None
    aspect: str | None
    style: Style
    writer: str
    text: str
    """What goes out; empty where everything was withheld or the copy was refused."""
    sentences: tuple[GroundedSentence, ...]
    withheld: tuple[Withheld, ...]
    dissent: tuple[Dissent, ...]
    compliance: Compliance
    reviews: int
    refusal: str | None
    """Why there is no copy; ``None`` where there is."""
    notes: tuple[str, ...] = ()
    """What the seller should know: reviews set aside, facts from the seller."""


def ground(draft: Draft, brief: Brief, rules: PraiseRules | None = None, *, read_twice: bool = True) -> GroundedCopy:
    """Keep the sentences that something carries, repair counts, withhold the rest.

    Args:
        draft: any writer's.
        brief: what it was written from.
        rules: what counts as praise.
        read_twice: let the reader of reviews read the copy too; what it takes for a complaint, for the past or for
            another place is withheld. Screening many drafts may do without, what goes out may not.
    """
    support = Support(brief, rules or PraiseRules())
    grounder = _Grounder(support, Reader(support, brief.must), read_twice)
    kept: list[GroundedSentence] = []
    withheld: list[Withheld] = []
    lines: list[tuple[str, bool]] = []
    for line in fold_apostrophes(draft.text).split("\n"):
        outcomes = [outcome for unit in grounder.reader.units(line) for outcome in grounder.judge_together(unit)]
        kept += [outcome for outcome in outcomes if isinstance(outcome, GroundedSentence)]
        withheld += [outcome for outcome in outcomes if isinstance(outcome, Withheld)]
        lines.append((_line_of(line, outcomes), not line.strip()))
    said = any(sentence.carried_by != "nothing said" for sentence in kept)
    text = _without_gaps(lines) if said else ""
    return GroundedCopy(
        product_id=brief.product.id,
        product_name=brief.product.name,
        aspect=draft.aspect,
        style=draft.style,
        writer=draft.writer,
        text=text,
        sentences=tuple(kept) if said else (),
        withheld=tuple(withheld),
        dissent=dissent_of(support),
        compliance=comply(text, [(s.text, s.supporting, s.seller) for s in kept], brief.reviews),
        reviews=brief.reviews,
        refusal=None if said else _nothing_left(withheld),
    )


def refused(brief: Brief, writer: str, reason: str, rules: PraiseRules | None = None) -> GroundedCopy:
    """No copy, the reason, and what reviewers complain of."""
    return GroundedCopy(
        product_id=brief.product.id,
        product_name=brief.product.name,
        aspect=brief.aspect.name if brief.aspect else None,
        style=brief.style,
        writer=writer,
        text="",
        sentences=(),
        withheld=(),
        dissent=dissent_of(Support(brief, rules or PraiseRules())),
        compliance=comply("", [], brief.reviews),
        reviews=brief.reviews,
        refusal=reason,
    )


def dissent_of(support: Support) -> tuple[Dissent, ...]:
    """The complaints that enough reviewers make to be told beside the copy, the most voiced first."""
    found = []
    for claim in support.claims:
        if claim.polarity != "complaint" or claim.supporting < 1:
            continue
        of_all = claim.supporting / support.brief.reviews if support.brief.reviews else 0.0
        of_those = support.complaining_share(claim)
        enough = claim.supporting >= 2 and of_all >= support.rules.dissent_share
        if enough or (of_those >= support.rules.dissent_share and support.is_praised(claim)):
            found.append(
                Dissent(
                    target=claim.target,
                    descriptor=claim.descriptor,
                    supporting=claim.supporting,
                    contradicting=claim.contradicting,
                    reviews=support.brief.reviews,
                    evidence=tuple(piece for piece in claim.evidence if piece.side == "for")[:3],
                )
            )
    return tuple(sorted(found, key=lambda item: (-item.supporting, item.target, item.descriptor)))


class _Grounder:
    """Judges sentences one by one."""

    def __init__(self, support: Support, reader: Reader, read_twice: bool) -> None:
        self.reader = reader
        self._support = support
        self._read_twice = read_twice
        aspects = tuple(summary.aspect for summary in support.brief.summaries)
        self._aspects = tuple(
            Aspect(
                name=summary.aspect,
                queries=(),
                words=tuple(dict.fromkeys(claim.target.replace(" ", "-") for claim in summary.claims)),
            )
            for summary in support.brief.summaries
            if summary.claims
        ) or (Aspect(name="product", queries=(), words=("product",)),)
        self._voices = VOICE_NOUNS[domain_of(support.brief.product.category, aspects)]

    def judge_together(self, unit: Sequence[str]) -> list[GroundedSentence | Withheld]:
        """Judge sentences that speak of one thing as one, or each for itself where they cannot go out together."""
        outcome = self.judge(" ".join(unit))
        if isinstance(outcome, GroundedSentence) or len(unit) == 1:
            return [outcome]
        return [alone for sentence in unit for alone in [self.judge(sentence)]]

    def judge(self, sentence: str) -> GroundedSentence | Withheld:
        """Say what carries a sentence, after lowering its counts where that is enough, or why it is withheld."""
        reading = self.reader.read(sentence)
        if problem := self._problem(reading):
            return Withheld(text=sentence, reason=problem)
        carried: list[list[CountedClaim]] = []
        for said in reading.said:
            claims = self._claims_for(said)
            if isinstance(claims, str):
                return Withheld(text=sentence, reason=claims)
            carried.append(claims)
        short = [
            (said, claims)
            for said, claims in zip(reading.said, carried, strict=True)
            if not carries(self._count(said, claims), said.wording)
        ]
        if short:
            return self._repaired(sentence, short)
        return self._grounded(sentence, reading, carried)

    def _count(self, said: Said, claims: Sequence[CountedClaim]) -> Count:
        return self._support.count(claims, of_target=said.descriptor is None)

    def _problem(self, reading: Reading) -> str | None:
        text = _without_seller(reading)
        if kind := private_detail_in(text):
            return f"it gives away {kind}"
        if names := names_in(text):
            return f"{', '.join(sorted(names))} may be a private person's name"
        if (word := superlative_in(text)) and not reading.aside:
            return f"'{word}' ranks the product, which reviews cannot"
        if reading.problems:
            return "; ".join(reading.problems)
        return self._doubt(text) if self._read_twice and reading.said else None

    def _doubt(self, text: str) -> str | None:
        """What the reader of reviews finds in a sentence that no review says: a complaint, the past, another place."""
        for found in parse_claims(text, self._aspects):
            known = self._support.by_target.get(noun_key(found.target))
            if known is None:
                continue
            said = f"'{found.target}: {found.descriptor}'"
            if found.time == "past" or {"elsewhere", "sarcasm"} & set(found.flags):
                return f"it can be read as {said} of another time or place, or as mockery"
            if found.polarity == "complaint" and all(
                claim.descriptor.lower() != found.descriptor.lower() for claim in known
            ):
                return f"it can be read as the complaint {said}, which no review is read as making"
        return None

    def _claims_for(self, said: Said) -> list[CountedClaim] | str:
        """The claims that carry a judgement, or why none does."""
        known = self._support.by_target.get(said.target, [])
        fit = [claim for claim in known if self._support.against_saying(claim) is None]
        if said.descriptor is None:
            if fit:
                return fit
            reasons = [reason for claim in known if (reason := self._support.against_saying(claim))]
            return (
                f"no praise of '{said.target}' may be said: {reasons[0]}"
                if reasons
                else f"no review is read as praising '{said.target}'"
            )
        same = [claim for claim in known if claim.descriptor.lower() == said.descriptor]
        if not same:
            return f"no review is read as saying '{said.descriptor}' of '{said.target}'"
        chosen = [claim for claim in same if claim in fit]
        return chosen or str(self._support.against_saying(same[0]))

    def _repaired(self, sentence: str, short: Sequence[tuple[Said, list[CountedClaim]]]) -> GroundedSentence | Withheld:
        """The sentence with counts that the reviews bear out, where it counts voices at all."""
        said, claims = short[0]
        count = self._count(said, claims)
        reason = f"{_voices_told(count)} {'say' if count.supporting != 1 else 'says'} so, which does not carry "
        reason += f"'{said.wording}'" if said.wording else "saying it without counting"
        lowest = min((self._count(*pair) for pair in short), key=lambda found: found.supporting)
        if said.voices is None or any(other.voices != said.voices for other, _ in short) or lowest.supporting < 2:
            return Withheld(text=sentence, reason=reason)
        start, end = said.voices
        if (said.wording or "").endswith("again") and not re.search(SPEAKERS, sentence[start:end], re.IGNORECASE):
            return Withheld(text=sentence, reason=reason)
        words = counted(lowest, self._voices)[0]
        if re.search(r"\bof\b", said.wording or "") and sentence[start:end].lower().endswith("reviews"):
            words = f"{lowest.supporting} of {lowest.reviews} reviews"
        words = words[0].upper() + words[1:] if start == 0 or sentence[start].isupper() else words
        mended = sentence[:start] + words + sentence[end:]
        if mended == sentence:
            return Withheld(text=sentence, reason=reason)
        outcome = self.judge(mended)
        if isinstance(outcome, Withheld):
            return Withheld(text=sentence, reason=reason)
        return outcome.model_copy(update={"repaired": sentence})

    def _grounded(self, sentence: str, reading: Reading, carried: Sequence[Sequence[CountedClaim]]) -> GroundedSentence:
        claims = [claim for claims in carried for claim in claims] + [claim for _, claim in reading.quotes]
        spans = _spans([claims for claims in (*carried, [claim for _, claim in reading.quotes]) if claims])
        own = tuple(_seller_evidence(self._support.brief.product.id, mark) for mark in reading.seller)
        evidence = (*spans, *own)
        counts = [self._count(*pair).supporting for pair in zip(reading.said, carried, strict=True)]
        counts += [claim.supporting for _, claim in reading.quotes]
        claim_id = content_id(self._support.brief.product.id, sentence)
        by: Literal["reviews", "seller", "reviews and seller", "nothing said"] = "nothing said"
        if claims:
            by = "reviews and seller" if own else "reviews"
        elif own:
            by = "seller"
        share = min(counts) / self._support.brief.reviews if counts and self._support.brief.reviews else None
        reason = {"seller": "the seller's own record carries it", "nothing said": "it says nothing of the product"}
        return GroundedSentence(
            text=sentence,
            claim=Claim(id=claim_id, text=sentence, evidence_ids=tuple(piece.id for piece in evidence)),
            carried_by=by,
            evidence=evidence,
            seller=reading.seller,
            supporting=min(counts) if counts else None,
            reviews=self._support.brief.reviews,
            verdict=Verdict(
                claim_id=claim_id,
                outcome="undecided" if by == "nothing said" else "supported",
                score=share,
                judge=JUDGE,
                reason=None if share is not None else reason.get(by, "no review could be counted"),
            ),
        )


def _spans(groups: Sequence[Sequence[CountedClaim]], each: int = 3) -> tuple[Evidence, ...]:
    """A few spans for everything that is said, each review once per thing."""
    found: dict[str, Evidence] = {}
    for claims in groups:
        pieces = [piece for claim in claims for piece in claim.evidence if piece.side == "for"]
        chosen: dict[str, Evidence] = {}
        for piece in sorted(pieces, key=lambda piece: -piece.strength):
            chosen.setdefault(piece.excerpt.source_id, piece)
        found.update({piece.id: piece for piece in list(chosen.values())[:each]})
    return tuple(found.values())


def _seller_evidence(product_id: str, mark: str) -> Evidence:
    source = content_id("seller", product_id)
    excerpt = Excerpt(source_id=source, start=0, end=len(mark), unit="characters", text=mark)
    return Evidence(id=content_id(source, mark), excerpt=excerpt, side="for", strength=1.0, split="shown")


def _without_seller(reading: Reading) -> str:
    text = reading.text
    for mark in reading.seller:
        phrase = mark.partition(": ")[2]
        at = text.lower().find(phrase.lower())
        if at >= 0:
            text = text[:at] + " " + text[at + len(phrase) :]
    return text


def _line_of(line: str, outcomes: Sequence[GroundedSentence | Withheld]) -> str:
    """The line with what is left of it, its bullet or label kept."""
    kept = [outcome.text for outcome in outcomes if isinstance(outcome, GroundedSentence)]
    if not kept:
        return ""
    first = (
        outcomes[0].repaired if isinstance(outcomes[0], GroundedSentence) and outcomes[0].repaired else outcomes[0].text
    )
    label = line[: line.find(first[:8])] if first[:8] in line else ""
    return label + " ".join(kept)


def _without_gaps(lines: Sequence[tuple[str, bool]]) -> str:
    """The lines that are left; a blank line stays where it stood between two blocks."""
    kept: list[str] = []
    for line, was_blank in lines:
        if line or (was_blank and kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _voices_told(count: Count) -> str:
    return f"{count.supporting} of {count.reviews} reviews" if count.reviews else "no review"


def _nothing_left(withheld: Sequence[Withheld]) -> str:
    if not withheld:
        return "the draft says nothing that a review or the seller's record carries."
    return f"every sentence was withheld; the first because {withheld[0].reason}."
