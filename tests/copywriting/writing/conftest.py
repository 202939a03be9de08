"""Claims and briefs by hand, so that what may be said is known exactly."""

import pytest

from earmark.copywriting.reviews import Product
from earmark.copywriting.summaries.summaries import AspectSummary, CountedClaim
from earmark.copywriting.writers.drafts import Brief, Draft, Style
from earmark.evidence import Claim, Evidence, Excerpt, content_id


def make_claim(
    target, descriptor, voices, *, against=0, polarity="praise", surface=None, first=0, form="adjective", reviews=12,
    dimension="taste", last_date=None, span=None,
):  # fmt: skip
    evidence = []
    for number in range(voices + against):
        text = span or f"The {surface or target} {'were' if surface else 'was'} {descriptor}."
        side = "for" if number < voices else "against"
        evidence.append(
            Evidence(
                id=content_id(target, descriptor, str(number)),
                excerpt=Excerpt(
                    source_id=f"review-{first + number}", start=0, end=len(text), unit="characters", text=text
                ),
                side=side,
                strength=1.0,
                split="shown",
            )
        )
    return CountedClaim(
        claim=Claim(
            id=content_id(target, descriptor, polarity), text=f"{descriptor} {target}", evidence_ids=tuple(
                piece.id for piece in evidence if piece.side == "for"
            )
        ),
        target=target,
        descriptor=descriptor,
        polarity=polarity,
        evidence=tuple(evidence),
        supporting=voices,
        contradicting=against,
        reviews=reviews,
        surface=surface or target,
        form=form,
        dimension=dimension,
        last_date=last_date,
    )  # fmt: skip


def diner_claims():
    return {
        "food": (
            make_claim("fry", "crisp", 5, surface="fries"),
            make_claim("crust", "thin", 3),
            make_claim("soup", "hot", 2),
            make_claim("noodle", "fresh", 1, surface="noodles"),
            make_claim("cake", "dry", 2, polarity="complaint"),
        ),
        "service": (
            make_claim("staff", "friendly", 7, dimension="kindness"),
            make_claim("service", "quick", 4, dimension="speed"),
            make_claim("waiter", "slow", 3, polarity="complaint", surface="waiters", dimension="speed"),
        ),
        "atmosphere": (
            make_claim("terrace", "quiet", 2, dimension="noise"),
            make_claim("decor", "cosy", 1, dimension="look"),
            make_claim("decor", "lovely", 1, first=5, dimension="look"),
        ),
    }


def make_brief(claims=None, *, style=None, facts=None, name="The Copper Ladle", reviews=12, **more):
    claims = diner_claims() if claims is None else claims
    return Brief(
        product=Product(id="ladle", name=name, category="restaurant", facts=facts or {}),
        aspect=None,
        style=style or Style(),
        summaries=tuple(
            AspectSummary(product_id="ladle", aspect=aspect, claims=tuple(found)) for aspect, found in claims.items()
        ),
        reviews=reviews,
        **more,
    )


def make_draft(text, brief):
    return Draft(
        id=content_id(text), product_id=brief.product.id, aspect=None, style=brief.style, text=text, writer="a test"
    )


@pytest.fixture
def claim():
    return make_claim


@pytest.fixture
def brief():
    return make_brief


@pytest.fixture
def draft():
    return make_draft
