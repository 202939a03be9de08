"""Writers to be compared with: the reviews' own words, and nothing but the seller's record."""

from dataclasses import dataclass

from earmark.copywriting.english import capitalised
from earmark.copywriting.rewards.information import WORDS
from earmark.copywriting.summaries.praise import Support
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import content_id


@dataclass(frozen=True)
class Extractive:
    """Quotes the shortest praising sentence for each claim, most voices first, as long as the length allows."""

    name: str = "extractive"

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """One draft; none where nothing may be praised."""
        said: list[str] = []
        for claim in Support(brief).praise:
            spans = sorted((piece.excerpt.text or "" for piece in claim.evidence if piece.side == "for"), key=len)
            words = sum(len(sentence.split()) for sentence in said)
            if spans and words + len(spans[0].split()) <= WORDS[brief.style.length]:
                said.append(capitalised(spans[0].strip().rstrip(".!?")) + ".")
        return [_draft(brief, " ".join(dict.fromkeys(said)), self.name)] if said else []


@dataclass(frozen=True)
class AttributesOnly:
    """What can be said without any review: the name, the kind and the seller's facts."""

    name: str = "attributes only"

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """One draft; none where nothing is known of the product."""
        product = brief.product
        facts = [f"{key}: {value}" for key, value in product.facts.items() if key.lower() not in ("name", "category")]
        head = ", ".join(part for part in (product.name, product.category) if part)
        text = ". ".join(part for part in (head, *facts) if part)
        return [_draft(brief, f"{text}.", self.name)] if text else []


def _draft(brief: Brief, text: str, writer: str) -> Draft:
    return Draft(
        id=content_id(brief.product.id, writer, text),
        product_id=brief.product.id,
        aspect=brief.aspect.name if brief.aspect else None,
        style=brief.style,
        text=text,
        writer=writer,
    )
