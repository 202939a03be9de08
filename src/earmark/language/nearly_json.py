"""Read the JSON in what a model says, which is often nearly JSON.

Strict JSON is looked for first. Only where that does not serve is a text read leniently: single or curly quotes, bare
keys, comments, trailing commas, line breaks and quotation marks inside strings, Python's ``True`` and ``None``. Nothing
is guessed: what was cut off, left out or cannot be told apart is no JSON. (json-repair would complete what was cut off,
and part sentences at their quotation marks.)
"""

import json
import re
from collections.abc import Iterator

_LONGEST = 100_000
_MOST_STARTS = 200
_MOST_LENIENT_STARTS = 40
_MOST_TOKENS = 5_000
_START = re.compile(r"[{\[]")
# What stands before a bracket inside of a value: where that value is broken, its parts are no answer.
_INSIDE = re.compile(r"""(?:["'\u201d]\s*:|[\[{]|[}\]"'\u201d]\s*,)\s*$""")
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_BARE = re.compile(r"[\w$.+-]+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
# A quotation mark ends a string only where what follows can follow a string.
_AFTER_COMMA = r"""["'{\[}\]\u201c\u2018/\d-]|[\w$]+\s*:|(?:true|false|null|True|False|None)\b"""
_AFTER_STRING = re.compile(rf"\s*(?:$|[:}}\]]|//|/\*|,\s*(?:$|{_AFTER_COMMA}))")
# A backslash that JSON does not know, and a quotation mark that it would want escaped.
_UNESCAPED = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|(\\|")')
# A line that breaks in the middle of a sentence, as no line that is meant does.
_WRAPPED = re.compile(r"(?<=[^\s.!?:;])[ \t]*\r?\n[ \t]*(?=[a-z\u00df-\u00ff])")
_DECODER = json.JSONDecoder()


def json_values(text: str, *, lenient: bool = False) -> Iterator[object]:
    """The objects and lists that stand in a text, outermost ones only, in their order.

    Args:
        text: prose, fences, one value or several; of a very long one the end is read.
        lenient: read what is nearly JSON, too.
    """
    text = text[-_LONGEST:]
    place, broken = 0, False
    for _ in range(_MOST_LENIENT_STARTS if lenient else _MOST_STARTS):
        start = _START.search(text, place)
        if start is None:
            return
        place = start.end()
        if broken and _INSIDE.search(text, max(0, start.start() - 20), start.start()):
            continue
        try:
            value, place = _read(text, start.start(), lenient)
        except (ValueError, RecursionError):
            broken = True
            continue
        broken = False
        yield value


def _read(text: str, start: int, lenient: bool) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except ValueError:
        if not lenient:
            raise
        strict, end = _Rewriting(text, start).run()
        value = json.loads(strict)
    # Half an emoji, written as an escape, is no character and could not be kept.
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="ignore")), end


class _Rewriting:
    """Nearly JSON to JSON, from an opening bracket to the one that closes it."""

    def __init__(self, text: str, start: int) -> None:
        self._text, self._at = text, start
        self._open: list[str] = []
        self._written: list[str] = []

    def run(self) -> tuple[str, int]:
        """The same value as strict JSON, and where it ends.

        Raises:
            ValueError: it is cut off, or cannot be told apart.
        """
        self._put_one()
        while self._open:
            if len(self._written) > _MOST_TOKENS:
                raise ValueError("too long to be read leniently")
            self._at = self._after_space(self._at)
            self._put_one()
        return "".join(self._written), self._at

    def _after_space(self, at: int) -> int:
        return _SPACE.match(self._text, at).end()  # type: ignore[union-attr]

    def _put_one(self) -> None:
        character = self._text[self._at : self._at + 1]
        if character in ("{", "["):
            self._open.append("}" if character == "{" else "]")
        elif character in ("}", "]"):
            if character != self._open.pop():
                raise ValueError("crossed brackets")
            if self._written[-1] == ",":
                self._written.pop()
        elif character in _QUOTES:
            return self._put_string(_QUOTES[character])
        elif character not in (":", ","):
            return self._put_bare()
        return self._put(character, 1)

    def _put(self, written: str, length: int) -> None:
        self._written.append(written)
        self._at += length

    def _put_string(self, quote: str) -> None:
        end = self._text.find(quote, self._at + 1)
        while end >= 0 and (self._is_escaped(end) or not _AFTER_STRING.match(self._text, end + 1)):
            end = self._text.find(quote, end + 1)
        if end < 0:
            raise ValueError("a string is cut off")
        said = _WRAPPED.sub(" ", self._text[self._at + 1 : end].replace("\\'", "'"))
        escaped = _UNESCAPED.sub(lambda part: "\\" + part[1] if part[1] else part[0], said)
        self._put(json.dumps(json.loads(f'"{escaped}"', strict=False)), end + 1 - self._at)

    def _is_escaped(self, at: int) -> bool:
        return self._text[at - 1] == "\\" and self._text[at - 2] != "\\"

    def _put_bare(self) -> None:
        bare = _BARE.match(self._text, self._at)
        if bare is None:
            raise ValueError("cut off, or no JSON")
        word, after = bare[0], self._after_space(bare.end())
        if self._open[-1] == "}" and self._text[after : after + 1] == ":":
            self._put(json.dumps(word), len(word))
        elif word in _CONSTANTS or _NUMBER.fullmatch(word):
            self._put(_CONSTANTS.get(word, word), len(word))
        else:
            raise ValueError("a word that is no JSON")
