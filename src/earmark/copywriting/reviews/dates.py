"""A day as ISO 8601, where it can be read without guessing."""

import re
from datetime import UTC, date, datetime

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


def read_date(value: str) -> str | None:
    """A day as ISO 8601 where it can be read without guessing; a day that could be two days is ``None``.

    Read are ``2024-05-01``, ``2024/5/1``, ``2024-05``, Unix seconds and milliseconds, ``May 1, 2024``, ``1 May 2024``,
    and ``13/05/2024`` or ``05/13/2024``, where only one reading is a day.
    """
    text = value.strip()
    if match := re.match(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)", text):
        year, month, day = int(match[1]), int(match[2]), int(match[3] or 0)
        return _iso(year, month, day) if day else (f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None)
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
    if match := re.search(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text):
        return _iso(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2]))
    if match := re.search(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3})[a-z]*\.?,? (\d{4})", text):
        return _iso(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    if match := re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 or first == second:
            return _iso(year, second, first)
        return _iso(year, first, second) if second > 12 else None
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
