"""All 12 families load, are tapped alike, and never let padding change a clip."""

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from earmark.dissection.networks.listening import batches_of, listening, one_length_a_batch
from earmark.dissection.networks.pooling import pool, tokens_of
from earmark.dissection.networks.taps import every_tap, find_taps
from earmark.dissection.networks.weights import fingerprint, untrained_twin

LENGTHS = (16000, 9170, 12345, 9170)


@pytest.fixture(scope="module")
def waveforms():
    rng = np.random.default_rng(3)
    return [(0.3 * rng.standard_normal(length)).astype(np.float32) for length in LENGTHS]


def pooled(network, taps, waveforms, pooling):
    """Every tap's activations of these waveforms, batched as allowed; (clip, neuron)."""
    rows = np.zeros((len(waveforms), sum(tap.width for tap in taps)), dtype=np.float32)
    starts = np.cumsum([0, *(tap.width for tap in taps)])
    together = batches_of(waveforms, one_length=one_length_a_batch(network, taps))

    for batch in together:
        samples = [len(waveforms[index]) for index in batch]

        def keep(number, values, batch=batch, samples=samples):
            tokens = tokens_of(values, taps[number], len(batch))
            value = pool(tokens, taps[number], network.layout, pooling, samples)
            rows[batch, starts[number] : starts[number + 1]] = value.numpy()

        with listening(network, taps, keep) as run:
            run(network.prepare([waveforms[index] for index in batch]))
    return rows


def logits_of(network, waveforms):
    """The logits of a plain forward pass, without hooks."""
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return network.module(**network.prepare(waveforms)).logits


@pytest.mark.parametrize("pooling", ["head", "mean", "max", "first"])
def test_padding_never_changes_a_clip(family, waveforms, pooling):
    taps = find_taps(family)
    together = pooled(family, taps, waveforms, pooling)
    alone = np.concatenate([pooled(family, taps, [waveform], pooling) for waveform in waveforms])
    scale = np.abs(alone).max(0, keepdims=True)
    assert np.all(np.abs(together - alone) <= 2e-5 * np.maximum(scale, np.median(scale)))
    assert np.ptp(alone, axis=0).max() > 1e-3, "the network must hear its clips for this to mean anything"


def test_every_tap_of_a_family_can_be_read(family, waveforms):
    taps = [tap for tap in every_tap(family) if "pos_" not in tap.name and "distance" not in tap.name]
    rows = pooled(family, taps, waveforms[:1], "mean")
    assert np.isfinite(rows).all()


def test_each_block_gives_hidden_units_mlp_output_and_attention_output(family):
    taps = find_taps(family)
    conformer = Path(family.name).name in ("wav2vec2-bert", "wav2vec2-conformer")
    for layer in (0, 1):
        kinds = sorted(tap.kind for tap in taps if tap.layer == layer)
        mlps = 2 if conformer else 1
        assert kinds == ["attention_output"] + ["mlp_hidden"] * mlps + ["mlp_output"] * mlps
        widths = {tap.kind: tap.width for tap in taps if tap.layer == layer}
        assert widths == {"mlp_hidden": 48, "mlp_output": 32, "attention_output": 32}
    assert [tap.width for tap in taps if tap.kind == "classifier"] == [3]
    assert family.labels == ("rain", "bell", "dog")
    assert family.rate_hz == 16000


def test_hidden_units_are_read_after_their_activation(family, waveforms):
    (tap,) = find_taps(family, ["*layer*.1.*.act"])[:1]
    seen = {}
    with listening(family, [tap], lambda _, values: seen.update(hidden=values.clone())) as run:
        run(family.prepare(waveforms[:1]))
    before = {}
    plain = find_taps(family, [tap.name.removesuffix(".act")])
    with listening(family, plain, lambda _, values: before.update(hidden=values.clone())) as run:
        run(family.prepare(waveforms[:1]))
    # Every family's default activation is GELU or swish, both above -0.3.
    assert before["hidden"].min() < -0.5
    assert -0.3 < seen["hidden"].min() < 0


def test_the_classifier_tap_is_the_logits(family, waveforms):
    (tap,) = find_taps(family, ["classifier"])
    rows = pooled(family, [tap], waveforms[:1], "head")
    assert np.array_equal(rows, logits_of(family, waveforms[:1]).numpy())


def test_the_head_reads_what_head_pooling_gives(family, waveforms):
    """Pooling the last hidden states as the head does, then applying the head's maps, gives the logits."""
    module = family.module
    linear = [name for name, part in module.named_modules() if isinstance(part, torch.nn.Linear)]
    if family.layout.head == "special":
        base, after = module.audio_spectrogram_transformer.layernorm, module.classifier
        seen = {}
        base.register_forward_hook(lambda _, __, output: seen.update(tokens=output))
        with torch.inference_mode():
            logits = module(**family.prepare(waveforms[:1])).logits
            tap = find_taps(family, ["classifier"])[0]
            pooled_tokens = pool(seen["tokens"], tap, family.layout, "head", [len(waveforms[0])])
            assert torch.allclose(after(pooled_tokens), logits, atol=1e-6)
        return
    (projector,) = find_taps(family, [linear[-2]])
    rows = torch.from_numpy(pooled(family, [projector], waveforms[:1], "head"))
    with torch.inference_mode():
        assert torch.allclose(module.classifier(rows), logits_of(family, waveforms[:1]), atol=1e-5)


def test_columns_follow_the_network(family, waveforms):
    """The layout's count of columns is the network's own, for clips of many lengths."""
    (tap,) = find_taps(family, ["attention_output"])[:1]
    columns = family.layout.columns
    if family.layout.window_columns is None and Path(family.name).name not in ("sew", "sew-d"):
        for length in (4000, 4001, 7993, 16000):
            found = {}
            with listening(family, [tap], lambda _, values: found.update(count=values.shape[1])) as run:  # noqa: B023
                run(family.prepare([waveforms[0][:length]]))
            masked = family.prepare([waveforms[0][:length]]).get("attention_mask")
            if Path(family.name).name == "wav2vec2-bert":
                found["count"] = int(masked.sum())
            assert columns(length) == found["count"]
    counts = [columns(length) for length in range(500, 16000, 500)]
    assert all(before <= after for before, after in pairwise(counts))


def test_the_untrained_twin_of_a_family_runs_on_the_same_taps(family, waveforms):
    twin = untrained_twin(family, 3)
    taps = find_taps(twin)
    assert taps == find_taps(family)
    assert fingerprint(twin) != fingerprint(family)
    assert np.isfinite(pooled(twin, taps, waveforms[:2], "head")).all()


def test_only_the_two_families_that_cut_clips_have_a_window(family):
    name = Path(family.name).name
    window_s = family.layout.window_s
    assert (window_s and round(window_s, 6)) == {"ast": 1.975, "whisper": 3.0}.get(name)
    if window_s is not None:
        rng = np.random.default_rng(0)
        clip = rng.uniform(-0.5, 0.5, 5 * 16_000).astype(np.float32)
        heard = round(window_s * 16_000)
        # What comes after the window changes nothing; the last hop before it does.
        after, before = clip.copy(), clip.copy()
        after[heard + 400 :] = 0
        before[heard - 400 : heard] = 0
        with torch.no_grad():
            whole, cut, lost = (family.module(**family.prepare([wave])).logits for wave in (clip, after, before))
        assert torch.equal(whole, cut)
        assert not torch.equal(whole, lost)
