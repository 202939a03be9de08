"""Descriptions judged by people, blinded: hear a neuron's clips, pick its description among those of its neighbours.

The clips are those held-out clips that excite the neuron most, so nobody, the writer included, has seen them beside
the description. They are copied under numbers, for file names and folders often say what a clip is.
"""

import csv
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from pydantic import ValidationError

from earmark.dissection.clips import Clip, clip_root, read_waveform
from earmark.dissection.clips.heard import window_of
from earmark.dissection.describing.descriptions import Description, NeuronId
from earmark.dissection.recording.activations import Activations, load_activations
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.evidence import Outcome, Record
from earmark.language.text_files import open_text
from earmark.language.untrusted import clean_text
from earmark.runs import RunFolder
from earmark.runs.files import whole_file, whole_folder, write_whole

LETTERS = ("A", "B", "C", "D")
"""The descriptions of a question: the neuron's own and three of other neurons of its layer."""
CLIPS = 5
"""To hear for each question."""

_COLUMNS = ("question", "clips", *LETTERS, "answer")


class Question(Record):
    """One line of a sheet, as only the key has it."""

    neuron: NeuronId
    own: str
    """The letter of the neuron's own description."""
    texts: tuple[str, ...]
    """Of all letters."""
    outcome: Outcome
    """What held-out clips said of the description."""
    clip_ids: tuple[str, ...]


class SheetKey(Record):
    """What those who judge must not see."""

    run: str
    seed: int
    questions: tuple[Question, ...]


def write_sheet(run: RunFolder, sheet: Path, *, seed: int = 0, neurons: int = 50, clips: Path | None = None) -> int:
    """Write a sheet (CSV) to fill in, its key (``SHEET.key.json``) and its clips (the folder ``SHEET.clips``).

    Args:
        run: a finished dissection.
        sheet: where to write; must not exist.
        seed: draws neurons, rivals and their order.
        neurons: how many at most, drawn by chance from all that can be asked about.
        clips: where the clips lie now, if they have moved.

    Returns:
        How many questions it holds.

    Raises:
        RunConflict: the sheet is there already: someone may have filled it in.
        NotEnoughEvidence: no neuron has a description, held-out clips and three neighbours that say something else.
        InvalidInput: the run is no finished dissection, or a clip is gone.
    """
    for taken in (sheet, key_file(sheet), clips_folder(sheet)):
        if taken.exists():
            raise RunConflict(f"{taken} is there already: name another sheet with --out.")
    questions = tuple(_questions(run, Random(seed), neurons))
    if not questions:
        raise NotEnoughEvidence(
            f"{run.path} cannot be asked about: no layer has {len(LETTERS)} descriptions that differ and {CLIPS} "
            "held-out clips."
        )
    names = _copy_clips(run, questions, clips_folder(sheet), clips)
    key = SheetKey(run=str(run.path), seed=seed, questions=questions)
    write_whole(key_file(sheet), key.model_dump_json(indent=1))
    with whole_file(sheet) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for number, question in enumerate(questions, start=1):
            heard = " ".join(names[clip] for clip in question.clip_ids)
            table.writerow([number, heard, *map(_cell, question.texts), ""])
    return len(questions)


def key_file(sheet: Path) -> Path:
    """Where the key of a sheet lies."""
    return sheet.with_name(sheet.name + ".key.json")


def clips_folder(sheet: Path) -> Path:
    """Where the clips of a sheet lie."""
    return sheet.with_name(sheet.name + ".clips")


def read_key(sheet: Path) -> SheetKey:
    """Read the key of a sheet.

    Raises:
        InvalidInput: there is none, or it is no key.
    """
    try:
        return SheetKey.model_validate_json(key_file(sheet).read_bytes())
    except OSError as error:
        raise InvalidInput(f"{key_file(sheet)} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise InvalidInput(f"{key_file(sheet)} is not the key of a sheet about neurons.") from error


def read_answers(filled: Path, key: SheetKey) -> dict[int, str]:
    """What one person answered: the number of a question to a letter, or to ``none``; empty ones are left out.

    Raises:
        InvalidInput: the file cannot be read, belongs to another sheet, or an answer is no letter of it.
    """
    try:
        with open_text(filled, newline="") as file:
            rows: list[dict[str, Any]] = list(csv.DictReader(file))
    except OSError as error:
        raise InvalidInput(f"{filled} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        raise InvalidInput(f"{filled} is no sheet in CSV: {error}.") from error
    found: dict[int, str] = {}
    for line, row in enumerate(rows, start=2):
        number, answer = (row.get("question") or "").strip(), (row.get("answer") or "").strip()
        if not answer:
            continue
        if not number.isdecimal() or not 1 <= int(number) <= len(key.questions) or int(number) in found:
            raise InvalidInput(f"{filled}, line {line}: {number!r} is no question of this sheet, or is answered twice.")
        texts = key.questions[int(number) - 1].texts
        # Some spreadsheets drop the mark that keeps a cell from being run.
        if [(row.get(letter) or "").removeprefix("'") for letter in LETTERS] != [
            each.removeprefix("'") for each in texts
        ]:
            raise InvalidInput(f"{filled}, line {line}: these are not the descriptions of this sheet's question.")
        choice = answer.lower() if answer.lower() == "none" else answer.upper()
        if choice not in (*LETTERS, "none"):
            raise InvalidInput(f"{filled}, line {line}: answer {', '.join(LETTERS)} or none, not {answer!r}.")
        found[int(number)] = choice
    return found


def _questions(run: RunFolder, random: Random, most: int) -> Iterator[Question]:
    """Neurons in an order drawn by chance, each with rivals drawn by chance."""
    clips = run.read("clips", Clip)
    recorded = {one.tap.name: one for one in load_activations(run)}
    verdicts = {str(one.neuron): one for one in run.read("verdicts", Verification) if one.subject == "description"}
    layers: dict[str, list[Description]] = {}
    for one in run.read("descriptions", Description):
        if one.text is not None and str(one.neuron) in verdicts:
            layers.setdefault(one.neuron.tap, []).append(one)
    asked = [one for said in layers.values() for one in said]
    random.shuffle(asked)
    for one in asked:
        rivals = _rivals(one, layers[one.neuron.tap], random)
        heard = _strongest(recorded[one.neuron.tap], one.neuron.index)
        if most == 0 or rivals is None or len(heard) < CLIPS:
            continue
        texts = [one.text or "", *rivals]
        order = random.sample(range(len(texts)), len(texts))
        yield Question(
            neuron=one.neuron,
            own=LETTERS[order.index(0)],
            texts=tuple(clean_text(texts[place]) for place in order),
            outcome=verdicts[str(one.neuron)].verdict.outcome,
            clip_ids=tuple(clips[place].id for place in random.sample(heard, len(heard))),
        )
        most -= 1


def _rivals(one: Description, layer: Sequence[Description], random: Random) -> list[str] | None:
    """Descriptions of the layer that say something else than this one and than each other."""
    said, rivals = {_phrases(one)}, []
    for other in random.sample(layer, len(layer)):
        if _phrases(other) not in said:
            said.add(_phrases(other))
            rivals.append(other.text or "")
        if len(rivals) == len(LETTERS) - 1:
            return rivals
    return None


def _phrases(one: Description) -> frozenset[str]:
    """What is said, whatever the order: "a loud, noisy sound" says what "a noisy, loud sound" says."""
    return frozenset(phrase.text.casefold() for claim in one.claims for phrase in claim.phrases)


def _strongest(recorded: Activations, neuron: int) -> list[int]:
    """The held-out clips that excite a neuron most, by their place in the clip set."""
    order = np.argsort(-recorded.held_out[:, neuron], kind="stable")[:CLIPS]
    return [int(place) for place in recorded.held_out_clips[order]]


def _copy_clips(run: RunFolder, questions: Sequence[Question], folder: Path, moved: Path | None) -> dict[str, str]:
    """Clip id to the name of its copy. Numbered in the order of the questions, which chance has drawn."""
    import soundfile

    root = clip_root(moved or Path(str(run.manifest.arguments.get("clips", run.path))))
    by_id = {clip.id: clip for clip in run.read("clips", Clip)}
    wanted = dict.fromkeys(clip for question in questions for clip in question.clip_ids)
    names = {clip: f"{number:04d}.wav" for number, clip in enumerate(wanted, start=1)}
    with whole_folder(folder) as unfinished:
        for clip_id, name in names.items():
            clip = by_id[clip_id]
            heard = read_waveform(root, clip, clip.rate_hz, window_of(run.manifest.arguments))
            sound = BytesIO()
            soundfile.write(sound, heard, clip.rate_hz, format="WAV")
            (unfinished / name).write_bytes(sound.getvalue())
    return names


def _cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text[:1] in "=+-@\t\r|%" else text
