"""A server's no, in its own words: what it is about, and what follows from it."""

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from earmark.language.untrusted import clean_text

_LONGEST_WORDS = 1_000
_WORDS_IN = ("message", "detail", "msg", "error", "title", "description", "error_description")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)

TOO_LONG = re.compile(
    r"context[ _](?:length|window|size)|context_length_exceeded|maximum context|n_ctx|prompt is too long|"
    r"(?:input|prompt|request|messages?|content|max_(?:completion_)?tokens)\b.{0,40}\btoo (?:long|large|many|big)|"
    r"too many (?:input )?tokens|token limit|(?:exceed|longer than|larger than|more than).{0,60}\b(?:tokens?|context)|"
    r"\bmax_(?:new_|completion_)?tokens\b.{0,60}(?:must be|maximum|at most|greater|range|[<>])",
    re.IGNORECASE,
)
"""A question that does not fit, or not together with the room for its reply."""

FILTERED = re.compile(
    r"content[ _](?:management|filter|policy)|responsible ?ai|safety (?:system|filter)", re.IGNORECASE
)
"""A question that the server will not have answered."""

_SPENT = re.compile(
    r"\bquota|billing|payment|\bcredits?\b|\bbalance\b|out of funds|spending limit|subscription", re.IGNORECASE
)
_SPENT_FOR_GOOD = re.compile(r"insufficient[_ ](?:quota|balance|credits?|funds)", re.IGNORECASE)
_WAIT = re.compile(
    r"(?:again|retry|wait)\b\D{0,30}?"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)(?![a-z])\s*)+)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milli|h|m|s)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "milli": 0.001, "h": 3600.0, "m": 60.0, "s": 1.0}


class Refusal(Exception):
    """A server's no.

    Args:
        status: of the response, or what its body says.
        words: what it gives as the reason, cleaned and bounded; empty where it gives none.
        wait_s: how long it asks to wait.
    """

    def __init__(self, status: int, words: str, wait_s: float | None = None) -> None:
        super().__init__(words)
        self.status, self.words = status, words
        self.wait_s = wait_s if wait_s is not None else _wait_in(words)

    @property
    def is_about_money(self) -> bool:
        """Whether nothing more can be spent there, so that waiting does not help; some say so of a minute's rate."""
        if self.status not in (402, 403, 429):
            return False
        return self.status == 402 or bool(
            _SPENT_FOR_GOOD.search(self.words) or (self.wait_s is None and _SPENT.search(self.words))
        )

    @property
    def is_passing(self) -> bool:
        """Whether the same question may fare better later."""
        return self.status in (408, 409, 425, 429) or self.status >= 500


def refusal_of(status: int, body: str, headers: Mapping[str, str]) -> Refusal:
    """The refusal in a response that is none in status only."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = _TAGS.sub(" ", body[:20_000])
    words = _words(document)
    location = headers.get("location")
    return Refusal(
        status, words or (f"it points to {clean_text(location, 200)}" if location else ""), retry_after(headers)
    )


def refusal_in(document: Mapping[str, Any]) -> Refusal | None:
    """The error that stands in a body of status 200."""
    error = document.get("error")
    if not error:
        return None
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    digits = str(code)
    # Without a number nobody knows whether it lasts.
    status = int(digits) if re.fullmatch(r"[45]\d\d", digits) else 500
    return Refusal(429 if status == 500 and _SPENT.search(_words(error)) else status, _words(error))


def _words(said: object) -> str:
    return clean_text(_flat(said), _LONGEST_WORDS)


def _flat(said: object, depth: int = 0) -> str:
    """The reason in an error of any shape; never the ``input`` that validators repeat, which is our material."""
    if isinstance(said, str):
        return said
    if depth > 5:
        return ""
    if isinstance(said, list):
        return "; ".join(filter(None, (_flat(part, depth + 1) for part in said[:5])))
    if not isinstance(said, dict):
        return ""
    reason = next(filter(None, (_flat(said.get(name), depth + 1) for name in _WORDS_IN)), "")
    about = [str(said[name]) for name in ("param", "code") if isinstance(said.get(name), str)]
    if isinstance(said.get("loc"), list):
        about.append(".".join(map(str, said["loc"])))
    about = [word for word in about if word and word not in reason]
    return f"{reason.rstrip('.')} ({', '.join(about)})" if reason and about else reason or ", ".join(about)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the server asks: from milliseconds, from a number, or from an HTTP date."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers.get(name, "")) * unit_s
        except ValueError:
            continue
        if isfinite(wait_s):
            return max(0.0, wait_s)
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _wait_in(words: str) -> float | None:
    """``Please try again in 1m20.5s``."""
    asked = _WAIT.search(words)
    if asked is None:
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(asked[1]))
