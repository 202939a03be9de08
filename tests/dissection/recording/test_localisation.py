"""The exciting second is found where it was put, by frames and by occlusion."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.localisation.localisation import LocalisationConfig, best_stretch, localise
from earmark.dissection.localisation.occlusion import silenced, window_starts
from earmark.dissection.networks import AudioNetwork, TokenLayout
from earmark.dissection.networks.pooling import Timeline
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.errors import InvalidInput

RATE_HZ, FRAME = 1000, 50
TONES_HZ = (40, 100, 160)


class ToneDetectors(nn.Module):
    """Frames of 50 ms against three tones; power is squashed, averaged over frames, and mapped to three classes."""

    def __init__(self):
        super().__init__()
        time = torch.arange(FRAME) / RATE_HZ
        waves = [f(2 * torch.pi * hz * time) for hz in TONES_HZ for f in (torch.sin, torch.cos)]
        self.match = nn.Linear(FRAME, 6, bias=False)
        self.power = nn.Linear(6, 3, bias=False)
        self.classes = nn.Linear(3, 3, bias=False)
        with torch.no_grad():
            self.match.weight.copy_(torch.stack(waves))
            self.power.weight.copy_(torch.eye(3).repeat_interleave(2, dim=1))
            self.classes.weight.copy_(torch.eye(3))

    def forward(self, waveform):
        return self.classes(self.power(self.match(waveform.unflatten(1, (-1, FRAME))) ** 2).mean(1))


@pytest.fixture
def network():
    layout = TokenLayout(columns=lambda samples: samples // FRAME, hop_s=0.05, span_s=0.05)

    def prepare(waveforms):
        return {"waveform": torch.from_numpy(np.stack(waveforms))}

    return AudioNetwork(ToneDetectors(), RATE_HZ, prepare, "tones", ("a", "b", "c"), True, layout)


@pytest.fixture
def bursts():
    """Clips of 5 s of faint noise with one second of one tone at a known place, and half a second of a weaker one."""
    rng = np.random.default_rng(1)
    clips, waves, truth = [], {}, {}
    for index in range(24):
        tone, start = index % 3, float(rng.uniform(0, 2.5))
        wave = 0.01 * rng.standard_normal(5000)
        time = np.arange(1000) / RATE_HZ
        at = round(start * RATE_HZ)
        wave[at : at + 1000] += np.sin(2 * np.pi * TONES_HZ[tone] * time)
        wave[4200:4700] += 0.4 * np.sin(2 * np.pi * TONES_HZ[tone] * time[:500])
        name = f"{index:04d}"
        clips.append(Clip(id=name, path=name, start_s=2.0, end_s=7.0, rate_hz=RATE_HZ, group=name, split="shown"))
        waves[name], truth[name] = wave.astype(np.float32), (tone, start)
    return ClipSet(Path(), tuple(clips), ()), lambda clip: waves[clip.id], truth


@pytest.mark.parametrize("pooling", ["head", "mean", "max"])
def test_the_second_of_the_tone_is_found_at_every_tap(network, bursts, pooling):
    clip_set, read, truth = bursts
    taps = find_taps(network, ["power", "classes"])
    config = RecordingConfig(per_side=8, pooling=pooling)
    recorded = record(network, clip_set, taps, config, 0, read=read).activations
    frames, occluded = localise(network, clip_set, taps, recorded, read=read)
    for moments, most_off in ((frames, 0.051 if pooling != "max" else 0.55), (occluded, 0.26)):
        assert moments.found.all()
        rows = moments.rows(clip_set)
        assert len(rows) == 24
        for row in rows:
            tone, start = truth[row.clip_id]
            assert row.neuron.index == tone
            assert abs(row.start_s - (2.0 + start)) <= most_off
            assert row.end_s - row.start_s == pytest.approx(1.0, abs=1e-3)
            assert 2.0 <= row.start_s < row.end_s <= 7.0


def test_one_pass_over_the_distinct_clips_serves_every_neuron(network, bursts):
    clip_set, read, _ = bursts
    taps = find_taps(network, ["power", "match"])
    recorded = record(network, clip_set, taps, RecordingConfig(per_side=12), 0, read=read).activations
    reads = []
    localise(network, clip_set, taps, recorded, read=lambda clip: reads.append(clip.id) or read(clip))
    assert len(reads) == len(set(reads)) <= 24


def test_a_clip_that_is_gone_and_a_dead_neuron_have_no_stretch(network, bursts):
    clip_set, read, _ = bursts
    network.module.power.weight.data[2] = 0
    taps = find_taps(network, ["power"])
    recorded = record(network, clip_set, taps, RecordingConfig(per_side=8), 0, read=read).activations

    def gone(clip):
        if clip.id in ("0000", "0003"):
            raise InvalidInput("it is gone")
        return read(clip)

    (moments,) = localise(network, clip_set, taps, recorded, read=gone)
    assert recorded[0].dead.tolist() == [False, False, True]
    assert moments.found[1].all()
    assert not moments.found[2].any()
    assert not {"0000", "0003"} & {row.clip_id for row in moments.rows(clip_set)}
    assert moments.found[0].sum() == 6


def test_a_short_clip_is_taken_whole(network, bursts):
    clip_set, read, _ = bursts
    taps = find_taps(network, ["power", "classes"])

    def short(clip):
        return read(clip)[:4000:5]

    recorded = record(network, clip_set, taps, RecordingConfig(per_side=8), 0, read=short).activations
    for moments in localise(network, clip_set, taps, recorded, read=short):
        assert np.all(moments.start_s[moments.found] == 0)
        np.testing.assert_allclose(moments.end_s[moments.found], 0.8)
        assert moments.found.all()


def test_copies_are_spent_on_the_strongest_clips_first(network, bursts):
    clip_set, read, _ = bursts
    taps = find_taps(network, ["power", "classes"])
    recorded = record(network, clip_set, taps, RecordingConfig(per_side=8), 0, read=read).activations
    frames, occluded = localise(
        network, clip_set, taps, recorded, read=read, config=LocalisationConfig(most_copies=3 * 16 + 15)
    )
    assert frames.found.all(), "frames cost no copies"
    # The first clip that passes is looked into anyway: it tells which taps need occlusion.
    assert occluded.found[:, 0].all()
    assert occluded.found[:, 1:].sum() <= 1


def test_in_a_long_clip_the_stretch_is_longer_and_nothing_is_left_out(network, bursts):
    clip_set, read, truth = bursts

    def long(clip):
        return np.concatenate([read(clip), np.zeros(75_000, dtype=np.float32)])

    taps = find_taps(network, ["classes"])
    recorded = record(network, clip_set, taps, RecordingConfig(per_side=8), 0, read=long).activations
    (moments,) = localise(network, clip_set, taps, recorded, read=long)
    assert moments.found.all()
    np.testing.assert_allclose(moments.end_s - moments.start_s, 2.5)
    for neuron in range(3):
        for clip, start in zip(moments.clips[neuron], moments.start_s[neuron], strict=True):
            assert start <= truth[clip_set.clips[clip].id][1] + 0.5 < start + 2.5


def test_stretches_cover_the_clip_from_end_to_end():
    assert window_starts(5000, 1000) == [0, 267, 533, 800, 1067, 1333, 1600, 1867, 2133, 2400, 2667, 2933, 3200, 3467,
                                         3733, 4000]  # fmt: skip
    assert window_starts(2000, 1000) == [0, 250, 500, 750, 1000]
    assert window_starts(1001, 1000) == [0, 1]
    assert window_starts(900, 1000) == [0]
    for samples in range(1000, 40000, 777):
        starts = window_starts(samples, 1000)
        assert starts[0] == 0
        assert starts[-1] == max(0, samples - 1000)
        assert max(np.diff(starts), default=0) <= 1000, "nothing is left out"
        assert len(starts) <= max(16, 1 + samples // 1000)


def test_silencing_leaves_the_rest_alone_and_makes_no_click():
    wave = np.ones(3000, dtype=np.float32)
    copy = silenced(wave, 1000, 1000, 1000)
    assert np.array_equal(copy[:1000], wave[:1000])
    assert np.array_equal(copy[2000:], wave[2000:])
    assert not copy[1005:1995].any()
    assert np.abs(np.diff(copy)).max() <= 0.21
    assert wave.all()


def test_the_best_stretch_is_the_highest_mean_or_around_the_peak():
    frames = np.zeros((20, 2), dtype=np.float32)
    frames[5:8, 0] = 1.0
    frames[15, :] = 2.0
    time = Timeline(torch.zeros(0), 0.1, 0.1)
    start, end, found = best_stretch(frames, time, 0.3, peak=False)
    np.testing.assert_allclose(start, [0.5, 1.3], atol=1e-6)
    np.testing.assert_allclose(end - start, 0.3, atol=1e-6)
    assert found.all()
    start, _, _ = best_stretch(frames, time, 0.3, peak=True)
    np.testing.assert_allclose(start, [1.4, 1.4], atol=1e-6)
    assert not best_stretch(np.ones((20, 1), dtype=np.float32), time, 0.3, peak=False)[2].any()


def test_a_length_that_means_nothing_is_refused():
    with pytest.raises(InvalidInput, match="length above zero"):
        LocalisationConfig(length_s=0)
