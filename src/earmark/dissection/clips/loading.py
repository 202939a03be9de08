"""Read a probing set: list it, look inside every file once, split it. A run never dies of one file and hides none."""

import errno
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from earmark.dissection.clips.clip import Clip, ClipSet, Split, clip_id
from earmark.dissection.clips.contents import READ_ENDINGS
from earmark.dissection.clips.decoding import Bounds, Sound, examine, file_hash, pieces
from earmark.dissection.clips.layouts import list_clips
from earmark.dissection.clips.listing import Listed, Stretch, shown_path
from earmark.dissection.clips.names import by_file
from earmark.dissection.clips.opening import Audio, UnusableAudio, open_audio
from earmark.dissection.clips.splitting import groups_on_both_sides, hold_out, merge_groups
from earmark.errors import InvalidInput
from earmark.runs import Skipped
from earmark.workers import Progress, Threads, Workers, silent


@dataclass(frozen=True)
class ClipConfig:
    """Which clips are used, and how they are divided."""

    held_out: float | None = None
    """Share of the clips kept from the words, to judge them; by default the manifest's split, else one half."""
    min_clip_s: float = 0.1
    """Shorter clips are skipped."""
    max_clip_s: float = 60.0
    """Longer clips are skipped, unless they are cut."""
    clip_s: float | None = None
    """Cut what is longer into pieces of this length; pieces of one file stay on one side of the split."""
    max_decoded_mb: int = 128
    """A clip that decodes to more is skipped, however small its file."""
    allow_outside: bool = False
    """Use files that a manifest or a link names outside its own folder."""
    esc10_only: bool = False
    """Of ESC-50, use the ten classes of ESC-10."""

    def __post_init__(self) -> None:
        if self.held_out is not None and not 0 < self.held_out < 1:
            raise InvalidInput(f"the held-out share must lie between 0 and 1, and is {self.held_out:g}.")
        if not 0 < self.min_clip_s <= self.max_clip_s:
            raise InvalidInput(
                f"clips from {self.min_clip_s:g} to {self.max_clip_s:g} s leave nothing to use: give a shorter "
                "minimum or a longer maximum."
            )
        if self.clip_s is not None and not self.min_clip_s <= self.clip_s <= self.max_clip_s:
            raise InvalidInput(
                f"pieces last {self.min_clip_s:g} to {self.max_clip_s:g} s, not {self.clip_s:g} s: give another "
                "--clip-seconds."
            )
        if self.max_decoded_mb <= 0:
            raise InvalidInput("max_decoded_mb must be at least 1.")


@dataclass(frozen=True)
class _Found:
    """A listed clip whose sound can be used."""

    listed: Listed
    path: str
    file: str
    """Hash of the file's bytes."""
    sound: Sound

    @property
    def id(self) -> str:
        return clip_id(self.file, self.sound.start_s, self.sound.end_s)


def load_clips(
    path: Path | str,
    config: ClipConfig | None = None,
    seed: int = 0,
    *,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> ClipSet:
    """Read clips from a folder, a folder per class, a manifest, or a data set as it was unpacked.

    Every file is decoded once here, so that what is listed can be used. A broken, empty, silent, too short or too long
    file, and one that lies outside, is skipped with its reason; a sound that is there twice is used once.

    Args:
        path: the folder, or a CSV, TSV or JSONL manifest.
        config: which clips, and how they are divided.
        seed: of the split.
        workers: who decodes; threads of this machine by default.
        progress: told how many files have been looked into.

    Returns:
        The clips, sorted by path and start, each on one side of the split; no recording is on both.

    Raises:
        InvalidInput: nothing there can be used, or the manifest's split puts one recording on both sides.
    """
    config = config or ClipConfig()
    listing = list_clips(Path(path), esc10_only=config.esc10_only, follow_links=config.allow_outside)
    files, unnamed, told = by_file(listing)
    looked = _look_inside(listing.root, files, config, workers or Threads(os.cpu_count() or 2), progress)
    found = sorted(
        (item for item in looked if isinstance(item, _Found)), key=lambda item: (item.path, item.sound.start_s, item.id)
    )
    unique, doubles = _each_sound_once(found)
    skipped = (*listing.skipped, *unnamed, *(item for item in looked if isinstance(item, Skipped)), *doubles)
    if not unique:
        raise InvalidInput(_nothing_usable(Path(path), skipped))
    groups = merge_groups([_keys(item) for item in unique])
    sides = _sides(unique, groups, config, seed)
    clips = tuple(_clip(item, group[2:], side) for item, group, side in zip(unique, groups, sides, strict=True))
    notes = (*listing.notes, *told, *_told_of_sounds(unique, config))
    return ClipSet(root=listing.root, clips=clips, skipped=skipped, notes=notes)


def _look_inside(
    root: Path, files: Mapping[str, list[Listed]], config: ClipConfig, workers: Workers, progress: Progress
) -> list[_Found | Skipped]:
    """Decode every listed clip once, a file with several stretches together."""
    looked: list[_Found | Skipped] = []
    for done, results in enumerate(workers.map(lambda item: _examine_file(root, *item, config), files.items()), 1):
        looked.extend(results)
        progress("clips", done, len(files))
    return looked


def _examine_file(root: Path, path: str, clips: list[Listed], config: ClipConfig) -> list[_Found | Skipped]:
    bounds = Bounds(config.min_clip_s, config.max_clip_s, config.max_decoded_mb * 2**20)
    results: list[_Found | Skipped] = []
    try:
        file, relative = _locate(root, path, allow_outside=config.allow_outside)
        with open_audio(file) as audio:
            digest = file_hash(file)
            for listed in clips:
                for sound in _sounds(audio, listed.stretch, config.clip_s, bounds):
                    if isinstance(sound, Sound):
                        results.append(_Found(listed, relative, digest, sound))
                    else:
                        results.append(listed.skipped(root, sound))
    except UnusableAudio as error:
        return [listed.skipped(root, str(error)) for listed in clips]
    return results


def _sounds(audio: Audio, stretch: Stretch, clip_s: float | None, bounds: Bounds) -> Iterator[Sound | str]:
    """The sound of a stretch or of each piece of it, or why it cannot be used."""
    try:
        cut = list(pieces(audio, stretch, clip_s))
    except UnusableAudio as error:
        yield str(error)
        return
    for piece in cut:
        try:
            yield examine(audio, piece, bounds)
        except UnusableAudio as error:
            yield str(error) if len(cut) == 1 else f"its piece from {piece.start / audio.rate_hz:.2f} s on: {error}"


def _keys(found: _Found) -> tuple[str, ...]:
    """What ties a clip to others: what it is listed under, its file, its sound. The first names its group."""
    file = f"1 {found.file}"
    return (*(f"0 {group}" for group in found.listed.groups), file, found.sound.content)


def _told_of_sounds(found: Sequence[_Found], config: ClipConfig) -> Iterator[str]:
    """What was done to some of the sounds, and to how many."""
    loud = [item for item in found if item.sound.peak > 1]
    if loud:
        most = max(loud, key=lambda item: item.sound.peak)
        yield (
            f"{len(loud)} of {len(found)} clips reach beyond full scale and are scaled down to it, the most "
            f"{_called(most)} ({most.sound.peak:.3g} times)."
        )
    cancelled = [item for item in found if item.sound.cancels]
    if cancelled:
        yield (
            f"In {len(cancelled)} of {len(found)} clips the channels cancel each other (opposite phase), and the "
            f"loudest channel is heard alone: {_called(cancelled[0])}{' and others' if len(cancelled) > 1 else ''}."
        )
    if config.clip_s is not None:
        files = Counter(item.path for item in found)
        cut = sum(count > 1 for count in files.values())
        yield f"Files cut into pieces of {config.clip_s:g} s: {cut}; a rest of less than half a piece is left out."


def _called(found: _Found) -> str:
    return shown_path(Path(found.path), Path())


def _locate(root: Path, path: str, *, allow_outside: bool) -> tuple[Path, str]:
    """Where a listed path really lies, and what to call it.

    Raises:
        UnusableAudio: it lies outside, or its name cannot be used.
    """
    try:
        path.encode("utf-8")
        real, inside = (root / path).resolve(), root.resolve()
    except UnicodeEncodeError as error:
        raise UnusableAudio("its name is not UTF-8: rename it") from error
    except (OSError, RuntimeError, ValueError) as error:
        in_circles = isinstance(error, RuntimeError) or getattr(error, "errno", None) == errno.ELOOP
        reason = "a link that leads back to itself" if in_circles else "its name cannot be used as a path"
        raise UnusableAudio(reason) from error
    if not real.is_relative_to(inside):
        if not allow_outside:
            raise UnusableAudio("it lies outside the folder of the clips: --allow-outside uses it all the same")
        return real, real.as_posix()
    listed = Path(path)
    # A linked file keeps the name that it was listed under; a roundabout name becomes the plain one.
    plain = not listed.is_absolute() and ".." not in listed.parts
    return real, (listed if plain else real.relative_to(inside)).as_posix()


def _each_sound_once(found: Sequence[_Found]) -> tuple[list[_Found], list[Skipped]]:
    """Keep the first of clips with the same content; say which ones repeat it."""
    first: dict[str, _Found] = {}
    doubles: list[Skipped] = []
    for item in found:
        if item.id in first:
            uri = shown_path(Path(item.path), Path())
            doubles.append(
                Skipped(uri=uri, reason=f"the same sound as {shown_path(Path(first[item.id].path), Path())}")
            )
        else:
            first[item.id] = item
    return list(first.values()), doubles


def _sides(found: Sequence[_Found], groups: list[str], config: ClipConfig, seed: int) -> list[Split]:
    listed = [item.listed.split for item in found]
    given = [side for side in listed if side is not None]
    if config.held_out is not None or not given:
        sides = hold_out(groups, [next(iter(item.listed.labels), None) for item in found], config.held_out or 0.5, seed)
        assert not groups_on_both_sides(groups, sides), "hold_out() keeps every group together"  # noqa: S101
        return sides
    if len(given) < len(listed):
        without = next(item for item in found if item.listed.split is None)
        raise InvalidInput(
            f"{without.listed.where} has no split, while {len(given)} other clips have one: fill the column, or give "
            "--held-out to divide them all."
        )
    both = groups_on_both_sides(groups, given)
    if both:
        one, other = (
            next(
                item for item, group, side in zip(found, groups, given, strict=True) if (group, side) == (both[0], want)
            )
            for want in ("shown", "held_out")
        )
        raise InvalidInput(
            f"the split puts one recording on both sides: {one.listed.where} is shown and {other.listed.where} is held "
            f"out ({len(both)} recordings in all). Mend the column of the split or of the recording (or speaker), or "
            "give --held-out to divide the clips anew."
        )
    return given


def _clip(found: _Found, group: str, side: Split) -> Clip:
    listed, sound = found.listed, found.sound
    return Clip(
        id=found.id,
        path=found.path,
        start_s=sound.start_s,
        end_s=sound.end_s,
        rate_hz=sound.rate_hz,
        group=group,
        split=side,
        label=next(iter(listed.labels), None),
        other_labels=listed.labels[1:],
        caption=listed.caption,
        fold=listed.fold,
        author=listed.author,
        licence=listed.licence,
        source_url=listed.source_url,
    )


def _nothing_usable(path: Path, skipped: Sequence[Skipped]) -> str:
    if not skipped and path.is_file():
        return f"{path} lists no clips: give a table with a row a clip."
    if not skipped:
        return f"{path} holds no audio: give a folder with {', '.join(sorted(READ_ENDINGS)[:6])} or other audio files."
    first = skipped[0]
    return f"none of the {len(skipped)} clips of {path} can be used; the first, {first.uri}, because: {first.reason}."
