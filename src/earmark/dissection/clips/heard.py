"""What a network hears of the clips: that alone is measured, captioned and played, and a run says where it is less."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from earmark.dissection.clips.clip import Clip
from earmark.errors import InvalidInput

_TOLERANCE_S = 0.001


def window_of(arguments: Mapping[str, object]) -> float | None:
    """Seconds from the start of a clip that the network of a run heard, by the arguments in its manifest.

    ``None`` where it hears all, and in runs from before this was asked: they measured whole clips.

    Raises:
        InvalidInput: the manifest holds something else than seconds.
    """
    window_s = arguments.get("window_s")
    if window_s is None or (isinstance(window_s, (int, float)) and window_s > 0 and window_s is not True):
        return window_s
    raise InvalidInput(f"the run's manifest says window_s {window_s!r}, where seconds above zero belong.")


def heard_note(clips: Sequence[Clip], window_s: float | None) -> str | None:
    """The sentence for a run whose network hears only the beginning of some clips; ``None`` where it hears them all.

    Args:
        clips: all clips of the run.
        window_s: seconds from the start of a clip that the network hears; ``None`` where it hears all.
    """
    longer = [clip for clip in clips if _is_longer(clip, window_s)]
    if window_s is None or not longer:
        return None
    many = f"{len(longer)} of {len(clips)} clips are" if len(longer) > 1 else f"1 of {len(clips)} clips is"
    lost = any(_is_longer(clip, 2 * window_s) for clip in longer)
    cut = " Cut long recordings into clips of that length to have all of them heard." if lost else ""
    return (
        f"the network hears the first {seconds(window_s)} s of a clip, and {many} longer: only this beginning is "
        f"measured, put into words and played.{cut}"
    )


def captioner_note(clips: Sequence[Clip], name: str, most_s: float, window_s: float | None) -> str | None:
    """The sentence for a captioner that is played less of some clips than the network hears; else ``None``.

    Args:
        clips: all clips of the run.
        name: of the captioner.
        most_s: what it is played of a clip at most.
        window_s: as in :func:`heard_note`.
    """
    longer = [clip for clip in clips if _is_longer(clip, most_s)]
    if not longer or (window_s is not None and window_s <= most_s):
        return None
    first_s = seconds(most_s)
    return f"{name} was played the first {first_s} s of {len(longer)} of the clips, which the network hears longer."


def alike_note(clips: Sequence[Clip], heard: Sequence[Hashable], window_s: float | None) -> str | None:
    """The sentence for clips that differ only after what the network hears; ``None`` where there are none.

    Args:
        clips: all clips of the run.
        heard: what the beginning of each is known by, equal for equal beginnings.
        window_s: as in :func:`heard_note`.
    """
    together: dict[Hashable, list[Clip]] = defaultdict(list)
    for clip, known_by in zip(clips, heard, strict=True):
        if _is_longer(clip, window_s):
            together[known_by].append(clip)
    twins = [alike for alike in together.values() if len(alike) > 1]
    if not twins:
        return None
    across = sum(len({clip.split for clip in alike}) > 1 for alike in twins)
    beginnings = f"{across} of these beginnings {'is' if across == 1 else 'are'}"
    leak = f"; {beginnings} both shown and held out, which flatters verdicts" if across else ""
    first, second = twins[0][:2]
    return (
        f"{sum(map(len, twins))} clips begin like another one and differ only where the network does not hear "
        f"({first.path}, {second.path}){leak}."
    )


def seconds(duration_s: float) -> str:
    """A duration in as few digits as tell it: 0.03, 1.9, 10, 30."""
    return f"{duration_s:.2g}" if duration_s < 10 else f"{duration_s:.0f}"


def _is_longer(clip: Clip, window_s: float | None) -> bool:
    return window_s is not None and clip.end_s - clip.start_s > window_s + _TOLERANCE_S
