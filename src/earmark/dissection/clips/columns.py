"""Which column of a table of clips holds what: known by its name, told, and nothing passed over without a word."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from earmark.dissection.clips.contents import READ_ENDINGS, UNREAD_ENDINGS
from earmark.dissection.clips.listing import SPLITS, Stretch, words
from earmark.language.untrusted import clean_text

Row = Mapping[str, object]


def _names(line: str) -> tuple[str, ...]:
    return tuple(line.split())


# Our name for a column, then the names that other people's tables use for the same thing, the surest first.
_NAMES: dict[str, tuple[str, ...]] = {
    "path": _names(
        "path filename file_name filepath file_path audio_filepath audio_path audio_file audio_filename audio fname "
        "file wav wav_path wav_file wavfile wav_filename sound sound_file clip clip_path begin_file segment_file "
        "slice_file_name ytid uri"
    ),
    "label": _names(
        "label labels category categories class_name classname class classes event_label event_labels scene_label "
        "sound_class positive_labels tags tag genre instrument species keyword command annotation"
    ),
    "caption": _names("caption captions title text sentence transcript transcription description raw_text"),
    "split": _names("split subset partition set"),
    "fold": ("fold",),
    "author": _names("author uploader"),
    "licence": _names("licence license"),
    "source_url": _names("source_url url"),
}
_GROUPS = _names(
    "group src_file source_file recording recording_id speaker speaker_id spk spk_id client_id utt2spk artist "
    "artist_id track_id subject subject_id patient patient_id singer performer identifier freesound_id fsid source_id "
    "youtube_id video_id"
)
_PLURALS = frozenset(_names("labels categories classes event_labels positive_labels tags"))
_UNITS: dict[str, tuple[Literal["seconds", "samples"], float]] = {
    **dict.fromkeys(_names("s sec secs second seconds"), ("seconds", 1.0)),
    **dict.fromkeys(_names("ms msec msecs millis millisecond milliseconds"), ("seconds", 0.001)),
    **dict.fromkeys(_names("sample samples frame frames"), ("samples", 1.0)),
}
_KINDS = {
    "start": _names("start starts begin onset t0 tmin xmin from"),
    "end": _names("end ends stop finish t1 tmax xmax to"),
    "duration": _names("duration dur length"),
    "offset": _names("offset"),
}
_FILLERS = frozenset(
    _names(
        "time times segment seg clip event position num number at audio wav file utterance utt sound annotation region "
        "interval chunk"
    )
)


@dataclass(frozen=True)
class _Moments:
    """A column of moments or lengths, and what its numbers count."""

    name: str
    unit: Literal["seconds", "samples"]
    scale: float


@dataclass(frozen=True)
class Columns:
    """Where a table of clips keeps what."""

    known: Mapping[str, tuple[str, ...]]
    """Our name for a column to the table's own; several where several say the same thing."""
    start: _Moments | None = None
    end: _Moments | None = None
    duration: _Moments | None = None
    found: tuple[str, ...] = ()
    """Every column of the table."""

    def told(self) -> str:
        """What was found and what is passed over, in one line, for people."""
        used = {name: self.known[name] for name in (*_NAMES, "group") if name in self.known}
        for name in ("start", "end", "duration"):
            if moments := getattr(self, name):
                used[name] = (moments.name,)
        parts = [ours if theirs == (ours,) else f"{ours}: {_listed(theirs)}" for ours, theirs in used.items()]
        taken = {name for names in used.values() for name in names}
        if passed_over := [name for name in self.found if name and name not in taken]:
            parts.append(f"passed over: {_listed(passed_over)}")
        return clean_text("; ".join(parts), 600)

    def cells(self, row: Row, ours: str) -> list[tuple[str, object]]:
        """What a row has in the columns of one kind, with their names, empty cells left out."""
        found = ((name, row.get(name)) for name in self.known.get(ours, ()))
        return [(name, cell) for name, cell in found if cell is not None and cell != ""]

    def word(self, row: Row, ours: str, limit: int = 200) -> str | None:
        """What a row says in the column of one kind, as clean text."""
        return next((text for _, cell in self.cells(row, ours) if (text := words(cell, limit))), None)

    def stretch(self, row: Row) -> Stretch:
        """Which part of its file a row means.

        Raises:
            ValueError: its moments are no numbers, or end before they start.
        """
        start = _moment(row, self.start) or 0.0
        end = _moment(row, self.end)
        length = _moment(row, self.duration)
        if length is not None and end is None:
            if length == 0:
                raise ValueError(f"{_called(self.duration)} is 0: the row means no stretch of its file")
            end = start + length
        if end is not None and end <= start:
            raise ValueError(f"its end, {end:g}, is not after its start, {start:g}")
        units = {moments.unit for moments in (self.start, self.end, self.duration) if moments}
        return Stretch(start, end, units.pop() if units else "seconds")


def find_columns(found: Sequence[str], rows: Sequence[Row]) -> Columns:
    """Say which column holds what, from names and, where no name is known for the file, from what the rows hold.

    Args:
        found: the table's columns.
        rows: some of its rows.
    """
    theirs = {_plain(name): name for name in reversed(found)}
    known: dict[str, tuple[str, ...]] = {}
    for ours, names in _NAMES.items():
        candidates = [theirs[name] for name in names if name in theirs]
        if ours == "split":
            candidates = [name for name in candidates if _plain(name) == "split" or _holds_splits(name, rows)]
        if ours == "caption":
            candidates = candidates[:1] or _numbered(found, names)
        if candidates:
            known[ours] = tuple(candidates) if ours == "caption" else (candidates[0],)
    if "path" not in known and (by_content := [name for name in found if _holds_files(name, rows)]):
        known["path"] = (by_content[0],)
    taken = {name for names in known.values() for name in names}
    labels = known.get("label", ())
    groups = [theirs[name] for name in _GROUPS if name in theirs and theirs[name] not in taken]
    groups = [name for name in groups if not labels or any(row.get(name) != row.get(labels[0]) for row in rows)]
    if groups:
        known["group"] = tuple(groups)
    start, end, duration = _moments([name for name in found if name not in taken | set(groups)])
    return Columns(known, start, end, duration, tuple(found))


def split_labels(column: str, cell: object) -> tuple[str, ...]:
    """The labels in a cell: a JSON list, ``a;b``, ``a|b``, and ``a,b`` in a column whose name is a plural."""
    pieces = json_list(cell)
    if pieces is None and isinstance(cell, str):
        # A list as Python writes it has its quotation marks around each piece.
        inner = re.fullmatch(r"\s*\[(.*)\]\s*", cell, re.DOTALL)
        text = inner[1] if inner else cell
        mark = next((mark for mark in ";|" if mark in text), "," if inner or _plain(column) in _PLURALS else None)
        pieces = [piece.strip(" '" if inner else None) for piece in (text.split(mark) if mark else [text])]
    return tuple(dict.fromkeys(text for piece in ([cell] if pieces is None else pieces) if (text := words(piece))))


def json_list(cell: object) -> list[object] | None:
    """A cell that is a list, or the text of one in JSON; ``None`` where it is neither."""
    if isinstance(cell, str) and cell.strip().startswith("["):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    return list(cell) if isinstance(cell, list | tuple) else None


def _moments(found: Sequence[str]) -> tuple[_Moments | None, _Moments | None, _Moments | None]:
    """The columns of starts, ends and durations that belong together; a length or an end alone says nothing."""
    kinds: dict[str, _Moments] = {}
    for name in found:
        tokens = [token for token in _plain(name).split("_") if token]
        units = [_UNITS[token] for token in tokens if token in _UNITS]
        rest = [token for token in tokens if token not in _UNITS]
        kind = _kind_of([token for token in rest if token not in _FILLERS], counted=bool(units), number="num" in rest)
        if kind:
            kinds.setdefault(kind, _Moments(name, *(units[0] if units else ("seconds", 1.0))))
    start, end, duration, offset = (kinds.get(kind) for kind in ("start", "end", "duration", "offset"))
    if start is None:
        start = offset
    elif end is None and duration is None:
        end = offset
    if start is None or (_plain(start.name) == "from" and end is None):
        # "duration" beside no start is how long the file is, and "end" alone would be a guess.
        return (None, end, None) if end is not None and start is None and _plain(end.name) != "to" else (None,) * 3
    duration = None if end is not None else duration
    same = [other for other in (end, duration) if other is not None and other.unit == start.unit]
    return start, next((one for one in same if one is end), None), next((one for one in same if one is duration), None)


def _kind_of(tokens: list[str], *, counted: bool, number: bool) -> str | None:
    """start, end, duration or offset, from the words of a column's name without units."""
    if not tokens:
        return "duration" if counted and number else None
    kinds = [next((kind for kind, names in _KINDS.items() if token in names), None) for token in tokens]
    # "start_offset" is a start.
    said = [kind for kind in kinds if kind != "offset"] or kinds[:1]
    return said[0] if len(said) == 1 else None


def _moment(row: Row, moments: _Moments | None) -> float | None:
    """A cell as a moment: a number from zero on, or a clock (``1:02.5``); ``None`` where it is empty.

    Raises:
        ValueError: it is neither.
    """
    cell = None if moments is None else row.get(moments.name)
    if moments is None or cell is None or cell == "":
        return None
    number = math.nan
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell) if abs(cell) < 1e300 else math.inf
    elif isinstance(cell, str) and re.fullmatch(r"(\d+:){0,2}\d*[.,]?\d+(e[+-]?\d+)?|\d+[.,]", cell.strip(), re.I):
        number = 0.0
        for part in cell.strip().replace(",", ".").split(":"):
            number = 60 * number + float(part)
    if not 0 <= number < math.inf:
        raise ValueError(f"{_called(moments)} is {clean_text(str(cell), 40)!r}, not a number of {moments.unit}")
    return number * moments.scale


def _called(moments: _Moments | None) -> str:
    return clean_text(moments.name, 40) if moments else "duration"


def _holds_splits(name: str, rows: Sequence[Row]) -> bool:
    cells = {str(row.get(name)).lower() for row in rows if row.get(name) not in (None, "")}
    return bool(cells) and cells <= SPLITS.keys()


def _holds_files(name: str, rows: Sequence[Row]) -> bool:
    cells = [str(row.get(name)) for row in rows if row.get(name) not in (None, "")]
    named = sum(cell.lower().endswith(tuple(READ_ENDINGS | UNREAD_ENDINGS)) for cell in cells)
    return named > 0 and named * 10 >= len(cells) * 9


def _numbered(found: Sequence[str], names: Iterable[str]) -> list[str]:
    """``caption_1`` to ``caption_5`` of one table."""
    return [name for name in found if (match := re.fullmatch(r"(.+?)_?\d+", _plain(name))) and match[1] in names]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
