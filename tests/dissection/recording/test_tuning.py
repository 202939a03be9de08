"""Sweeps move one property and nothing else; curves tell planted neurons apart and settle claims."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from earmark.dissection.acoustics import measure
from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.localisation.sweeps import make_sweeps
from earmark.dissection.localisation.tuning import TuningConfig, confirm, confirm_claims, steadiness, swept, tune
from earmark.dissection.networks import AudioNetwork
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.errors import InvalidInput
from earmark.evidence import Claim

RATE_HZ = 8000
NEURONS = ("level", "minus level", "centre", "spread", "flatness", "pulse rate", "around 800 Hz", "nothing")


class Meters(nn.Module):
    """Known properties of a waveform by formula, each a neuron of a linear map."""

    def __init__(self):
        super().__init__()
        self.meters = nn.Linear(6, len(NEURONS), bias=False)
        with torch.no_grad():
            self.meters.weight.zero_()
            for neuron, (meter, sign) in enumerate(((0, 1), (0, -1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1))):
                self.meters.weight[neuron, meter] = sign

    def forward(self, waveform):
        power = torch.fft.rfft(waveform).abs() ** 2 + 1e-9
        hertz = torch.fft.rfftfreq(waveform.shape[1], 1 / RATE_HZ)
        share = power / power.sum(1, keepdim=True)
        octave = torch.log2(hertz.clamp(min=20))
        centre = (share * octave).sum(1)
        spread = (share * (octave - centre[:, None]) ** 2).sum(1).sqrt()
        # Per band of the spectrum, so that the randomness of each bin does not count.
        bands = power[:, 1:].unfold(1, 200, 200).mean(2)
        flatness = bands.log().mean(1) - bands.mean(1).log()
        level = 10 * torch.log10((waveform**2).mean(1) + 1e-9)
        envelope = waveform.abs().unfold(1, 80, 80).mean(2)
        beat = torch.fft.rfft(envelope - envelope.mean(1, keepdim=True)).abs().argmax(1).float()
        near = (share * torch.exp(-0.5 * ((octave - np.log2(800)) / 0.25) ** 2)).sum(1)
        return self.meters(torch.stack([level, centre, spread, flatness, beat, near], 1))


@pytest.fixture(scope="module")
def tuned():
    """The curves of the planted neurons, with real clips of noise and tones to compare swings with."""
    rng = np.random.default_rng(0)
    waves, clips = {}, []
    for index in range(40):
        name, level = f"{index:03d}", 10 ** rng.uniform(-2, -0.5)
        tone = np.sin(2 * np.pi * rng.uniform(100, 2000) * np.arange(16000) / RATE_HZ)
        wave = level * (tone if index % 2 else rng.standard_normal(16000))
        waves[name] = (wave * (1 + 0.5 * np.sin(np.arange(16000) / rng.uniform(100, 1500)))).astype(np.float32)
        clips.append(Clip(id=name, path=name, end_s=2.0, rate_hz=RATE_HZ, group=name, split="shown"))
    clip_set = ClipSet(Path(), tuple(clips), ())

    def prepare(waveforms):
        return {"waveform": torch.from_numpy(np.stack(waveforms))}

    network = AudioNetwork(Meters(), RATE_HZ, prepare, "meters")
    taps = find_taps(network)
    recorded = record(
        network, clip_set, taps, RecordingConfig(per_side=6), 0, read=lambda clip: waves[clip.id]
    ).activations
    (tunings,) = tune(network, taps, recorded)
    return {one.property: one for one in tunings}


@pytest.mark.parametrize(
    ("neuron", "attribute", "outcome"),
    [
        ("level", "loud", "supported"),
        ("level", "quiet", "refuted"),
        ("minus level", "quiet", "supported"),
        ("minus level", "loud", "refuted"),
        ("centre", "high-pitched", "supported"),
        ("centre", "low-pitched", "refuted"),
        ("centre", "loud", "undecided"),
        ("spread", "broadband", "supported"),
        ("spread", "narrowband", "refuted"),
        ("flatness", "noisy", "supported"),
        ("flatness", "tonal", "refuted"),
        ("pulse rate", "quickly pulsing", "supported"),
        ("pulse rate", "slowly pulsing", "refuted"),
        ("around 800 Hz", "high-pitched", "undecided"),
        ("around 800 Hz", "low-pitched", "undecided"),
        ("nothing", "loud", "undecided"),
    ],
)
def test_curves_settle_claims_about_planted_neurons(tuned, neuron, attribute, outcome):
    property_, _ = swept(attribute)
    verdict = confirm(attribute, tuned[property_].curve(NEURONS.index(neuron)), "claim")
    assert verdict.outcome == outcome
    assert verdict.judge == "tuning curve"
    assert verdict.reason


def test_a_neuron_tuned_to_a_band_peaks_there(tuned):
    curve = tuned["pitch"].curve(NEURONS.index("around 800 Hz"))
    best = curve.values[int(np.argmax(curve.responses))]
    assert 640 < best < 1000
    assert "highest at" in confirm("high-pitched", curve, "claim").reason


def test_a_neuron_that_nothing_moves_has_no_correlation(tuned):
    curve = tuned["loudness"].curve(NEURONS.index("nothing"))
    assert curve.correlation is None
    assert confirm("loud", curve, "claim").score is None


def test_claims_are_judged_phrase_by_phrase(tuned):
    sounds = [Phrase(text=name, kind="acoustic", attribute=name, weight=1.0) for name in ("loud", "rhythmic", "noisy")]
    phrases = (*sounds, Phrase(text="rain", kind="words", weight=1.0))
    claim = Claim(id="c", text="loud, rhythmic, noisy, rain", evidence_ids=())
    neuron = NeuronId(tap="meters", index=0)
    said = Description(neuron=neuron, text="loud", claims=(NeuronClaim(claim=claim, phrases=phrases),))
    verdicts = confirm_claims([said], list(tuned.values()))
    assert [(one.attribute, one.property) for one in verdicts] == [("loud", "loudness"), ("noisy", "noise")]
    assert [one.verdict.claim_id for one in verdicts] == ["c", "c"]
    assert verdicts[0].verdict.outcome == "supported"


def test_no_sweep_settles_what_none_plays():
    assert swept("rhythmic") is None
    assert swept("loud") == ("loudness", 1)
    assert swept("tonal") == ("noise", -1)
    with pytest.raises(InvalidInput, match=r"0\.1 s or more"):
        TuningConfig(length_s=0)


def test_steadiness_is_spearmans_correlation_ties_included():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    curves = rng.integers(0, 4, size=(3, 9, 5)).astype(np.float32)
    curves[:, :, 4] = 7.0
    correlation, moves = steadiness(curves)
    for neuron in range(4):
        each = [spearmanr(np.arange(9), curves[carrier, :, neuron]).statistic for carrier in range(3)]
        assert correlation[neuron] == pytest.approx(np.mean(each), abs=1e-6)
    assert moves.tolist() == [True] * 4 + [False]
    assert correlation[4] == 0


MEASURED = {
    "pitch": "pitch_hz",
    "loudness": "loudness_db",
    "bandwidth": "bandwidth_hz",
    "modulation": "modulation_hz",
    "noise": "noisiness",
}


@pytest.mark.parametrize("name", MEASURED)
def test_a_sweep_moves_what_it_says_and_not_the_level(name):
    (sweep,) = [one for one in make_sweeps(16000, 1.0) if one.property == name]
    for carrier in sweep.carriers:
        assert len(carrier) == len(sweep.values)
        found = [measure(sound, 16000) for sound in carrier[::3]]
        values = [getattr(one, MEASURED[name]) for one in found]
        if name == "modulation":
            # The slowest pulses are fewer than two in a second, and the fastest beyond what counts as pulsing.
            values = [value for value in values if value is not None]
        assert len(values) >= 3
        assert all(value is not None for value in values)
        assert np.corrcoef(np.argsort(np.argsort(values)), np.arange(len(values)))[0, 1] > 0.8
        if name != "loudness":
            levels = [one.loudness_db for one in found]
            assert max(levels) - min(levels) < 0.5


def test_sweeps_are_seeded_and_in_range():
    one, same, other = (make_sweeps(8000, 0.5, seed) for seed in (0, 0, 1))
    for left, right, third in zip(one, same, other, strict=True):
        for sound, again, changed in zip(left.carriers[0], right.carriers[0], third.carriers[0], strict=True):
            assert np.array_equal(sound, again)
            assert not np.array_equal(sound, changed)
            assert np.abs(sound).max() <= 1.0
            assert sound.dtype == np.float32
            assert len(sound) == 4000
