"""A reply in the shape that a prompt hopes for, filled with any words."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from earmark.language.model import Prompt


def fields_of(prompt: Prompt) -> frozenset[str]:
    """The names of the fields that the reply should have; none where plain text is wanted."""
    properties: dict[str, Any] = (prompt.reply_schema or {}).get("properties", {})  # type: ignore[assignment]
    return frozenset(properties)


def filled(prompt: Prompt, text: Callable[[], str], draws: Random | None = None) -> str:
    """A reply that satisfies the prompt's schema, with words from ``text`` wherever words are wanted.

    Args:
        prompt: the question.
        text: the next words.
        draws: chooses among what is allowed, and numbers; the first of what is allowed where ``None``.
    """
    if prompt.reply_schema is None:
        return text()
    definitions: dict[str, Any] = prompt.reply_schema.get("$defs", {})  # type: ignore[assignment]
    return json.dumps(_Filling(definitions, text, draws).value(prompt.reply_schema))


class _Filling:
    def __init__(self, definitions: dict[str, Any], text: Callable[[], str], draws: Random | None) -> None:
        self._definitions = definitions
        self._text = text
        self._draws = draws

    def value(self, schema: dict[str, Any]) -> Any:
        """A value that satisfies a JSON schema."""
        if "$ref" in schema:
            return self.value(self._definitions[schema["$ref"].rsplit("/", 1)[-1]])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._draws.choice(schema["enum"]) if self._draws else schema["enum"][0]
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0])
        match schema.get("type"):
            case "object":
                return {name: self.value(inner) for name, inner in schema.get("properties", {}).items()}
            case "array":
                return [self.value(schema.get("items", {})) for _ in range(schema.get("minItems", 1) or 1)]
            case "integer" | "number" as kind:
                number = self._number(schema)
                return round(number) if kind == "integer" else number
            case "boolean":
                return self._draws.random() < 0.5 if self._draws else True
            case _:
                return self._text()[: schema.get("maxLength", 400)]

    def _number(self, schema: dict[str, Any]) -> float:
        low = float(schema.get("minimum", 0 if "maximum" in schema else 1))
        return self._draws.uniform(low, float(schema.get("maximum", low + 9))) if self._draws else low
