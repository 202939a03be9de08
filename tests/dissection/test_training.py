"""Networks learn from labelled clips, are tested on clips they never saw, and load as any other network does."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification
from typer.testing import CliRunner

from earmark.cli.train import app
from earmark.dissection.clips import load_clips
from earmark.dissection.training import TrainingConfig, train_network
from earmark.dissection.training.architecture import build_network, start_network
from earmark.dissection.training.augmentation import augment
from earmark.dissection.training.fitting import forward
from earmark.dissection.training.pretraining import patches_of
from earmark.dissection.training.saving import load_network
from earmark.dissection.training.spectrograms import FLOOR, build_extractor, extract, frames_of, spread
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.evidence.interval import wilson

TINY = TrainingConfig(epochs=6, batch_size=8, width=64, layers=1, mels=16, learning_rate=3e-3, transpose=0, mix=0.1)


def write_tones(folder, per_class=16, seconds=0.5):
    """Three classes that differ in pitch, a file each with a little noise."""
    rng = np.random.default_rng(0)
    for label, pitch_hz in (("low", 150), ("middle", 900), ("high", 4000)):
        (folder / label).mkdir(parents=True)
        for number in range(per_class):
            time_s = np.arange(round(seconds * 16000)) / 16000
            wave = 0.3 * np.sin(2 * np.pi * pitch_hz * rng.uniform(0.8, 1.2) * time_s + rng.uniform(0, 6))
            soundfile.write(folder / label / f"{number}.wav", wave + 0.01 * rng.standard_normal(len(wave)), 16000)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    clips = load_clips(write_tones(folder / "clips"))
    return clips, folder / "network", train_network(clips, folder / "network", TINY)


def test_a_network_learns_what_it_is_taught_and_is_tested_on_clips_it_never_saw(trained):
    clips, _, report = trained
    assert report.labels == ("high", "low", "middle")
    assert (report.trained_on, report.held_out) == (len(clips.of("shown")), len(clips.of("held_out")))
    assert report.accuracy > 0.9
    assert report.interval == wilson(round(report.accuracy * report.held_out), report.held_out)
    assert set(report.per_class) == set(report.labels)
    assert [record.epoch for record in report.curve] == list(range(1, 7))
    assert report.curve[-1].loss < report.curve[0].loss


def test_the_reported_accuracy_is_that_of_the_saved_network_used_as_any_network_is(trained):
    clips, folder, report = trained
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    network = AutoModelForAudioClassification.from_pretrained(folder).eval()
    assert next(network.parameters()).dtype == torch.float32
    right = []
    for clip in clips.of("held_out"):
        wave, rate_hz = soundfile.read(clips.root / clip.path, dtype="float32")
        with torch.inference_mode():
            logits = network(**extractor(wave, sampling_rate=rate_hz, return_tensors="pt")).logits
        right.append(network.config.id2label[int(logits.argmax())] == clip.label)
    assert np.mean(right) == report.accuracy


def test_the_same_seed_gives_the_same_bytes(trained, tmp_path):
    clips, folder, _ = trained
    again = train_network(clips, tmp_path / "again", TINY)
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert again.curve == trained[2].curve


def test_report_and_card_lie_beside_the_weights(trained):
    _, folder, report = trained
    told = json.loads((folder / "training.json").read_text())
    assert told["report"]["accuracy"] == report.accuracy
    assert told["config"]["seed"] == 0
    card = (folder / "README.md").read_text()
    assert f"{report.accuracy:.3f}" in card
    assert "3 classes" in card


def test_started_from_another_network_only_the_head_and_the_places_in_time_are_new(trained):
    _, folder, _ = trained
    start = load_network(folder)
    network = start_network(folder, TINY, ("a", "b"), 98)
    old, new = start.state_dict(), network.state_dict()
    name = "audio_spectrogram_transformer.embeddings.position_embeddings"
    assert new[name].shape[1] == 2 + (98 // 16)
    assert torch.equal(new[name][:, :2], old[name][:, :2])
    assert new["classifier.dense.weight"].shape[0] == 2
    same = [key for key in old if not key.startswith("classifier.") and key != name]
    assert all(torch.equal(old[key], new[key]) for key in same)
    assert len(same) > 15


def test_positions_stay_where_they_are_when_the_length_does(trained):
    _, folder, _ = trained
    start = load_network(folder)
    network = start_network(folder, TINY, tuple(start.config.id2label.values()), start.config.max_length)
    assert all(torch.equal(weight, network.state_dict()[name]) for name, weight in start.state_dict().items())


def test_a_network_of_another_shape_cannot_be_started_from(trained):
    with pytest.raises(InvalidInput, match="make them agree"):
        start_network(trained[1], TrainingConfig(width=128, layers=1, mels=16), ("a", "b"), 98)


def test_a_folder_without_a_network_cannot_be_started_from(tmp_path):
    with pytest.raises(InvalidInput, match="no audio spectrogram transformer"):
        start_network(tmp_path, TINY, ("a", "b"), 98)


def test_clips_without_labels_are_refused_before_anything_is_written(tmp_path):
    write_tones(tmp_path / "clips", 4)
    (tmp_path / "clips" / "manifest.csv").write_text("path\n" + "".join(f"low/{n}.wav\n" for n in range(4)))
    with pytest.raises(InvalidInput, match="have no label"):
        train_network(load_clips(tmp_path / "clips"), tmp_path / "out", TINY)
    assert not (tmp_path / "out").exists()


def test_one_class_is_too_few(tmp_path):
    write_tones(tmp_path / "clips", 4)
    with pytest.raises(NotEnoughEvidence, match="two classes"):
        train_network(load_clips(_manifest(tmp_path, ("low",))), tmp_path / "out", TINY)


def test_a_class_with_one_clip_is_named(tmp_path):
    write_tones(tmp_path / "clips", 4)
    manifest = _manifest(tmp_path, ("low",), extra="high/0.wav,high\n")
    with pytest.raises(NotEnoughEvidence, match="'high'"):
        train_network(load_clips(manifest), tmp_path / "out", TINY)


def _manifest(folder, labels, extra=""):
    rows = "".join(f"{label}/{number}.wav,{label}\n" for label in labels for number in range(4))
    (folder / "clips" / "manifest.csv").write_text("path,label\n" + rows + extra)
    return folder / "clips"


def test_an_output_folder_that_holds_something_is_refused(trained):
    with pytest.raises(RunConflict, match="new or empty"):
        train_network(trained[0], trained[1], TINY)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"width": 100}, {"mels": 20}, {"clip_s": 30.0}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(InvalidInput):
        TrainingConfig(**wrong)


def test_spectrograms_are_those_of_the_extractor_before_it_normalises():
    wave = np.random.default_rng(1).standard_normal(16000).astype(np.float32) * 0.1
    frames = frames_of(1.0)
    extractor = build_extractor(64, frames, 16000)
    made = extract(extractor, [wave, wave[:8000]])
    extractor.mean, extractor.std, extractor.do_normalize = -3.0, 2.0, True
    theirs = extractor(wave, sampling_rate=16000, return_tensors="np")["input_values"][0]
    assert made.shape == (2, 98, 64)
    assert np.allclose((made[0] + 3.0) / 4.0, theirs, atol=1e-6)
    mean, deviation = spread(made)
    both = np.concatenate([made[0], made[1][:48]])
    assert (mean, deviation) == (pytest.approx(both.mean(), abs=1e-4), pytest.approx(both.std(), abs=1e-4))


def _batch():
    random = torch.Generator().manual_seed(3)
    return 3 * torch.randn(6, 40, 32, generator=random) - 5, torch.eye(6), random


def test_nothing_is_changed_when_every_augmentation_is_off():
    batch, targets, random = _batch()
    off = TrainingConfig(shift=False, stretch=0, gain_db=0, transpose=0, mix=0, masked_bands=0, masked_s=0)
    changed, same = augment(batch, targets, off, random)
    assert torch.equal(changed, batch)
    assert torch.equal(same, targets)


def test_turning_keeps_every_frame():
    batch, targets, random = _batch()
    only = TrainingConfig(shift=True, stretch=0, gain_db=0, transpose=0, mix=0, masked_bands=0, masked_s=0)
    turned, _ = augment(batch, targets, only, random)
    assert not torch.equal(turned, batch)
    assert torch.allclose(turned.sum(1), batch.sum(1), atol=1e-3)


def test_mixing_adds_powers_and_shares_targets():
    batch, targets, random = _batch()
    only = TrainingConfig(shift=False, stretch=0, gain_db=0, transpose=0, mix=1.0, masked_bands=0, masked_s=0)
    mixed, shares = augment(batch, targets, only, random)
    assert torch.allclose(shares.sum(1), torch.ones(6))
    assert torch.allclose(mixed.exp(), torch.einsum("co,ofm->cfm", shares, batch.exp()), rtol=1e-3)


def test_gain_moves_a_whole_clip_and_never_below_the_floor():
    _, targets, random = _batch()
    only = TrainingConfig(shift=False, stretch=0, gain_db=6, transpose=0, mix=0, masked_bands=0, masked_s=0)
    moved, _ = augment(torch.full((6, 40, 32), FLOOR), targets, only, random)
    assert torch.all(moved >= FLOOR - 1e-5)
    loud, _ = augment(torch.zeros(6, 40, 32), targets, only, random)
    assert torch.all(loud.std((1, 2)) < 1e-5)
    assert loud.abs().max() <= 6 * math.log(10) / 10


def test_masks_blank_at_most_two_bands_and_two_stretches():
    batch, targets, random = _batch()
    only = TrainingConfig(shift=False, stretch=0, gain_db=0, transpose=0, mix=0, masked_bands=4, masked_s=0.05)
    masked, _ = augment(batch, targets, only, random)
    blank = masked.isnan()
    assert blank.any()
    assert torch.all(blank.all(1).sum(1) <= 8)
    assert torch.all(blank.all(2).sum(1) <= 10)
    assert torch.equal(masked[~blank], batch[~blank])


def test_stretching_keeps_the_length():
    batch, targets, random = _batch()
    only = TrainingConfig(shift=False, stretch=0.3, gain_db=0, transpose=0, mix=0, masked_bands=0, masked_s=0)
    for _ in range(4):
        assert augment(batch, targets, only, random)[0].shape == batch.shape


def test_leaving_out_no_patches_by_hand_gives_the_networks_own_logits(trained):
    network = load_network(trained[1])
    batch = torch.randn(3, network.config.max_length, 16)
    random = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        # A share too small to drop a patch takes the way of dropping and must end where the network does.
        assert torch.allclose(forward(network, batch, 1e-6, random), network(input_values=batch).logits, atol=1e-6)
        assert not torch.allclose(forward(network, batch, 0.5, random), network(input_values=batch).logits)


def test_the_interval_is_wilsons():
    # Brown, Cai and DasGupta (2001): 0 of 10 gives 0 to 0.2775.
    assert wilson(0, 10) == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.2775, abs=1e-4))
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_networks_have_the_size_they_are_asked_for():
    network = build_network(TrainingConfig(), [str(number) for number in range(33)], 198)
    assert 2 * sum(weight.numel() for weight in network.parameters()) < 4_000_000


def test_the_command_prints_held_out_accuracy(tmp_path):
    write_tones(tmp_path / "clips", 6)
    done = CliRunner().invoke(
        app, ["network", str(tmp_path / "clips"), "--out", str(tmp_path / "net"), "--epochs", "1", "--held-out", "0.34"]
    )
    assert done.exit_code == 0, done.output
    assert "held-out accuracy" in done.output
    assert (tmp_path / "net" / "model.safetensors").stat().st_size < 4_000_000


def test_a_training_that_was_stopped_goes_on_to_the_same_bytes(trained, tmp_path):
    clips, folder, report = trained

    def stop_in_the_middle(what, done, of):
        if (what, done) == ("training", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_network(clips, tmp_path / "again", TINY, progress=stop_in_the_middle)
    with pytest.raises(RunConflict, match="unfinished training"):
        train_network(clips, tmp_path / "again", replace(TINY, seed=1))
    again = train_network(clips, tmp_path / "again", TINY)
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert again.curve == report.curve
    assert not list((tmp_path / "again").glob("*.unfinished"))


@pytest.fixture(scope="module")
def pretrained(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretrained") / "network"
    config = replace(TINY, strategy="self-supervised", pretraining_epochs=12)
    return folder, train_network(trained[0], folder, config)


def test_pretraining_learns_to_reconstruct_and_names_no_class(pretrained):
    folder, report = pretrained
    assert report.pretraining[-1].loss < report.pretraining[0].loss
    assert (report.accuracy, report.labels, report.curve) == (None, (), ())
    assert "names no class" in (folder / "README.md").read_text()


def test_pretraining_needs_no_labels(tmp_path):
    for number in range(6):
        (tmp_path / "clips").mkdir(exist_ok=True)
        wave = 0.1 * np.random.default_rng(number).standard_normal(8000)
        soundfile.write(tmp_path / "clips" / f"{number}.wav", wave, 16000)
    clips = load_clips(tmp_path / "clips")
    config = replace(TINY, strategy="self-supervised", pretraining_epochs=1)
    assert train_network(clips, tmp_path / "network", config).trained_on == len(clips.of("shown"))
    with pytest.raises(InvalidInput, match="no label"):
        train_network(clips, tmp_path / "other", replace(TINY, strategy="fine-tuned"))


def test_a_frozen_encoder_stays_and_its_head_learns(trained, pretrained, tmp_path):
    config = replace(TINY, strategy="frozen", epochs=60, learning_rate=0.02)
    report = train_network(trained[0], tmp_path / "frozen", config, start_from=pretrained[0])
    before, after = load_network(pretrained[0]).state_dict(), load_network(tmp_path / "frozen").state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before if not name.startswith("classifier."))
    assert report.accuracy > 0.6
    assert report.pretraining == ()


def test_a_fine_tuned_network_starts_without_labels_and_ends_with_them(trained, tmp_path):
    config = replace(TINY, strategy="fine-tuned", epochs=6, pretraining_epochs=2)
    report = train_network(trained[0], tmp_path / "tuned", config)
    assert (len(report.pretraining), len(report.curve)) == (2, 6)
    assert report.accuracy > 0.9
    assert "without labels" in (tmp_path / "tuned" / "README.md").read_text()


def test_patches_to_reconstruct_are_those_that_the_encoder_sees():
    network = build_network(TINY, ("a", "b"), 48)
    embeddings = network.audio_spectrogram_transformer.embeddings.patch_embeddings
    batch = torch.randn(2, 48, 16)
    with torch.no_grad():
        embeddings.projection.weight.zero_()
        embeddings.projection.bias.zero_()
        embeddings.projection.weight[0, 0, 5, 7] = 1.0
        seen = embeddings(batch)[:, :, 0]
    patches = patches_of(batch, 16)
    raw = batch.transpose(1, 2).unfold(1, 16, 16).unfold(2, 16, 16).reshape(2, -1, 256)
    assert torch.equal(raw[:, :, 5 * 16 + 7], seen)
    torch.testing.assert_close(patches.mean(2), torch.zeros(2, 3), atol=1e-5, rtol=0)


def test_a_strategy_that_does_not_exist_is_refused():
    with pytest.raises(InvalidInput, match="self-supervised"):
        TrainingConfig(strategy="unsupervised")
