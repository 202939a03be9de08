"""A language model as writer: it is asked with the claims as data, and what it writes is grounded like anyone's."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from earmark.copywriting.summaries.praise import PraiseRules, Support
from earmark.copywriting.writers.channels import limits, where
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.evidence import content_id
from earmark.language import LanguageModel, Message
from earmark.language.privacy import mask
from earmark.language.prompt_files import PromptFile, load_prompt
from earmark.language.structured import Answer, ask
from earmark.language.untrusted import clean_text

_LONGEST_DRAFT = 2_000
_CLAIMS_SENT = 24


class Written(BaseModel):
    """The reply that is hoped for."""

    drafts: list[str] = Field(min_length=1, max_length=64)


class ModelWriter:
    """Writes drafts by asking a language model.

    Args:
        model: who is asked.
        rules: what counts as praise; only such claims are sent.
        send_raw: send review words as they are; names and contact details are masked otherwise.
    """

    def __init__(self, model: LanguageModel, rules: PraiseRules | None = None, *, send_raw: bool = False) -> None:
        self._model = model
        self._rules = rules or PraiseRules()
        self._send_raw = send_raw

    @property
    def name(self) -> str:
        """The model's name."""
        return f"model:{self._model.name}"

    @property
    def prompt(self) -> PromptFile:
        """The prompt file, whose hash goes to the manifest."""
        return load_prompt("earmark.copywriting", "write_copy")

    def write(self, brief: Brief, drafts: int, seed: int) -> list[Draft]:
        """Ask for so many drafts; none where nothing may be said, or where the model gives no usable reply."""
        return self.ask(brief, drafts, seed).value or []

    def ask(self, brief: Brief, drafts: int, seed: int) -> Answer[list[Draft]]:
        """Ask for so many drafts, or say why the model brought none; any thread may, several at once."""
        support = Support(brief, self._rules)
        if not support.praise:
            return Answer([], None)
        claims = [
            f"{claim.surface or claim.target}: {claim.descriptor} ({claim.supporting} of {brief.reviews} reviews)"
            for claim in support.praise[:_CLAIMS_SENT]
        ]
        material = self._material(brief, support, claims, drafts)
        answer = ask(self._model, self.prompt.fill(*material, max_tokens=300 * drafts, seed=seed), Written)
        if answer.value is None:
            return Answer(None, answer.reason)
        listed = claims if brief.style.length != "bullets" else []
        texts = dict.fromkeys(_tidied(text, listed) for text in answer.value.drafts)
        made = [
            Draft(
                id=content_id(brief.product.id, self.name, text),
                product_id=brief.product.id,
                aspect=brief.aspect.name if brief.aspect else None,
                style=brief.style,
                text=text,
                writer=self.name,
            )
            for text in list(texts)[:drafts]
            if text
        ]
        if not made:
            return Answer(None, f"{self._model.name} wrote no sentence, only what it was told or nothing")
        return Answer(made, None)

    def _material(self, brief: Brief, support: Support, claims: Sequence[str], drafts: int) -> tuple[Message, ...]:
        spans = [span for claim in support.praise[:_CLAIMS_SENT] for span in support.spans(claim)[:1]]
        facts = [f"{key}: {value}" for key, value in brief.product.facts.items()]
        style = brief.style
        wanted = [
            f"drafts: {drafts}",
            f"tone: {style.tone}",
            f"place: {where(style)}, length: {style.length}, at most {limits(style).characters} characters",
        ]
        return (
            Message(label="the style that is wanted", text="\n".join(wanted)),
            Message(label="claims counted from reviews", text="\n".join(claims)),
            Message(label="what reviewers wrote", text="\n".join(self._sent(span) for span in spans)),
            Message(label="facts from the seller", text="\n".join(facts) or "none"),
            Message(label="phrases that must be said", text="\n".join(brief.must) or "none"),
            Message(label="phrases that must never be said", text="\n".join(brief.never) or "none"),
        )

    def _sent(self, span: str) -> str:
        text = clean_text(span, 300)
        return text if self._send_raw else mask(text).text


def _tidied(text: str, listed: Sequence[str]) -> str:
    """A model's words, line by line, without what a reader cannot see and without lists of what it was told."""
    text = text[:_LONGEST_DRAFT]
    for line in listed:
        text = text.replace(line, " ")
    lines = (clean_text(line, _LONGEST_DRAFT) for line in text.split("\n"))
    return "\n".join(lines).strip()
