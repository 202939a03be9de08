"""Sample sounds are seeded, varied, true to their parameters, and written whole."""

import csv
import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from earmark.cli.samples import app
from earmark.errors import InvalidInput, RunConflict, UnknownName
from earmark.samples.sounds import SOUND_CLASSES, make_sound, sound_rng, write_sounds


def test_there_are_at_least_24_classes_and_each_can_be_captioned():
    assert len(set(SOUND_CLASSES)) == len(SOUND_CLASSES) >= 24


@pytest.mark.parametrize("kind", SOUND_CLASSES)
def test_every_class_makes_loud_enough_finite_sounds_with_words_of_its_own(kind):
    captions = set()
    for number in range(12):
        sound = make_sound(kind, sound_rng(5, kind, number), harder=number % 4 == 3)
        assert sound.waveform.shape == (32000,)
        assert sound.waveform.dtype == np.float32
        assert np.all(np.abs(sound.waveform) <= 1.0)
        level_db = 20 * np.log10(np.sqrt(np.mean(sound.waveform.astype(np.float64) ** 2)))
        assert level_db == pytest.approx(sound.parameters["level_db"], abs=0.01)
        assert all(np.isfinite(value) for value in sound.parameters.values())
        assert "{" not in sound.caption
        assert "  " not in sound.caption
        captions.add(sound.caption)
    assert len(captions) >= 6


def test_the_same_seed_makes_the_same_sound_and_another_number_another():
    first, again, other = (make_sound("bell", sound_rng(1, "bell", number)) for number in (0, 0, 1))
    assert np.array_equal(first.waveform, again.waveform)
    assert first.caption == again.caption
    assert not np.array_equal(first.waveform, other.waveform)


def test_the_drawn_pitch_is_the_strongest_frequency_of_a_tremolo_tone():
    for number in range(8):
        sound = make_sound("tremolo tone", sound_rng(2, "tremolo tone", number), snr_db=(30, 35))
        spectrum = np.abs(np.fft.rfft(sound.waveform))
        assert np.argmax(spectrum) / 2.0 == pytest.approx(sound.parameters["pitch_hz"], abs=0.5)


def test_the_noise_parameter_is_the_level_that_was_mixed_in():
    # A tremolo tone occupies a few bins: what lies outside them is the noise.
    for snr_db in (6.0, 20.0):
        sound = make_sound("electric hum", sound_rng(3, "electric hum", 0), snr_db=(snr_db, snr_db))
        power = np.abs(np.fft.rfft(sound.waveform * np.hanning(32000))) ** 2
        hum = np.zeros(len(power), dtype=bool)
        for harmonic in range(1, 7):
            at = round(2 * harmonic * sound.parameters["pitch_hz"])
            hum[at - 4 : at + 5] = True
        measured = 10 * np.log10(power[hum].sum() / power[~hum].sum())
        assert measured == pytest.approx(snr_db, abs=1.5)
        assert sound.parameters["noise_db"] == -snr_db


def test_harder_sounds_lie_outside_the_ranges_of_the_others():
    usual = [make_sound("engine", sound_rng(4, "engine", n)).parameters["pitch_hz"] for n in range(30)]
    harder = [make_sound("engine", sound_rng(4, "engine", n), harder=True).parameters for n in range(30)]
    assert all(45 <= pitch <= 110 for pitch in usual)
    assert all(draw["pitch_hz"] < 45 or draw["pitch_hz"] > 110 for draw in harder)
    assert all(draw["noise_db"] == 0.0 for draw in harder)


def test_captions_say_what_the_parameters_say():
    for number in range(60):
        sound = make_sound("bell", sound_rng(6, "bell", number))
        if "shrill" in sound.caption or "high" in sound.caption:
            assert sound.parameters["pitch_hz"] >= 1000
        if "once a second" in sound.caption or "slow" in sound.caption:
            assert sound.parameters["onset_rate_hz"] < 1.6
        if "heavy noise" in sound.caption:
            assert sound.parameters["noise_db"] > -14


def test_longer_sounds_and_other_rates_can_be_made():
    assert make_sound("rain", sound_rng(0, "rain", 0), seconds=5, rate_hz=22050).waveform.shape == (110250,)


def test_an_unknown_class_names_the_nearest():
    with pytest.raises(UnknownName, match="bell"):
        make_sound("bells", sound_rng(0, "bells", 0))


@pytest.mark.parametrize("kind", SOUND_CLASSES)
def test_every_class_can_be_made_at_the_least_length_and_at_odd_ones(kind):
    for number, (seconds, rate_hz) in enumerate([(0.25, 8000), (0.25, 44100), (0.3, 16000), (0.35, 8000), (0.6, 8000)]):
        for harder in (False, True):
            rng = sound_rng(7, kind, number)
            sound = make_sound(kind, rng, seconds=seconds, rate_hz=rate_hz, harder=harder)
            assert sound.waveform.shape == (round(seconds * rate_hz),)
            assert np.isfinite(sound.waveform).all()


@pytest.mark.parametrize(("per_class", "seconds"), [(0, 2.0), (10_001, 2.0), (1, 0.2), (1, 61.0), (1, float("nan"))])
def test_a_number_or_length_that_cannot_be_made_leaves_no_folder(tmp_path, per_class, seconds):
    with pytest.raises(InvalidInput):
        write_sounds(tmp_path / "out", per_class, 0, seconds=seconds)
    assert not (tmp_path / "out").exists()


def test_an_impossible_length_is_refused():
    with pytest.raises(InvalidInput, match=r"0.25 to 60 s"):
        make_sound("bell", sound_rng(0, "bell", 0), seconds=0.0)


def test_written_sounds_come_with_a_manifest_and_the_truth(tmp_path):
    manifest = write_sounds(tmp_path / "sounds", 2, 9, kinds=("bell", "dog bark"), file_format="wav")
    rows = list(csv.DictReader(manifest.open(encoding="utf-8")))
    truths = [json.loads(line) for line in (tmp_path / "sounds" / "parameters.jsonl").read_text().splitlines()]
    assert [row["label"] for row in rows] == ["bell", "bell", "dog bark", "dog bark"]
    assert len({row["group"] for row in rows}) == 4
    assert [truth["path"] for truth in truths] == [row["path"] for row in rows]
    for row in rows:
        samples, rate_hz = soundfile.read(tmp_path / "sounds" / row["path"])
        assert (len(samples), rate_hz) == (32000, 16000)


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunConflict, match="new or empty"):
        write_sounds(tmp_path, 1, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_writes_every_class(tmp_path):
    done = CliRunner().invoke(app, ["sounds", str(tmp_path / "out"), "--per-class", "1", "--seconds", "0.25"])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "out").rglob("*.flac"))) == len(SOUND_CLASSES)
