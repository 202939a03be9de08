"""Data folders of Kaldi: wav.scp, and segments, utt2spk and text where they are there.

Povey et al., ASRU 2011; https://kaldi-asr.org/doc/data_prep.html. A wav.scp may hold commands whose output is the
sound: these are skipped and never run.
"""

from pathlib import Path

from earmark.dissection.clips.listing import CAPTION_LIMIT, Listed, Listing, Stretch, words
from earmark.errors import InvalidInput
from earmark.language.text_files import read_text
from earmark.language.untrusted import clean_text
from earmark.runs import Skipped

INDEX = "wav.scp"
_MAX_BYTES = 512 * 2**20
_READ = ("segments", "utt2spk", "text")
_PASSED_OVER = ("spk2utt", "spk2gender", "utt2lang", "utt2dur", "utt2uniq", "reco2file_and_channel", "feats.scp")


def read_kaldi(folder: Path) -> Listing:
    """List the utterances of a data folder; a recording without segments is one utterance.

    Raises:
        InvalidInput: a file of the folder cannot be read.
    """
    recordings = _lines(folder / INDEX)
    tables = {name: _lines(folder / name) for name in _READ if (folder / name).is_file()}
    speakers = {name: rest for name, (_, rest) in tables.get("utt2spk", {}).items()}
    texts = {name: rest for name, (_, rest) in tables.get("text", {}).items()}
    clips: list[Listed] = []
    skipped: list[Skipped] = []
    source = "segments" if "segments" in tables else INDEX
    for utterance, (line, rest) in tables.get("segments", recordings).items():
        where = f"{source}:{line}"
        try:
            recording, stretch = _segment(rest) if source == "segments" else (utterance, Stretch())
        except ValueError as error:
            skipped.append(Skipped(uri=where, reason=str(error)))
            continue
        path = recordings.get(recording, (0, ""))[1]
        if not path:
            reason = f"its recording {clean_text(recording, 80)!r} has no file in {INDEX}"
            skipped.append(Skipped(uri=where, reason=reason))
            continue
        # The speaker first: it names the group, and the recording's file is one by itself.
        groups = (f"speaker {speakers[utterance]}",) if utterance in speakers else ()
        clips.append(
            Listed(
                path=path,
                where=where,
                stretch=stretch,
                groups=(*groups, f"recording {recording}"),
                caption=words(texts.get(utterance), CAPTION_LIMIT),
            )
        )
    there = [name for name in _PASSED_OVER if (folder / name).is_file()]
    note = f"The folder is read as one of Kaldi: {', '.join((INDEX, *tables))}" + (
        f"; passed over: {', '.join(there)}." if there else "."
    )
    return Listing(folder, tuple(clips), tuple(skipped), (note,))


def _segment(rest: str) -> tuple[str, Stretch]:
    """The recording of a segment, and its stretch; an end of -1 is the recording's.

    Raises:
        ValueError: the line is none.
    """
    cells = rest.split()
    try:
        recording, start, end = cells[0], float(cells[1]), float(cells[2])
    except (IndexError, ValueError) as error:
        raise ValueError("the line is no segment: utterance, recording, start, end") from error
    if not 0 <= start < 1e9 or not (end == -1 or start < end < 1e9):
        raise ValueError(f"its end, {end:g}, is not after its start, {start:g}")
    return recording, Stretch(start, None if end == -1 else end)


def _lines(file: Path) -> dict[str, tuple[int, str]]:
    """Each line's first word, with the line's number and its rest."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"{file} is larger than {_MAX_BYTES // 2**20} MB: split it into several folders.")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        first, _, rest = line.strip().partition(" ") if "\t" not in line else line.strip().partition("\t")
        if first:
            found[first] = (number, rest.strip())
    return found
