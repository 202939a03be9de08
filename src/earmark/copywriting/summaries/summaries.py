"""What reviewers agree and disagree on, per product and aspect, with the spans that say so."""

from typing import Literal

from earmark.evidence import Claim, Evidence, Record

Form = Literal["adjective", "verb", "noun", "adverb", "quantity"]
"""``crisp`` crust; ``loved`` the tacos; ``gem`` of a place; steak ``cooked perfectly``; ``plenty of`` parking."""


class Opinion(Record):
    """One reviewer's opinion of one target, tied to the words that carry it."""

    review_id: str
    aspect: str
    target: str
    """Lemma or noun phrase that is judged: ``crust``, ``front desk``."""
    descriptor: str
    """The judging words as they may be repeated: ``crisp``, ``slow``."""
    polarity: Literal["praise", "complaint"]
    time: Literal["now", "past"] = "now"
    flags: tuple[str, ...] = ()
    """Why it may not be used as support: ``sarcasm``, ``elsewhere``, ``hypothetical``, ``question``, ``quoted``,
    ``vague`` (nothing in particular is judged), ``idiom`` (an unknown noun, only where idioms stand), ``doubtful``
    (praise beside what may turn it) or ``not the product``."""
    start: int
    end: int
    surface: str = ""
    """The target as the reviewer wrote it, in small letters: ``tacos``; empty where it is only implied."""
    form: Form = "adjective"
    """What the descriptor is, so that a writer can build a sentence with it."""
    dimension: str = "quality"
    """What is measured: ``taste``, ``speed``, ``kindness``. Opinions of two dimensions never contradict each other."""

    @property
    def usable(self) -> bool:
        """Whether it may support or contradict a claim about the product as it is now."""
        return not self.flags and self.time == "now"


class CountedClaim(Record):
    """A claim with the voices behind and against it."""

    claim: Claim
    target: str
    descriptor: str
    polarity: Literal["praise", "complaint"]
    evidence: tuple[Evidence, ...]
    """The spans that say so (``for``) and those that deny it (``against``)."""
    supporting: int
    """Distinct reviews that say so."""
    contradicting: int
    """Distinct reviews that say the opposite of the same target."""
    reviews: int
    """Reviews of the product that could be used, with those that an order silenced."""
    first_date: str | None = None
    last_date: str | None = None
    surface: str = ""
    """The target as most reviewers wrote it: ``tacos``."""
    form: Form = "adjective"
    dimension: str = "quality"


class AspectSummary(Record):
    """What the reviews of a product say about one aspect."""

    product_id: str
    aspect: str
    claims: tuple[CountedClaim, ...]
