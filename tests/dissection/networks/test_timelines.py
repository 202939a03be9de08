"""Frames sound when the layout says: a change of a few samples changes exactly the frames that hear them."""

from pathlib import Path

import numpy as np
import pytest
import transformers

from earmark.dissection.networks.listening import listening
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.mel import ast_features
from earmark.dissection.networks.pooling import timeline
from earmark.dissection.networks.taps import find_taps

# Before attention mixes the frames; a family's own normalisation over the clip is switched off in the test.
LOCAL = {
    "ast": "*.patch_embeddings.projection",
    "wav2vec2": "*.feature_projection.projection",
    "data2vec-audio": "*.feature_projection.projection",
    "hubert": "*.feature_projection.projection",
    "wav2vec2-conformer": "*.feature_projection.projection",
    "whisper": "encoder.conv2",
}


@pytest.mark.parametrize("family", LOCAL)
def test_a_change_is_heard_by_the_frames_whose_time_it_is(family, saver, tmp_path):
    folder = tmp_path / family
    saver(family, folder)
    settings = folder / "preprocessor_config.json"
    settings.write_text(settings.read_text().replace('"do_normalize": true', '"do_normalize": false'))
    network = load_network(str(folder))
    (tap,) = find_taps(network, [LOCAL[family]])

    def frames_of(waveform):
        found = {}

        def keep(_, values):
            found["time"] = timeline(values.clone(), tap, network.layout, "mean", len(waveform), 16000)

        with listening(network, [tap], keep) as run:
            run(network.prepare([waveform]))
        return found["time"]

    rng = np.random.default_rng(0)
    wave = (0.1 * rng.standard_normal(24000)).astype(np.float32)
    changed = wave.copy()
    # As loud as the rest, or Whisper's floor, 8 decades below the loudest moment, would move everywhere.
    changed[9600:9760] = (0.1 * rng.standard_normal(160)).astype(np.float32)
    before, after = frames_of(wave), frames_of(changed)
    differ = np.flatnonzero((before.frames - after.frames).abs().max(1).values.numpy() > 1e-5)
    starts = np.arange(len(before.frames)) * before.hop_s
    # Whisper centres its spectrum: a frame hears half a span to each side of its start.
    early = before.span_s / 2 if family == "whisper" else 0.0
    hears = (starts - early < 9760 / 16000) & (starts - early + before.span_s > 9600 / 16000)
    assert set(differ.tolist()) <= set(np.flatnonzero(hears).tolist())
    assert len(differ) >= hears.sum() - 2
    assert starts[-1] < 1.5


@pytest.mark.parametrize("samples", [400, 559, 560, 16000, 31999, 33000, 50000])
@pytest.mark.parametrize("normalises", [True, False])
def test_mel_features_are_those_of_the_extractor(samples, normalises):
    extractor = transformers.ASTFeatureExtractor(
        max_length=200, num_mel_bins=48, do_normalize=normalises, mean=-3.0, std=2.5
    )
    rng = np.random.default_rng(samples)
    waveforms = [(0.1 * rng.standard_normal(samples)).astype(np.float32), np.zeros(samples, dtype=np.float32)]
    theirs = extractor(waveforms, sampling_rate=16000, return_tensors="np")["input_values"]
    np.testing.assert_allclose(ast_features(extractor, waveforms), theirs, atol=2e-5)


def test_a_token_for_the_whole_clip_has_no_timeline(family):
    taps = find_taps(family)
    waveform = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    found = {}

    def keep(number, values):
        found[taps[number].name] = timeline(values, taps[number], family.layout, "head", len(waveform), 16000)

    with listening(family, taps, keep) as run:
        run(family.prepare([waveform]))
    for tap in taps:
        in_time = tap.kind != "classifier" and family.layout.head != "special"
        assert (found[tap.name] is not None) == in_time, tap.name
    if Path(family.name).name != "ast":
        lengths = [time.hop_s * len(time.frames) for time in found.values() if time is not None]
        assert all(0.9 < length <= 1.01 for length in lengths)
