"""Recording keeps what sorting the full matrix would give, in one pass, through kills and bad clips."""

import errno
import hashlib
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from earmark.dissection.networks.listening import choose_device
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording import planning as module
from earmark.dissection.recording.activations import checkpoint_of, load_activations, save_activations
from earmark.dissection.recording.recording import RecordingConfig, dead_neurons, record
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.runs import Manifest, RunFolder

SEED = 5


def matrix_of(network, clip_set, read, tap):
    """Every clip's activations by plain arithmetic in float64; (clip, neuron)."""
    inner, outer = network.module.inner, network.module.outer
    rows = []
    for clip in clip_set.clips:
        frames = read(clip).reshape(-1, 100).astype(np.float64)
        hidden = frames @ inner.weight.detach().numpy().T.astype(np.float64) + inner.bias.detach().numpy()
        if tap.name == "inner":
            rows.append(hidden.mean(0))
        else:
            weight, bias = outer.weight.detach().numpy().astype(np.float64), outer.bias.detach().numpy()
            rows.append(np.maximum(hidden, 0).mean(0) @ weight.T + bias)
    return np.array(rows)


def in_bytes(activations):
    """All arrays of a recording, as bytes."""
    return [
        {
            field.name: np.ascontiguousarray(value).tobytes()
            for field in fields(one)
            if isinstance(value := getattr(one, field.name), np.ndarray)
        }
        for one in activations
    ]


def test_what_is_kept_is_what_plain_arithmetic_gives(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips()
    taps = find_taps(network)
    found = record(network, clip_set, taps, RecordingConfig(per_side=5, batch_size=7), SEED, read=read)
    shown = np.array([clip.split == "shown" for clip in clip_set.clips])
    assert [tap.name for tap in taps] == ["inner", "outer"]
    assert found.skipped == ()
    for tap, kept in zip(taps, found.activations, strict=True):
        full = matrix_of(network, clip_set, read, tap)
        np.testing.assert_allclose(kept.shown, full[shown], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(kept.held_out, full[~shown], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(kept.mean, full[shown].mean(0), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(kept.deviation, full[shown].std(0), rtol=1e-4)
        assert kept.shown_clips.tolist() == np.flatnonzero(shown).tolist()
        assert kept.held_out_clips.tolist() == np.flatnonzero(~shown).tolist()
        assert not kept.dead.any()


@pytest.mark.parametrize("rows", [8, 16, 1000])
def test_selection_equals_sorting_the_full_matrix_ties_included(make_network, make_clips, monkeypatch, rows):
    """Half of the neurons take few values, so almost every place in their ranking is a tie."""
    network, (clip_set, read) = make_network(neurons=40), make_clips(200)
    monkeypatch.setattr(module, "_BUFFER_ROWS", rows)

    def coarse(clip):
        return np.repeat(np.float32(np.round(read(clip).mean() * 20)), len(read(clip)))

    taps = find_taps(network, ["inner"])
    (kept,) = record(network, clip_set, taps, RecordingConfig(per_side=9, batch_size=8), SEED, read=coarse).activations
    lots = [hashlib.blake2b(f"{SEED}:{clip.id}".encode(), digest_size=8).digest() for clip in clip_set.clips]
    for neuron in range(40):
        column = dict(zip(kept.shown_clips.tolist(), kept.shown[:, neuron].tolist(), strict=True))
        best = sorted(column, key=lambda clip: (-column[clip], lots[clip]))[:9]
        worst = sorted(column, key=lambda clip: (column[clip], lots[clip]))[:9]
        assert kept.high_clips[neuron].tolist() == best
        assert kept.low_clips[neuron].tolist() == worst
        assert kept.high_values[neuron].tolist() == [column[clip] for clip in best]
        assert kept.low_values[neuron].tolist() == [column[clip] for clip in worst]
    assert any(len(set(kept.high_values[neuron].tolist())) < 9 for neuron in range(40)), "there must be ties"


def test_a_tie_does_not_go_to_the_first_folder(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(120)
    same = np.ones(500, dtype=np.float32)
    config = RecordingConfig(per_side=6)
    taps = find_taps(network, ["inner"])
    first = record(network, clip_set, taps, config, 1, read=lambda clip: same[: len(read(clip))]).activations[0]
    other = record(network, clip_set, taps, config, 2, read=lambda clip: same[: len(read(clip))]).activations[0]
    assert first.dead.all()
    assert first.high_clips[0].tolist() != sorted(first.high_clips[0].tolist())
    assert first.high_clips[0].tolist() != other.high_clips[0].tolist()


def test_samples_are_uniform_draws_and_the_same_for_every_tap(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(90)
    config = RecordingConfig(per_side=3, shown_sample=20)
    kept, other = record(network, clip_set, find_taps(network), config, SEED, read=read).activations
    assert len(kept.shown_clips) == 20
    assert kept.shown_clips.tolist() == sorted(set(kept.shown_clips.tolist()))
    assert kept.shown_clips.tolist() == other.shown_clips.tolist()
    assert all(clip_set.clips[index].split == "shown" for index in kept.shown_clips)
    assert all(clip_set.clips[index].split == "held_out" for index in kept.held_out_clips)
    # Extremes and moments come from all shown clips, not from the sample.
    assert not set(kept.high_clips.ravel().tolist()) <= set(kept.shown_clips.tolist())


def test_another_batch_size_agrees(make_network, make_clips):
    network, (clip_set, read) = make_network(neurons=30), make_clips(80)
    taps = find_taps(network)
    runs = [
        record(network, clip_set, taps, RecordingConfig(per_side=4, batch_size=size), SEED, read=read).activations
        for size in (1, 5, 32)
    ]
    for others in runs[1:]:
        for one, other in zip(runs[0], others, strict=True):
            scale = np.abs(one.shown).max(0)
            assert np.all(np.abs(one.shown - other.shown) <= 1e-5 * scale)
            assert np.all(np.abs(one.held_out - other.held_out) <= 1e-5 * scale)
            assert np.all(np.abs(one.mean - other.mean) <= 1e-5 * scale)
            assert np.all(np.abs(one.high_values - other.high_values) <= 1e-5 * scale[:, None])


class Killed(Exception):
    pass


@pytest.mark.parametrize("fatal_read", [9, 33, 58])
def test_a_killed_and_resumed_recording_gives_the_same_bytes(
    make_network, make_clips, tmp_path, monkeypatch, fatal_read
):
    monkeypatch.setattr(module, "_BUFFER_ROWS", 16)
    network, (clip_set, read) = make_network(), make_clips(60)
    taps, config = find_taps(network), RecordingConfig(per_side=4, batch_size=4, checkpoint_s=0.0)
    whole = record(network, clip_set, taps, config, SEED, read=read).activations
    reads = []

    def mortal(clip):
        reads.append(clip.id)
        if len(reads) == fatal_read:
            raise Killed
        return read(clip)

    kept = tmp_path / "kept"
    with pytest.raises(Killed):
        record(network, clip_set, taps, config, SEED, read=mortal, checkpoint=kept)
    resumed = record(network, clip_set, taps, config, SEED, read=mortal, checkpoint=kept).activations
    assert in_bytes(resumed) == in_bytes(whole)
    # Read ahead by at most three batches: nothing that a checkpoint holds is done again.
    assert len(reads) <= 60 + 4 * 4


def test_a_checkpoint_of_something_else_is_refused(make_network, make_clips, tmp_path):
    network, (clip_set, read) = make_network(), make_clips(60)
    config = RecordingConfig(per_side=4, batch_size=4, checkpoint_s=0.0)
    record(network, clip_set, find_taps(network), config, SEED, read=read, checkpoint=tmp_path)
    with pytest.raises(RunConflict, match="another network"):
        record(make_network(seed=9), clip_set, find_taps(network), config, SEED, read=read, checkpoint=tmp_path)


def test_a_clip_that_cannot_be_read_is_skipped_and_reported(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)

    def failing(clip):
        if clip.path in ("4.wav", "5.wav"):
            raise InvalidInput("its header is broken.")
        return read(clip)[:0] if clip.path == "6.wav" else read(clip)

    found = record(network, clip_set, find_taps(network), RecordingConfig(per_side=4), SEED, read=failing)
    assert sorted(item.uri for item in found.skipped) == ["4.wav", "5.wav", "6.wav"]
    kept = found.activations[0]
    assert not {4, 6} & set(kept.shown_clips.tolist())
    assert 5 not in kept.held_out_clips
    assert len(kept.shown) == len(kept.shown_clips) == 38
    assert len(kept.held_out) == len(kept.held_out_clips) == 19
    assert not {4, 6} & set(kept.high_clips.ravel().tolist()) | {4, 6} & set(kept.low_clips.ravel().tolist())


def test_a_value_that_is_not_finite_is_the_fault_of_its_neuron_or_of_its_clip(make_network, make_clips):
    network, (clip_set, read) = make_network(neurons=8), make_clips(60)
    network.module.inner.bias.data[3] = np.inf
    taps = find_taps(network, ["inner"])

    def huge(clip):
        return np.full_like(read(clip), 3e38) if clip.path == "10.wav" else read(clip)

    found = record(network, clip_set, taps, RecordingConfig(per_side=4), SEED, read=huge)
    (kept,) = found.activations
    assert kept.refused == (3,)
    assert kept.dead.tolist() == [index == 3 for index in range(8)]
    assert [(item.uri, "not finite" in item.reason) for item in found.skipped] == [("10.wav", True)]
    for array in (kept.shown, kept.held_out, kept.mean, kept.deviation, kept.high_values, kept.low_values):
        assert np.isfinite(array).all()


def test_a_recording_survives_the_run_folder(make_network, make_clips, tmp_path):
    network, (clip_set, read) = make_network(), make_clips(60)
    run = RunFolder.create(tmp_path / "run", Manifest.begin("dissection", {}, SEED))
    config = RecordingConfig(per_side=4, checkpoint_s=0.0, batch_size=4)
    found = record(network, clip_set, find_taps(network), config, SEED, read=read, checkpoint=checkpoint_of(run))
    assert checkpoint_of(run).is_dir()
    save_activations(run, found.activations)
    assert not checkpoint_of(run).exists()
    loaded = load_activations(run)
    assert in_bytes(loaded) == in_bytes(found.activations)
    assert [one.tap for one in loaded] == [one.tap for one in found.activations]
    with pytest.raises(InvalidInput, match="did not get that far"):
        load_activations(run, "control")


def test_a_neuron_that_only_rounds_is_dead():
    highest = np.array([1.0, 1.000005, 5.0, 0.0, 1e-7, 0.01], dtype=np.float32)
    lowest = np.array([1.0, 1.0, -5.0, 0.0, -1e-7, 0.0], dtype=np.float32)
    assert dead_neurons(highest, lowest).tolist() == [True, True, False, True, True, False]


def test_too_few_clips_are_refused_before_and_after_reading(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)
    taps = find_taps(network)
    with pytest.raises(NotEnoughEvidence, match="40 shown clips are too few for 21"):
        record(network, clip_set, taps, RecordingConfig(per_side=21), SEED, read=read)

    def broken(clip):
        raise InvalidInput("it is broken")

    with pytest.raises(NotEnoughEvidence, match="0 shown clips"):
        record(network, clip_set, taps, RecordingConfig(per_side=4), SEED, read=broken)


def test_a_tap_that_no_clip_reaches_is_named(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)
    (tap,) = find_taps(network, ["inner"])
    network.module.unused = type(network.module.inner)(3, 3)
    lost = replace(tap, name="unused", width=3)
    with pytest.raises(InvalidInput, match="the tap unused is never reached"):
        record(network, clip_set, [tap, lost], RecordingConfig(per_side=4), SEED, read=read)


def test_a_full_disk_is_one_sentence(make_network, make_clips, tmp_path, monkeypatch):
    network, (clip_set, read) = make_network(), make_clips(60)
    config = RecordingConfig(per_side=4, batch_size=4, checkpoint_s=0.0)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("safetensors.numpy.save_file", full)
    with pytest.raises(InvalidInput, match="is full"):
        record(network, clip_set, find_taps(network), config, SEED, read=read, checkpoint=tmp_path)


def test_a_batch_that_the_network_cannot_run_names_what_to_change(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)
    with pytest.raises(InvalidInput, match="has no CLS token: pool with first"):
        record(network, clip_set, find_taps(network), RecordingConfig(pooling="cls", per_side=4), SEED, read=read)


def test_settings_that_mean_nothing_are_refused():
    for settings in ({"per_side": 0}, {"batch_size": 0}, {"held_out_sample": 499}, {"shown_sample": 0}):
        with pytest.raises(InvalidInput, match="at least"):
            RecordingConfig(**settings)
    with pytest.raises(InvalidInput, match="device 'nowhere' is not there"):
        choose_device("nowhere")


def test_a_clip_that_the_network_cannot_take_is_skipped_and_the_rest_of_its_batch_is_not(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)

    def choosy(waveforms):
        if any(waveform[0] == 7 for waveform in waveforms):
            raise ValueError("seven is no sample")
        return network.prepare(waveforms)

    def odd(clip):
        wave = read(clip).copy()
        if clip.path == "4.wav":
            wave[0] = 7
        # Not a whole number of frames: the forward pass fails.
        return wave[:-30] if clip.path == "6.wav" else wave

    changed = replace(network, prepare=choosy)
    found = record(changed, clip_set, find_taps(network), RecordingConfig(per_side=4), SEED, read=odd)
    assert [item.uri for item in found.skipped] == ["6.wav", "4.wav"]
    assert all(item.reason.startswith("the network cannot take it: ") for item in found.skipped)
    assert len(found.activations[0].shown) == 38


def test_when_no_clip_can_be_taken_the_reason_is_said(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)
    with pytest.raises(NotEnoughEvidence, match=r"0 shown clips .*60 were skipped; 1\.wav: the network cannot take it"):
        record(
            network, clip_set, find_taps(network), RecordingConfig(per_side=4), SEED, read=lambda clip: read(clip)[:-1]
        )


def test_recording_leaves_the_network_as_it_was(make_network, make_clips):
    network, (clip_set, read) = make_network(), make_clips(60)
    network.module.train()
    config = RecordingConfig(per_side=4, precision="bf16")
    rough = record(network, clip_set, find_taps(network), config, SEED, read=read).activations[0]
    assert network.module.training
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.module.modules())
    fine = record(network, clip_set, find_taps(network), RecordingConfig(per_side=4), SEED, read=read).activations[0]
    assert 0 < np.abs(rough.shown - fine.shown).max() < 0.1 * np.abs(fine.shown).max()


def test_a_gpu_without_room_for_a_batch_is_one_sentence(make_network, make_clips, monkeypatch):
    network, (clip_set, read) = make_network(), make_clips(60)

    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(network.module, "forward", full)
    with pytest.raises(InvalidInput, match="give a smaller --batch-size"):
        record(network, clip_set, find_taps(network), RecordingConfig(per_side=4), SEED, read=read)
