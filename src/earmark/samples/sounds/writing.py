"""Sample sounds as files: a folder per class, a manifest, and the parameters as ground truth."""

import csv
import json
import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal

from earmark.errors import InvalidInput, MissingExtra, RunConflict, UnknownName
from earmark.runs.files import mendable_disk, whole_file, write_whole
from earmark.samples.sounds.catalogue import SOUND_CLASSES, Sound, check_size, make_sound, sound_rng
from earmark.workers import Progress, silent

MOST_PER_CLASS = 10_000
_COLUMNS = ("path", "label", "caption", "group", "author", "licence")


def write_sounds(
    folder: Path,
    per_class: int,
    seed: int,
    *,
    kinds: Sequence[str] = SOUND_CLASSES,
    seconds: float = 2.0,
    rate_hz: int = 16000,
    snr_db: tuple[float, float] = (5.0, 35.0),
    harder: bool = False,
    file_format: Literal["flac", "wav"] = "flac",
    progress: Progress = silent,
) -> Path:
    """Write so many sounds of each class into a new or empty folder.

    ``manifest.csv`` holds path, label, caption, group (every draw is its own), author and licence;
    ``parameters.jsonl`` holds what each sound was drawn with.

    Returns:
        The manifest.

    Raises:
        RunConflict: the folder holds something.
        InvalidInput: a number or length of sounds that cannot be made, or a folder that cannot be written.
        UnknownName: no such class.
    """
    if not 1 <= per_class <= MOST_PER_CLASS:
        raise InvalidInput(f"give 1 to {MOST_PER_CLASS} sounds a class, not {per_class}.")
    check_size(seconds, rate_hz)
    for kind in kinds:
        if kind not in SOUND_CLASSES:
            raise UnknownName("sound class", kind, SOUND_CLASSES)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunConflict(f"{folder} already holds something: give a new or empty folder.")
    jobs = [(kind, number) for kind in kinds for number in range(per_class)]
    rows: list[tuple[str, ...]] = [_COLUMNS]
    truths = []
    try:
        with mendable_disk(folder):
            for done, (kind, number) in enumerate(jobs, start=1):
                rng = sound_rng(seed, kind, number)
                sound = make_sound(kind, rng, seconds=seconds, rate_hz=rate_hz, snr_db=snr_db, harder=harder)
                name = kind.replace(" ", "-")
                path = f"{name}/{name}-{seed}-{number:05d}.{file_format}"
                _write_audio(folder / path, sound)
                rows.append((path, kind, sound.caption, f"{name}-{seed}-{number}", "made by formula", "CC0-1.0"))
                truths.append(json.dumps({"path": path, "label": kind, **sound.parameters}) + "\n")
                progress("making sounds", done, len(jobs))
        write_whole(folder / "parameters.jsonl", "".join(truths))
        with (
            whole_file(folder / "manifest.csv") as unfinished,
            unfinished.open("w", encoding="utf-8", newline="") as file,
        ):
            csv.writer(file).writerows(rows)
    except BaseException:
        # The folder was new or empty: sounds without their manifest would pass for all.
        for each in folder.glob("*"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        raise
    return folder / "manifest.csv"


def _write_audio(path: Path, sound: Sound) -> None:
    """Write one file in 16 bits."""
    try:
        import soundfile
    except ImportError as error:
        raise MissingExtra("soundfile", "dissect") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    # Through memory, for libsndfile does not say why it could not write.
    encoded = BytesIO()
    soundfile.write(encoded, sound.waveform, sound.rate_hz, format=path.suffix[1:], subtype="PCM_16")
    path.write_bytes(encoded.getvalue())
