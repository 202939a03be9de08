"""Passages of material that speak to a machine: orders, feigned roles, fake delimiters, markup, and such in disguise.

The field calls them prompt injection. Nothing of the kind is ever obeyed, since material never stands among the
instructions; it is looked for all the same, so that no model has to withstand it, so that no order to praise counts as
praise, and so that the user is shown it in quotation marks. The patterns stand in ``orders.toml``; what they miss is
caught where replies are held against the evidence.
"""

import base64
import binascii
import codecs
import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal, get_args
from urllib.parse import unquote

from earmark.evidence import Record
from earmark.language.letters import LOOK_ALIKE, mixes_alphabets
from earmark.language.model import Prompt
from earmark.language.untrusted import clean_text

OrderKind = Literal[
    "override", "role", "exfiltration", "reply", "delimiter", "markup", "formula", "path", "foreign", "encoded"
]
# After these, the rest of a text is taken to belong to the order.
_OPENS = frozenset({"override", "role", "exfiltration", "reply", "delimiter", "foreign", "encoded"})
_QUOTED = 90
_MARKS = "<>[{(#`=+@|$%\\/!-"
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d)]{0,3}\s+|\n+")
_START = (
    r"(?:(?:^|[.!?:;,\n\"'\u201c(\[{*#>|-])\s*|\b(?:please|now|must|should|shall|to|and|then|you|will|just|kindly|also|"
    r"instead|first|finally|ai|model|assistant|always|only|simply)\s+(?:(?:now|just|only|always)\s+)?)"
)


class Order(Record):
    """One passage that speaks to a machine."""

    kind: OrderKind
    start: int
    end: int
    quote: str
    """The sentence that it begins in, cleaned and shortened, for people."""

    def told(self) -> str:
        """Kind and words, in quotation marks."""
        return f"{self.kind}: \u201c{self.quote}\u201d"


def find_orders(text: str) -> tuple[Order, ...]:
    """The passages of a text that speak to a machine, at most one a sentence, in order.

    Look-alike letters, invisible characters, base64, hexadecimal, rot13, percent and character codes, spelling
    backwards and s p a c e d letters are seen through.

    Args:
        text: anything from outside.
    """
    folded, places = _folded(text)
    spans = [*_spans(folded), *((start, end, "encoded") for start, end in _disguised(folded))]
    if not spans:
        return ()
    bounds = _sentence_bounds(text)
    by_sentence: dict[int, list[tuple[int, int, OrderKind]]] = {}
    for start, end, kind in spans:
        first, last = places(start), places(end - 1) + 1
        # A pattern may begin with the full stop before its sentence.
        begins = next(at for at in range(first, last) if at == last - 1 or text[at].isalnum() or text[at] in _MARKS)
        by_sentence.setdefault(bisect_right(bounds, begins) - 1, []).append((begins, last, kind))
    return tuple(
        Order(
            kind=min((kind for *_, kind in inside), key=get_args(OrderKind).index),
            start=min(start for start, _, _ in inside),
            end=max(end for _, end, _ in inside),
            quote=clean_text(text[bounds[at] : bounds[at + 1]], _QUOTED),
        )
        for at, inside in sorted(by_sentence.items())
    )


def without_orders(text: str) -> tuple[str, tuple[Order, ...]]:
    """A text without the sentences that speak to a machine, and what was found.

    What follows an order belongs to it, so the text ends there; markup, formulas and paths cost their own sentence.
    """
    found = find_orders(text)
    if not found:
        return text, ()
    bounds = _sentence_bounds(text)
    kept = []
    for start, end in pairwise(bounds):
        inside = [order for order in found if order.start < end and start < order.end]
        if any(order.kind in _OPENS for order in inside):
            break
        if not inside:
            kept.append(text[start:end])
    return "".join(kept).strip(), found


def guarded(prompt: Prompt) -> Prompt:
    """A question whose material holds no orders: the sentences that do are left out, line by line."""
    return prompt.model_copy(
        update={
            "data": tuple(message.model_copy(update={"text": _obeyed_by_none(message.text)}) for message in prompt.data)
        }
    )


def _obeyed_by_none(text: str) -> str:
    lines = text.split("\n")
    kept = [without_orders(line)[0] for line in lines]
    return "\n".join(line for line, before in zip(kept, lines, strict=True) if line or not before)


def holds_order(text: str) -> bool:
    """Whether any passage of a text speaks to a machine."""
    return bool(find_orders(text))


def _sentence_bounds(text: str) -> list[int]:
    ends = (match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text))
    return [0, *ends, len(text)]


def _spans(folded: str) -> Iterator[tuple[int, int, OrderKind]]:
    low = folded.lower()
    if not any(trigger in low for trigger in _patterns()[0]):
        return
    for kind, patterns in _patterns()[1].items():
        for pattern in patterns:
            for match in pattern.finditer(folded):
                yield match.start(), max(match.end(), match.start() + 1), kind


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, ...], dict[OrderKind, tuple[re.Pattern[str], ...]]]:
    """The cheap first look, and the patterns by kind."""
    known = tomllib.loads(files("earmark.language").joinpath("orders.toml").read_text(encoding="utf-8"))
    compiled: dict[OrderKind, tuple[re.Pattern[str], ...]] = {
        kind: tuple(re.compile(pattern.replace("START", _START), re.IGNORECASE) for pattern in patterns)
        for kind in get_args(OrderKind)
        if (patterns := known.get(kind))
    }
    return tuple(known["triggers"]), compiled


# ---- disguises ---------------------------------------------------------------------------------------------------

_SPACED = re.compile(r"(?<!\w)(?:\w[ ._*-]){7,}\w(?!\w)(?:[ ._*-]{2,}(?:\w[ ._*-])*\w(?!\w))*")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s:,]?){10,}")
_BITS = re.compile(r"(?:[01]{8}[\s]?){5,}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}\w{0,3}){3,}\S*|(?:&#x?[0-9a-fA-F]+;){3,}|(?:\\u[0-9a-fA-F]{4}){3,}")


def _disguised(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that become an order, or words at all, when they are decoded."""
    for pattern, decode in _DISGUISES:
        for match in pattern.finditer(text):
            if any(_says_words(plain) for plain in decode(match[0])):
                yield match.span()
    for turned in (codecs.encode(text, "rot13"), text[::-1]):
        hits = [span for *span, kind in _spans(turned) if kind in ("override", "exfiltration", "reply")]
        if hits and not turned.isdigit():
            yield 0, len(text)


def decoded(text: str) -> Iterable[str]:
    """Everything that stretches of a text become when their disguise is taken off."""
    for pattern, decode in _DISGUISES:
        for match in pattern.finditer(text):
            yield from decode(match[0])


def _says_words(plain: str) -> bool:
    """Whether decoded bytes are text that somebody wrote, which nobody encodes without a purpose."""
    if len(plain) < 6 or not all(character.isprintable() or character.isspace() for character in plain):
        return False
    words = re.findall(r"[A-Za-z]{2,}", plain)
    return len(words) >= 2 and sum(map(len, words)) >= 0.6 * len(plain) and " " in plain.strip()


def _from_base64(token: str) -> Iterator[str]:
    for altchars in (None, b"-_"):
        for skipped in range(min(4, len(token) - 12)):
            raw = token[skipped:].rstrip("=")
            raw = raw[: len(raw) // 4 * 4] if len(raw) % 4 == 1 else raw + "=" * (-len(raw) % 4)
            try:
                yield base64.b64decode(raw, altchars, validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                continue


def _from_hex(digits: str) -> Iterator[str]:
    plain = re.sub(r"0x|\\x|[\s:,]", "", digits)
    with_text = bytes.fromhex(plain[: len(plain) // 2 * 2])
    yield with_text.decode("utf-8", "replace")


def _from_bits(bits: str) -> Iterator[str]:
    plain = re.sub(r"\s", "", bits)
    yield bytes(int(plain[at : at + 8], 2) for at in range(0, len(plain) // 8 * 8, 8)).decode("utf-8", "replace")


def _from_codes(codes: str) -> Iterator[str]:
    from html import unescape

    plain = unescape(unquote(codes))
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), plain)


def _from_spaced(spaced: str) -> Iterator[str]:
    """S p a c e d letters: words are told by wider gaps, or by what their letters spell together."""
    words = re.split(r"[ ._*-]{2,}", spaced)
    joined = " ".join(re.sub(r"[ ._*-]", "", word) for word in words)
    if holds_order(joined) or re.search(r"ignore|instructions|disregard|systemprompt|reveal", joined, re.IGNORECASE):
        yield joined if " " in joined else f"{joined} {joined}"


_DISGUISES: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[str]]], ...] = (
    (_TOKEN, _from_base64),
    (_HEX, _from_hex),
    (_BITS, _from_bits),
    (_PERCENT, _from_codes),
    (_SPACED, _from_spaced),
)


def _folded(text: str) -> tuple[str, Callable[[int], int]]:
    """A text as it looks, and from places in it to places in the original."""
    if text.isascii():
        return text, lambda place: place
    letters: list[str] = []
    places: list[int] = []
    mixed = any(map(mixes_alphabets, re.findall(r"\w+", text)))
    for place, character in enumerate(text):
        if unicodedata.category(character) in ("Cf", "Mn", "Me"):
            continue
        plain = unicodedata.normalize("NFKC", character)
        plain = plain.translate(LOOK_ALIKE) if mixed else plain
        letters += plain
        places += [place] * len(plain)
    return "".join(letters), lambda place: places[place] if places else 0
