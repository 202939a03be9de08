"""What a clip sounds like, in words: one caption a clip and source, made once."""

from typing import Literal

from earmark.evidence import Record

CaptionSource = Literal["acoustic", "column", "labels", "model"]


class Caption(Record):
    """The words for one clip from one source. Column, labels and models are untrusted text."""

    clip_id: str
    source: CaptionSource
    text: str
