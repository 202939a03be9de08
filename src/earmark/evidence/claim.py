"""What is said: one sentence or phrase, and the evidence it was written from."""

from earmark.evidence.record import Record


class Claim(Record):
    """A sentence or phrase with the ids of the evidence it was written from."""

    id: str
    text: str
    evidence_ids: tuple[str, ...]
