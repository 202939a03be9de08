"""People judge descriptions blinded, from held-out clips, and what they answer is counted exactly."""

import csv
import json
import sys

import numpy as np
import pytest
import soundfile

from earmark.cli.app import main
from earmark.dissection.clips import Clip, load_clips
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.networks import Tap
from earmark.dissection.people.people import LETTERS, clips_folder, key_file, read_answers, read_key, write_sheet
from earmark.dissection.people.people_results import agreement, judge_answers
from earmark.dissection.recording.activations import Activations, save_activations
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.evidence import Claim, Verdict
from earmark.runs import Manifest, RunFolder

SAID = (
    ("loud", "noisy"),
    ("noisy", "loud"),  # the same in another order
    ("quiet",),
    ("=pure",),  # a spreadsheet would run it
    ("throbbing",),
    ("low",),
)


def text_of(words):
    return words[0] if len(words) == 1 else f"a {', '.join(words)} sound"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Six neurons, of which neuron n is excited most by the n-th held-out clip and the four after it."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "clips").mkdir()
    for number in range(24):
        wave = np.random.default_rng(number).standard_normal(4_000) * 0.1
        soundfile.write(folder / "clips" / f"bell-{number:02d}.wav", wave, 8_000)
    clips = load_clips(folder / "clips")
    run = RunFolder.create(
        folder / "run", Manifest.begin("dissection", {"network": "n", "clips": str(folder / "clips")}, 0)
    )
    run.write("clips", Clip, clips.clips)
    save_activations(run, [recording(clips)])
    neurons = [NeuronId(tap="layer", index=index) for index in range(len(SAID))]
    run.write("descriptions", Description, [described(*each) for each in zip(neurons, SAID, strict=True)])
    run.write("verdicts", Verification, [judged(*each) for each in zip(neurons, SAID, strict=True)])
    return run


def recording(clips):
    places = {side: [n for n, clip in enumerate(clips.clips) if clip.split == side] for side in ("shown", "held_out")}
    shown, held_out = np.array(places["shown"]), np.array(places["held_out"])
    width = len(SAID)
    values = np.zeros((len(held_out), width), dtype=np.float32)
    for neuron in range(width):
        for rank in range(5):
            values[(neuron + rank) % len(held_out), neuron] = 5 - rank
    ends = np.tile(shown[:2], (width, 1))
    flat = np.zeros(width, dtype=np.float32)
    return Activations(
        tap=Tap(name="layer", kind="mlp_hidden", width=width, layer=0),
        pooling="head",
        high_clips=ends,
        high_values=np.zeros(ends.shape, dtype=np.float32),
        low_clips=ends,
        low_values=np.zeros(ends.shape, dtype=np.float32),
        mean=flat,
        deviation=flat + 1,
        dead=np.zeros(width, dtype=bool),
        shown_clips=shown,
        shown=np.zeros((len(shown), width), dtype=np.float32),
        held_out_clips=held_out,
        held_out=values,
    )


def described(neuron, words):
    phrases = tuple(Phrase(text=word, kind="words", weight=1.0) for word in words)
    claim = NeuronClaim(claim=Claim(id=str(neuron), text=text_of(words), evidence_ids=()), phrases=phrases)
    return Description(neuron=neuron, text=text_of(words), claims=(claim,))


def judged(neuron, words):
    outcome = "supported" if neuron.index < 3 else "undecided"
    return Verification(
        neuron=neuron,
        subject="description",
        claim_id=None,
        text=text_of(words),
        verdict=Verdict(claim_id="whole", outcome=outcome, score=0.2, judge="held-out pearson"),
        held_out_clips=12,
        held_out_sources=12,
    )


@pytest.fixture
def sheet(run, tmp_path):
    write_sheet(run, tmp_path / "sheet.csv", seed=1)
    return tmp_path / "sheet.csv"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill(sheet, name, answers):
    """A copy of the sheet with these answers, in order."""
    rows = rows_of(sheet)
    for row, answer in zip(rows, answers, strict=False):
        row["answer"] = answer
    copy = sheet.with_name(name)
    with copy.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return copy


def test_every_neuron_is_asked_about_once_with_its_own_description_at_its_letter(sheet):
    key = read_key(sheet)
    assert sorted(question.neuron.index for question in key.questions) == list(range(6))
    for question in key.questions:
        assert question.texts[LETTERS.index(question.own)] == text_of(SAID[question.neuron.index])
    assert len({question.own for question in key.questions}) > 1


def test_rivals_say_something_else_than_the_description_and_than_each_other(sheet):
    for question in read_key(sheet).questions:
        said = [frozenset(text.removeprefix("a ").removesuffix(" sound").split(", ")) for text in question.texts]
        assert len(set(said)) == len(LETTERS)


def test_the_clips_are_the_held_out_ones_that_excite_the_neuron_most(sheet, run):
    clips = {clip.id: clip for clip in run.read("clips", Clip)}
    held_out = [clip.id for clip in clips.values() if clip.split == "held_out"]
    for question in read_key(sheet).questions:
        expected = {held_out[(question.neuron.index + rank) % len(held_out)] for rank in range(5)}
        assert set(question.clip_ids) == expected


def test_the_sheet_names_no_neuron_no_file_and_no_right_letter(sheet):
    said = sheet.read_text(encoding="utf-8")
    assert "layer" not in said
    assert "bell" not in said
    assert {row["answer"] for row in rows_of(sheet)} == {""}
    heard = {name for row in rows_of(sheet) for name in row["clips"].split()}
    assert heard == {file.name for file in clips_folder(sheet).iterdir()}


def test_a_copied_clip_sounds_as_the_clip_does(sheet, run):
    question, row = read_key(sheet).questions[0], rows_of(sheet)[0]
    clip = next(clip for clip in run.read("clips", Clip) if clip.id == question.clip_ids[0])
    copied, rate = soundfile.read(clips_folder(sheet) / row["clips"].split()[0])
    original, _ = soundfile.read(run.path.parent / "clips" / clip.path)
    assert rate == 8_000
    assert np.abs(copied - original).max() < 1e-3


def test_a_description_that_a_spreadsheet_would_run_is_marked(sheet):
    cells = [row[letter] for row in rows_of(sheet) for letter in LETTERS]
    assert "'=pure" in cells
    assert "=pure" not in cells


def test_the_same_seed_gives_the_same_sheet_and_another_seed_another(run, sheet, tmp_path):
    write_sheet(run, tmp_path / "again.csv", seed=1)
    write_sheet(run, tmp_path / "other.csv", seed=2)
    assert (tmp_path / "again.csv").read_bytes() == sheet.read_bytes()
    assert (tmp_path / "other.csv").read_bytes() != sheet.read_bytes()


def test_a_sheet_that_someone_may_have_filled_in_is_not_written_over(run, sheet):
    before = sheet.read_bytes()
    with pytest.raises(RunConflict, match="--out"):
        write_sheet(run, sheet, seed=2)
    assert sheet.read_bytes() == before


def test_a_clip_that_is_gone_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "moved").mkdir()
    with pytest.raises(InvalidInput):
        write_sheet(run, tmp_path / "sheet.csv", clips=tmp_path / "moved")
    assert [path.name for path in tmp_path.iterdir()] == ["moved"]


def test_right_answers_are_counted_by_question_and_by_verdict(sheet):
    key = read_key(sheet)
    right = [question.own for question in key.questions]
    wrong = [next(letter for letter in LETTERS if letter != own) for own in right]
    one = read_answers(fill(sheet, "one.csv", right), key)
    other = read_answers(fill(sheet, "other.csv", [*right[:2], *wrong[2:5], "none"]), key)
    alone = judge_answers(key, [one])
    assert (alone.found.right, alone.found.of, alone.chance) == (6, 6, 0.25)
    assert alone.alpha is None
    assert alone.alpha_reason
    both = judge_answers(key, [one, other])
    assert (both.found.right, both.found.of) == (2, 6)
    assert [share.right for share in both.by_person] == [6, 2]
    assert both.none_fits == 1
    assert {name: share.of for name, share in both.by_outcome.items()} == {"supported": 3, "undecided": 3}
    # Wilson 1927 for 2 of 6, by hand: centre .3984, half .3016.
    assert both.found.low == pytest.approx(0.0968, abs=1e-3)
    assert both.found.high == pytest.approx(0.7000, abs=1e-3)


def test_an_unanswered_question_is_left_out_and_an_empty_sheet_gives_no_result(sheet):
    key = read_key(sheet)
    assert read_answers(fill(sheet, "part.csv", ["b", "", "None"]), key) == {1: "B", 3: "none"}
    with pytest.raises(NotEnoughEvidence):
        judge_answers(key, [read_answers(sheet, key)])


def test_agreement_is_krippendorffs_alpha():
    # His own example of two observers, twelve units and five nominal values (Computing Krippendorff's Alpha, 2011).
    first, second = (dict(enumerate(said, start=1)) for said in ("aabbdcccedda", "babbbccceddd"))
    assert agreement([first, second]) == pytest.approx(0.692, abs=5e-4)
    # ... and his example of two values and ten units.
    first, second = (dict(enumerate(said, start=1)) for said in ("0100000000", "1110010010"))
    assert agreement([first, second]) == pytest.approx(0.095, abs=5e-4)
    assert agreement([first, first]) == 1
    assert agreement([{1: "A"}, {1: "A"}]) is None
    assert agreement([{1: "A", 2: "B"}, {1: "B", 2: "A"}]) == pytest.approx(-0.5)


@pytest.mark.parametrize("answer", ["E", "AB", "yes", "1"])
def test_an_answer_that_is_no_letter_of_the_sheet_is_refused_with_its_line(sheet, answer):
    with pytest.raises(InvalidInput, match="line 2"):
        read_answers(fill(sheet, "bad.csv", [answer]), read_key(sheet))


def test_the_answers_to_another_sheet_are_refused(run, sheet, tmp_path):
    write_sheet(run, tmp_path / "other.csv", seed=2)
    with pytest.raises(InvalidInput, match="not the descriptions"):
        read_answers(fill(tmp_path / "other.csv", "filled.csv", ["A"] * 6), read_key(sheet))


def test_the_command_writes_a_sheet_and_reads_it_back(run, tmp_path, monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["earmark", "judge", "--people", str(run.path), *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), capsys.readouterr()

    sheet = tmp_path / "sheet.csv"
    code, said = call("--out", sheet, "--pairs", 4, "--json")
    assert (code, json.loads(said.out)["questions"]) == (0, 4)
    assert json.loads(said.out)["key"] == str(key_file(sheet))
    filled = fill(sheet, "ann.csv", [question.own for question in read_key(sheet).questions])
    code, said = call("--out", sheet, "--answers", filled)
    assert code == 0
    assert "1 person: right in 4 of 4" in said.out
    code, said = call()
    assert code == 2
    assert "--out SHEET.csv" in said.err
