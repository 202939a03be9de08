"""Every private detail of a text, by kind."""

from collections.abc import Iterator

from earmark.language.personal_data.addresses import ADDRESSES
from earmark.language.personal_data.contacts import CONTACTS
from earmark.language.personal_data.names import NAME, find_names
from earmark.language.personal_data.numbers import NUMBERS
from earmark.language.personal_data.pattern import Detail, plain

_TAKEN = "\x00"


def details_in(text: str) -> tuple[Detail, ...]:
    """The private details of a text: contacts, addresses and numbers first, then names; no two overlap."""
    details: list[Detail] = []
    left = plain(text)
    for pattern in (*CONTACTS, *ADDRESSES, *NUMBERS):
        for start, end in pattern.spans(left):
            details.append(Detail(pattern.kind, start, end))
            left = left[:start] + _TAKEN * (end - start) + left[end:]
    return (*details, *(Detail(NAME, start, end) for start, end in _joined(find_names(left))))


def _joined(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
