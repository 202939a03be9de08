"""Every measure finds the truth of sounds whose truth is known, and words follow measures."""

import time

import numpy as np
import pytest

from earmark.dissection.acoustics import ATTRIBUTES, AcousticScale, Measures, measure
from earmark.errors import InvalidInput, NotEnoughEvidence

RATE = 16000
TIME = np.arange(2 * RATE) / RATE


def noise(seed=0, seconds=2.0):
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def tone(pitch_hz, time_s=TIME):
    return np.sin(2 * np.pi * pitch_hz * time_s)


def of(wave):
    return measure(np.asarray(wave, dtype=np.float32), RATE)


def clicks(rate_hz, first_s=0.05):
    wave = np.zeros(2 * RATE)
    wave[np.round(np.arange(first_s, 2.0, 1 / rate_hz) * RATE).astype(int)] = 1.0
    return wave


@pytest.mark.parametrize("amplitude", [0.001, 0.5, 30000.0])
def test_loudness_of_a_tone_is_its_amplitude_less_3_db(amplitude):
    assert of(amplitude * tone(440)).loudness_db == pytest.approx(20 * np.log10(amplitude) - 3.01, abs=0.01)


@pytest.mark.parametrize("pitch_hz", [55, 110, 440, 1234, 3000, 5000])
@pytest.mark.parametrize("overtones", [1, 2, 12])
def test_pitch_of_pure_and_rich_tones_within_half_a_percent(pitch_hz, overtones):
    audible = [number for number in range(1, overtones + 1) if number * pitch_hz < 8000]
    assert of(sum(tone(number * pitch_hz) / number for number in audible)).pitch_hz == pytest.approx(
        pitch_hz, rel=0.005
    )


def test_pitch_is_the_missing_fundamental_of_its_harmonics():
    assert of(tone(600) + tone(800) + tone(1000)).pitch_hz == pytest.approx(200, rel=0.005)


def test_pitch_survives_noise_at_10_db():
    assert of(tone(120) + np.sqrt(0.05) * noise()).pitch_hz == pytest.approx(120, rel=0.01)


def test_white_noise_has_no_pitch():
    measures = of(noise())
    assert measures.pitch_hz is None
    assert measures.pitch_movement_octaves_per_s is None


@pytest.mark.parametrize("snr_db", [0, 5, 10, 20])
def test_harmonicity_is_the_periodic_share_of_the_power(snr_db):
    ratio = 10 ** (snr_db / 10)
    mixed = tone(300) + np.sqrt(0.5 / ratio) * noise()
    assert of(mixed).harmonicity == pytest.approx(ratio / (1 + ratio), abs=0.04)


def test_noisiness_is_1_for_white_noise_and_0_for_a_tone():
    assert of(noise()).noisiness == pytest.approx(1.0, abs=0.02)
    assert of(tone(500)).noisiness == pytest.approx(0.0, abs=0.01)


def test_brightness_and_bandwidth_of_two_equal_tones_are_their_middle_and_half_their_distance():
    measures = of(tone(1000) + tone(3000))
    assert measures.brightness_hz == pytest.approx(2000, rel=0.005)
    assert measures.bandwidth_hz == pytest.approx(1000, rel=0.005)


def test_brightness_and_bandwidth_of_white_noise_are_those_of_a_uniform_distribution():
    measures = of(noise())
    assert measures.brightness_hz == pytest.approx(4000, rel=0.02)
    assert measures.bandwidth_hz == pytest.approx(8000 / np.sqrt(12), rel=0.02)


def test_low_and_high_shares_are_shares_of_power():
    measures = of(np.sqrt(0.2) * tone(100) + np.sqrt(0.5) * tone(1000) + np.sqrt(0.3) * tone(5000))
    assert measures.low_share == pytest.approx(0.2, abs=0.005)
    assert measures.high_share == pytest.approx(0.3, abs=0.005)


def test_unrest_is_0_for_a_held_tone_and_high_when_tones_alternate_every_tenth_of_a_second():
    alternating = np.where((TIME // 0.1) % 2 < 1, tone(300), tone(4000))
    assert of(tone(300)).unrest == pytest.approx(0.0, abs=0.01)
    assert of(alternating).unrest > 0.65


@pytest.mark.parametrize("rate_hz", [2, 5, 10, 18])
def test_onsets_of_a_click_train_are_counted_and_regular(rate_hz):
    measures = of(clicks(rate_hz) + 1e-4 * noise())
    assert measures.onset_rate_hz == pytest.approx(rate_hz, abs=0.5)
    assert measures.regularity > 0.85


def test_beeps_of_one_pitch_have_onsets():
    beeps = tone(1000) * np.clip(20 * tone(2) * (TIME > 0.25), 0, 1) + 0.03 * noise()
    assert of(beeps).onset_rate_hz == pytest.approx(2.0, abs=0.51)


def test_steady_sounds_have_no_onsets():
    for wave in (tone(440), noise(), tone(440) + noise()):
        assert of(wave).onset_rate_hz == 0.0


def test_random_clicks_are_irregular():
    wave = np.zeros(2 * RATE)
    wave[np.random.default_rng(3).integers(1000, 2 * RATE, 14)] = 1.0
    assert of(wave + 1e-4 * noise()).regularity < 0.5


@pytest.mark.parametrize("carrier", [tone(800), noise()])
@pytest.mark.parametrize(("rate_hz", "depth"), [(1.5, 0.9), (4, 0.3), (8, 0.6), (20, 0.8)])
def test_modulation_rate_within_5_percent_and_depth_within_a_tenth(carrier, rate_hz, depth):
    measures = of(carrier * (1 + depth * tone(rate_hz)))
    assert measures.modulation_hz == pytest.approx(rate_hz, rel=0.05)
    assert measures.modulation_depth == pytest.approx(depth, abs=0.1)


def test_steady_sounds_have_no_modulation_rate_and_hardly_any_depth():
    for wave in (tone(440), noise()):
        measures = of(wave)
        assert measures.modulation_hz is None
        assert measures.modulation_depth < 0.05


def test_roughness_of_70_hz_flutter_is_that_of_a_sine():
    assert of(tone(2000) * (1 + 0.5 * tone(70))).roughness == pytest.approx(0.5 / np.sqrt(2), abs=0.03)
    assert of(tone(2000)).roughness < 0.01


@pytest.mark.parametrize("length_s", [0.1, 0.5, 1.0])
def test_attack_of_a_linear_ramp_is_four_fifths_of_it(length_s):
    ramp = np.clip((TIME - 0.3) / length_s, 0, 1)
    assert of(ramp * tone(700)).attack_s == pytest.approx(0.8 * length_s, abs=0.02)


def test_no_attack_is_measured_where_no_rise_is_heard():
    assert of(tone(700)).attack_s is None


def test_peakiness_is_0_for_a_tone_and_the_duty_cycle_of_bursts():
    assert of(tone(700)).peakiness_db == pytest.approx(0.0, abs=0.1)
    assert of(tone(700) * (TIME % 1.0 < 0.1)).peakiness_db == pytest.approx(10.0, abs=0.2)


def test_silent_share_is_the_share_of_silence():
    assert of(tone(700) * (TIME < 0.5)).silent_share == pytest.approx(0.75, abs=0.01)


def test_loudness_trend_is_the_slope_of_a_fade_in_decibels():
    assert of(tone(700) * 10 ** (-12 * TIME / 20)).loudness_trend_db_per_s == pytest.approx(-12, abs=0.3)
    assert of(tone(700) * 10 ** (8 * TIME / 20)).loudness_trend_db_per_s == pytest.approx(8, abs=0.3)


@pytest.mark.parametrize("slope", [-1.5, -0.5, 0.5, 1.5])
def test_pitch_movement_of_a_sweep_is_its_slope_in_octaves(slope):
    sweep = np.sin(2 * np.pi * np.cumsum(800 * 2 ** (slope * (TIME - 1))) / RATE)
    measures = of(sweep + 0.1 * noise())
    assert measures.pitch_movement_octaves_per_s == pytest.approx(slope, abs=0.05)
    assert measures.pitch_range_octaves == pytest.approx(0.8 * 2 * abs(slope), abs=0.1)


@pytest.mark.parametrize("samples", [0, 1, 7, 100, 1000, 3000])
def test_clips_too_short_for_a_measure_leave_it_out(samples):
    measures = of(tone(440)[1 : 1 + samples])
    assert measures.modulation_hz is None
    assert measures.regularity is None
    assert (measures.onset_rate_hz is None) == (samples < 4000)


@pytest.mark.parametrize("wave", [np.zeros(RATE), np.full(RATE, 0.7), 1e-7 * noise()])
def test_silence_and_a_constant_offset_measure_as_silence(wave):
    assert of(wave) == Measures(silent_share=1.0)


def test_an_offset_changes_nothing_but_noise_in_the_last_digits():
    plain, offset = of(tone(440) * 0.1), of(tone(440) * 0.1 + 0.5)
    for name, value in plain.model_dump().items():
        other = getattr(offset, name)
        assert (value is None) == (other is None), name
        assert value is None or other == pytest.approx(value, abs=1e-2, rel=1e-2), name


def test_level_changes_loudness_only():
    quiet, loud = of(0.01 * tone(300) * (1 + tone(5))), of(1e4 * tone(300) * (1 + tone(5)))
    assert loud.loudness_db - quiet.loudness_db == pytest.approx(120, abs=0.01)
    for name, value in quiet.model_dump(exclude={"loudness_db"}).items():
        assert getattr(loud, name) == pytest.approx(value, rel=1e-3, abs=1e-3) if value is not None else True, name


def test_samples_that_are_no_numbers_are_refused():
    wave = tone(440)
    wave[5] = np.nan
    with pytest.raises(InvalidInput, match="finite"):
        of(wave)


def test_stereo_is_refused():
    with pytest.raises(InvalidInput, match="mono"):
        measure(np.zeros((2, 100), dtype=np.float32), RATE)


def test_five_seconds_are_measured_in_well_under_a_tenth_of_a_second():
    wave = noise(seconds=5.0) * (1 + tone(5, np.arange(5 * RATE) / RATE))
    of(wave)
    best = min(_seconds_of(lambda: of(wave)) for _ in range(5))
    assert best < 0.1


def _seconds_of(action):
    started = time.process_time()
    action()
    return time.process_time() - started


@pytest.fixture(scope="module")
def pitched():
    return [of(0.1 * tone(pitch_hz)[:8000]) for pitch_hz in np.geomspace(100, 3000, 20)]


def test_every_attribute_names_a_measure_and_both_ends_are_there():
    assert len({attribute.name for attribute in ATTRIBUTES}) == len(ATTRIBUTES)
    ends = [(attribute.measure, attribute.direction) for attribute in ATTRIBUTES]
    assert sorted(ends) == sorted((name, way) for name in Measures.model_fields for way in (1, -1))


def test_words_are_relative_to_the_clips_that_were_shown(pitched):
    scale = AcousticScale.fit(pitched)
    assert "high-pitched" in scale.words(pitched[-1])
    assert "low-pitched" in scale.words(pitched[0])
    assert not {"high-pitched", "low-pitched"} & set(scale.words(pitched[10]))
    # All clips are equally loud: nothing is loud among them, whatever the last digits say.
    assert not {"loud", "quiet"} & set(scale.words(pitched[-1]))


def test_scores_are_graded_opposed_and_follow_the_measure(pitched):
    scale = AcousticScale.fit(pitched)
    names = [attribute.name for attribute in ATTRIBUTES]
    scores = scale.scores(pitched)
    high, low = scores[:, names.index("high-pitched")], scores[:, names.index("low-pitched")]
    assert scores.shape == (20, len(ATTRIBUTES))
    assert np.all(np.diff(high) > 0)
    assert np.allclose(high, -low)
    assert np.all(np.abs(scores) <= 1)
    assert abs(high[9] + high[10]) < 0.05


def test_a_missing_measure_scores_0(pitched):
    scale = AcousticScale.fit(pitched)
    column = [attribute.name for attribute in ATTRIBUTES].index("high-pitched")
    assert scale.scores([of(noise())])[0, column] == 0.0
    assert np.all(scale.scores([Measures()]) == 0.0)


def test_a_new_clip_beyond_all_shown_ones_scores_like_the_last(pitched):
    scale = AcousticScale.fit(pitched)
    column = [attribute.name for attribute in ATTRIBUTES].index("high-pitched")
    assert scale.scores([of(tone(5500))])[0, column] >= scale.scores(pitched)[-1, column]


def test_a_scale_survives_being_written_down(pitched):
    scale = AcousticScale.fit(pitched)
    assert AcousticScale.model_validate_json(scale.model_dump_json()) == scale


def test_captions_say_what_sets_a_clip_apart(pitched):
    scale = AcousticScale.fit(pitched)
    assert "high" in scale.caption(pitched[-1])
    assert scale.caption(Measures(silent_share=1.0)) == "silence"
    middling = scale.caption(Measures(loudness_db=-20.0))
    assert middling == "a sound with nothing out of the ordinary"


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(NotEnoughEvidence, match="measured clips"):
        AcousticScale.fit([])
