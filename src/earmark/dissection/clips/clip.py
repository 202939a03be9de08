"""Clips: what the network is probed with, and which of them may be shown to the words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record, content_id
from earmark.runs import Skipped

Split = Literal["shown", "held_out"]


class Clip(Record):
    """A stretch of an audio file, and what its manifest says of it. All words are untrusted."""

    id: str
    """Content hash of the file's bytes and of the stretch, so a renamed file keeps its id."""
    path: str
    """Relative to the clip set's root, with forward slashes (absolute only with ``allow_outside``)."""
    start_s: float = 0.0
    end_s: float
    rate_hz: int
    """The file's own rate."""
    group: str
    """The source recording: clips of one group never stand on both sides of the split."""
    split: Split
    label: str | None = None
    """Its class, where it has one; the first of several labels."""
    other_labels: tuple[str, ...] = ()
    """Further labels of a clip that has several."""
    caption: str | None = None
    fold: str | None = None
    author: str | None = None
    licence: str | None = None
    source_url: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All its labels, the class first."""
        return () if self.label is None else (self.label, *self.other_labels)

    def beginning(self, most_s: float | None) -> "Clip":
        """The clip cut off after so many seconds; whole where it is no longer, or where nothing bounds it."""
        if most_s is None or self.end_s - self.start_s <= most_s:
            return self
        return self.model_copy(update={"end_s": self.start_s + most_s})


def clip_id(file: str, start_s: float, end_s: float) -> str:
    """The name of a stretch of a file, from the hash of the file's bytes."""
    return content_id(file, f"{start_s:.6f}", f"{end_s:.6f}")


@dataclass(frozen=True)
class ClipSet:
    """The usable clips of a probing set in a fixed order (sorted by path, then start), and what was left out."""

    root: Path
    clips: tuple[Clip, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    """How tables and files were read, where a user must know."""

    def of(self, split: Split) -> tuple[Clip, ...]:
        """The clips on one side of the split, in order."""
        return tuple(clip for clip in self.clips if clip.split == split)

    def require(self, shown: int, held_out: int = 0) -> None:
        """Insist on enough clips on either side of the split.

        Raises:
            NotEnoughEvidence: there are fewer; the sentence gives the numbers.
        """
        have = {"shown": len(self.of("shown")), "held-out": len(self.of("held_out"))}
        for side, needed in (("shown", shown), ("held-out", held_out)):
            if have[side] < needed:
                raise NotEnoughEvidence(
                    f"{self.root} gives {have['shown']} shown and {have['held-out']} held-out clips "
                    f"({len(self.skipped)} files were skipped), and this needs at least {needed} {side} ones: "
                    "add clips, or change --held-out or --per-side."
                )
