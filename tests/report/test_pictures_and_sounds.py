"""What a page carries of a clip shows and sounds like the clip, and fits the budget."""

import io

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import load_clips
from earmark.report.pictures import spectrogram_png
from earmark.report.sounds import RATE_HZ, carry

RATE = 16_000


def tone(hz, seconds=1.0):
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def brightness(png):
    from matplotlib.image import imread

    return imread(io.BytesIO(png), format="png")[..., :3].sum(axis=2)


@pytest.mark.parametrize("hz", [250, 1_000, 4_000])
def test_a_tone_is_brightest_in_its_own_band(hz):
    rows = brightness(spectrogram_png(tone(hz), RATE)).mean(axis=1)
    assert len(rows) == 72
    # Row 0 is the highest band; bands are spaced by the logarithm from 60 Hz to half the rate.
    expected = 72 * (1 - np.log(hz / 60) / np.log(RATE / 2 / 60))
    assert abs(int(rows.argmax()) + 0.5 - expected) <= 2


def test_a_sound_in_the_second_half_is_bright_in_the_second_half():
    wave = np.concatenate([np.zeros(RATE, dtype=np.float32), tone(1_000)])
    columns = brightness(spectrogram_png(wave, RATE)).max(axis=0)
    assert len(columns) == 240
    assert columns[:110].max() < columns[130:].min()


def test_silence_and_a_handful_of_samples_can_be_drawn():
    for wave in (np.zeros(RATE, dtype=np.float32), np.ones(3, dtype=np.float32)):
        assert brightness(spectrogram_png(wave, RATE, 31, 9)).shape == (9, 31)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for number, hz in enumerate((300, 600, 1_200, 2_400)):
        soundfile.write(folder / f"{number}.wav", tone(hz), RATE)
    return load_clips(folder)


def test_a_carried_clip_sounds_as_the_clip_does(clips):
    carried = carry(clips.root, clips.clips, range(4), 10**7)
    assert sorted(carried.sounds) == sorted(carried.pictures) == [0, 1, 2, 3]
    for place, hz in enumerate((300, 600, 1_200, 2_400)):
        wave, rate = soundfile.read(io.BytesIO(carried.sounds[place]))
        assert rate == RATE_HZ
        assert len(wave) / rate == pytest.approx(1.0, abs=0.1)
        loudest = np.abs(np.fft.rfft(wave)).argmax() * rate / len(wave)
        assert loudest == pytest.approx(hz, rel=0.02)


def test_the_most_wanted_clips_fit_and_the_rest_say_why_they_do_not(clips):
    whole = carry(clips.root, clips.clips, range(4), 10**7)
    budget = sum(len(whole.sounds[place]) + len(whole.pictures[place]) for place in (3, 1))
    carried = carry(clips.root, clips.clips, (3, 1, 0, 2), budget)
    assert sorted(carried.sounds) == [1, 3]
    assert carried.reasons == dict.fromkeys((0, 2), "left out to keep the page small")
