"""Text files as people save them: which encoding they are in, and what to do with bytes that are in none.

A file that is UTF-8 but for a few bytes stays UTF-8, and these bytes alone are read as Windows-1252. A file in another
encoding is read as the one in which its letters stand among letters and its apostrophes between them: general
detectors take an English text with three accents for Polish or Chinese.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from earmark.errors import InvalidInput
from earmark.language.plausibility import plausibility

_BLOCK = 1 << 20
_LINES_WEIGHED = 500
"""Lines with bytes beyond ASCII that an encoding is chosen by."""
_LINES_NAMED = 3
_PLAUSIBLE = 1.0
"""What an encoding must make of the bytes beyond ASCII, on the scale of :func:`plausibility`."""
_STRAY_SHARE = 1e-3
"""Strange bytes in a byte up to which a file of no known encoding is ASCII with damaged places."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The first of equals is taken.
_OTHERS = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp850": "code page 850",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
}
_STRAY = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII = re.compile("[^\\x00-\\x7f]")


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text."""

    name: str
    strays: int = 0
    """Places in a UTF-8 file that are not UTF-8."""
    lines: tuple[int, ...] = ()
    """The first lines that hold such a place."""

    @property
    def errors(self) -> str:
        """What is done with bytes that are not in the encoding, as ``open`` takes it."""
        return "windows-1252" if self.name.startswith("utf-8") else "replace"

    def told(self) -> str | None:
        """What the user should know of it, in a clause; ``None`` for a sound file in an encoding of Unicode."""
        if self.strays:
            where = ", ".join(map(str, self.lines)) + (", ..." if self.strays > len(self.lines) else "")
            places = "1 place is" if self.strays == 1 else f"{self.strays} places are"
            return f"{places} not UTF-8 (line {where}): these bytes alone are read as Windows-1252"
        return f"it is read as {_OTHERS[self.name]}, not UTF-8" if self.name in _OTHERS else None


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file, in one pass and in memory that does not grow with it.

    Raises:
        InvalidInput: none that we know makes text of it.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _surveyed(path).encoding(name) if name == "utf-8-sig" else Encoding(name)
    if wide := _wide(head):
        return Encoding(wide)
    survey = _surveyed(path)
    if not survey.strays:
        return survey.encoding("utf-8")
    known = ["utf-8", *_OTHERS] if survey.others else list(_OTHERS)
    scores = {name: plausibility(text) for name in known if (text := _decoded(survey.sample, name)) is not None}
    best = max(scores, key=scores.__getitem__, default="utf-8")
    if best != "utf-8" and scores[best] > _PLAUSIBLE:
        return Encoding(best)
    if (best == "utf-8" and survey.strays <= survey.others) or survey.strays <= _STRAY_SHARE * path.stat().st_size:
        return survey.encoding("utf-8")
    raise InvalidInput(f"{path} is in an encoding that cannot be told: save it as UTF-8.")


def open_text(path: Path, encoding: Encoding | None = None, *, newline: str | None = None) -> TextIO:
    """Open a text file in its encoding, ready to be streamed."""
    encoding = encoding or detect_encoding(path)
    return path.open(encoding=encoding.name, errors=encoding.errors, newline=newline)


def read_text(path: Path, limit: int = -1) -> str:
    """The text of a file, whatever its encoding; at most ``limit`` characters.

    Raises:
        InvalidInput: it is not there, cannot be read, or is in an encoding that cannot be told.
    """
    try:
        with open_text(path) as file:
            return file.read(limit)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: Latin text in them is full of zeros, in fixed places."""
    size = len(head)
    if head.count(0) > 0.6 * size:
        return "utf-32-le" if head[3::4].count(0) >= head[0::4].count(0) else "utf-32-be"
    if head.count(0) > size / 8:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    return None


@dataclass(frozen=True)
class _Survey:
    """How far a file is UTF-8: places that are not, other characters beyond ASCII, and lines that hold either."""

    strays: int
    others: int
    lines: tuple[int, ...]
    sample: bytes

    def encoding(self, name: str) -> Encoding:
        return Encoding(name, self.strays, self.lines)


def _surveyed(path: Path) -> _Survey:
    strays = others = 0
    lines: list[int] = []
    sample: list[bytes] = []
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
        for number, line in enumerate(_bounded(file), start=1):
            if line.isascii():
                continue
            here = len(_STRAY.findall(line))
            strays += here
            others += len(_BEYOND_ASCII.findall(_STRAY.sub("", line)))
            if here and len(lines) < _LINES_NAMED:
                lines.append(number)
            if len(sample) < _LINES_WEIGHED:
                sample.append(line.encode("utf-8", "surrogateescape"))
    return _Survey(strays, others, tuple(lines), b"".join(sample))


def _bounded(file: TextIO) -> Iterator[str]:
    """The lines of a file; one without line ends comes in pieces, so that memory stays flat."""
    while line := file.readline(_BLOCK):
        yield line


def _decoded(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name, Encoding(name).errors if name == "utf-8" else "strict")
    except UnicodeDecodeError:
        return None


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8: a lone one as Windows-1252 has it, a character that was cut short as unreadable."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace") if len(stray) == 1 else "\ufffd", error.end


codecs.register_error("windows-1252", _as_windows_1252)
