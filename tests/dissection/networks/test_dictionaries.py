"""What an encoder computes is what its tensors and settings say, under the names that other libraries save them by.

The expected values are worked out neuron by neuron from the published formulas, in plain Python.
"""

import json
import math

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from earmark.dissection.networks import AudioNetwork
from earmark.dissection.networks.taps import find_taps
from earmark.errors import InvalidInput

WIDTH, NEURONS = 3, 5
NETWORK = AudioNetwork(nn.Sequential(nn.Linear(4, WIDTH)), 8000, dict, "small")
DRAWN = torch.Generator().manual_seed(7)
WEIGHT = torch.randn(NEURONS, WIDTH, generator=DRAWN)
BIAS, GATE, MAGNITUDE, MAGNITUDE_BIAS = torch.randn(4, NEURONS, generator=DRAWN) / 2
CENTRE = torch.randn(WIDTH, generator=DRAWN)
DECODER = torch.randn(NEURONS, WIDTH, generator=DRAWN)
INPUTS = torch.randn(6, WIDTH, generator=DRAWN)
THRESHOLD = torch.tensor([0.1, 0.5, 0.9, 0.0, 2.0])
HIGHER = THRESHOLD + 0.2
SAELENS = {"W_enc": WEIGHT.T, "b_enc": BIAS, "W_dec": DECODER, "b_dec": CENTRE}
LEARNING = {"encoder.weight": WEIGHT, "encoder.bias": BIAS, "decoder.weight": DECODER.T, "b_dec": CENTRE}


@pytest.fixture
def tap_of(tmp_path):
    """Saves tensors with metadata and settings beside them, and reads them as a tap."""

    def read(tensors, settings=None, **metadata):
        file = tmp_path / "sae.safetensors"
        tensors = {name: torch.as_tensor(tensor).contiguous() for name, tensor in tensors.items()}
        save_file(tensors, file, {"tap": "0", **metadata})
        (tmp_path / "cfg.json").unlink(missing_ok=True)
        if settings is not None:
            (tmp_path / "cfg.json").write_text(json.dumps(settings))
        return find_taps(NETWORK, [str(file)])[0]

    return read


def before(bias=BIAS, centre=CENTRE, inputs=INPUTS):
    """The values before any nonlinearity, row by row."""
    return [
        [
            sum(w * (x - c) for w, x, c in zip(row, values, centre.tolist(), strict=True)) + b
            for row, b in zip(WEIGHT.tolist(), bias.tolist(), strict=True)
        ]
        for values in inputs.tolist()
    ]


def relu(rows):
    return [[max(0.0, value) for value in row] for row in rows]


def jump(rows, thresholds):
    return [[v if v > t and v > 0 else 0.0 for v, t in zip(row, thresholds, strict=True)] for row in rows]


def largest(rows, k):
    return [[max(0.0, v) if v in sorted(row)[-k:] else 0.0 for v in row] for row in rows]


def gated():
    columns = (GATE.tolist(), MAGNITUDE.tolist(), MAGNITUDE_BIAS.tolist())
    return [
        [max(0.0, v * math.exp(r) + m) if v + g > 0 else 0.0 for v, g, r, m in zip(row, *columns, strict=True)]
        for row in before(torch.zeros(NEURONS))
    ]


def equal(tap, expected):
    torch.testing.assert_close(tap.encode(INPUTS), torch.tensor(expected), rtol=1e-5, atol=1e-6)


ZERO = torch.zeros(WIDTH)
GATED = {"b_gate": GATE, "r_mag": MAGNITUDE, "b_mag": MAGNITUDE_BIAS}
WITHOUT = {name: SAELENS[name] for name in ("W_enc", "W_dec", "b_dec")}


@pytest.mark.parametrize(
    ("tensors", "settings", "kind", "expected"),
    [
        (SAELENS, None, "relu", relu(before())),
        (SAELENS, {"architecture": "standard", "activation_fn": "relu"}, "relu", relu(before())),
        (SAELENS, {"architecture": "standard", "apply_b_dec_to_input": False}, "relu", relu(before(centre=ZERO))),
        (SAELENS | {"threshold": THRESHOLD}, None, "jumprelu", jump(before(), THRESHOLD.tolist())),
        (SAELENS | {"log_threshold": HIGHER.log()}, None, "jumprelu", jump(before(), HIGHER.tolist())),
        (SAELENS | {"threshold": HIGHER}, {"architecture": "jumprelu"}, "jumprelu", jump(before(), HIGHER.tolist())),
        (SAELENS, {"architecture": "topk", "activation_fn_kwargs": {"k": 2}}, "topk", largest(before(), 2)),
        (SAELENS, {"architecture": "standard", "activation_fn_str": "topk", "k": 1}, "topk", largest(before(), 1)),
        (SAELENS, {"k": 3, "activation": "topk"}, "topk", largest(before(), 3)),
        (SAELENS, {"k": 4}, "topk", largest(before(), 4)),
        (SAELENS | {"threshold": torch.tensor(0.4), "k": torch.tensor(2)}, {"architecture": "batchtopk"}, "batchtopk",
         jump(before(), [0.4] * 5)),
        (SAELENS, {"architecture": "BatchTopK", "k": 2}, "batchtopk", largest(before(), 2)),
        (WITHOUT | GATED, None, "gated", gated()),
        (WITHOUT | GATED, {"architecture": "gated", "activation_fn": "relu"}, "gated", gated()),
        (LEARNING | {"k": torch.tensor(2), "threshold": torch.tensor(-1.0)}, None, "topk", largest(before(), 2)),
        (LEARNING | {"k": torch.tensor(2), "threshold": torch.tensor(0.7)}, {"trainer": {"dict_class": "BatchTopKSAE"}},
         "batchtopk", jump(before(), [0.7] * 5)),
        ({"encoder.weight": WEIGHT, "encoder.bias": BIAS, "decoder.weight": DECODER.T, "bias": CENTRE}, None, "relu",
         relu(before())),
        ({"encoder.weight": WEIGHT, "r_mag": MAGNITUDE, "gate_bias": GATE, "mag_bias": MAGNITUDE_BIAS,
          "decoder_bias": CENTRE, "decoder.weight": DECODER.T}, None, "gated", gated()),
        ({"encoder.weight": WEIGHT, "latent_bias": BIAS, "pre_bias": CENTRE}, {"activation": "TopK", "k": 2}, "topk",
         largest(before(), 2)),
    ],
)  # fmt: skip
def test_an_encoder_is_what_its_tensors_and_settings_say(tap_of, tensors, settings, kind, expected):
    tap = tap_of(tensors, settings)
    assert tap.encode.nonlinearity == kind
    equal(tap, expected)


def test_what_metadata_says_comes_before_what_lies_beside(tap_of):
    tap = tap_of(SAELENS, {"architecture": "jumprelu", "k": 1}, architecture="topk", k="2")
    equal(tap, largest(before(), 2))


def test_inputs_are_scaled_as_in_training(tap_of):
    rescaled = INPUTS * (WIDTH**0.5 / INPUTS.norm(dim=1, keepdim=True))
    equal(tap_of(SAELENS, {"normalize_activations": "constant_norm_rescale"}), relu(before(inputs=rescaled)))
    centred = INPUTS - INPUTS.mean(1, keepdim=True)
    normed = centred / (INPUTS.std(1, keepdim=True) + 1e-5)
    equal(tap_of(SAELENS, {"normalize_activations": "layer_norm"}), relu(before(inputs=normed)))


def test_neurons_are_ranked_by_what_they_write_where_the_settings_say_so(tap_of):
    norms = [math.sqrt(sum(value**2 for value in row)) for row in DECODER.tolist()]
    scaled = [[value * norm for value, norm in zip(row, norms, strict=True)] for row in before()]
    tap = tap_of(SAELENS, {"architecture": "topk", "k": 2, "rescale_acts_by_decoder_norm": True})
    equal(tap, largest(scaled, 2))


@pytest.mark.parametrize(
    ("tensors", "settings", "said"),
    [
        (SAELENS, {"architecture": "temporal"}, "'temporal' is none of relu"),
        (SAELENS, {"activation_fn": "tanh-relu"}, "'tanh-relu' is none of"),
        (SAELENS, {"architecture": "transcoder"}, "'transcoder' is none of"),
        (SAELENS, {"architecture": "jumprelu"}, "needs a tensor 'threshold'"),
        (SAELENS, {"architecture": "topk"}, "needs a number k"),
        (SAELENS, {"architecture": "batchtopk"}, "needs a tensor 'threshold', or a number k"),
        (SAELENS, {"architecture": "gated"}, "needs a tensor 'b_gate'"),
        (SAELENS, {"k": 6}, "k is 6, and must be a whole number from 1 to 5"),
        (SAELENS, {"k": "many"}, "k is 'many'"),
        (SAELENS, {"k": True}, "k is True"),
        (SAELENS | {"k": torch.tensor(0)}, None, "k is 0"),
        (SAELENS, {"architecture": "topk", "k": 2, "activation_fn": "sigmoid"}, "that it is sigmoid and topk"),
        (SAELENS | {"threshold": THRESHOLD}, {"nonlinearity": "relu"}, "it is relu, and what it holds is jumprelu"),
        (SAELENS | {"threshold": THRESHOLD}, {"k": 2}, "whether it is topk or batchtopk"),
        (SAELENS | {"threshold": THRESHOLD[:2]}, None, "'threshold' must have shape"),
        (WITHOUT | {"b_gate": GATE}, None, "needs the tensors 'b_gate' and 'r_mag'"),
        (SAELENS | {"lora.weight": WEIGHT}, None, "what the tensor 'lora.weight' does"),
        (SAELENS, {"normalize_activations": "expected_average_only_in"}, "scaled by 'expected_average_only_in'"),
        (SAELENS, {"reshape_activations": "hook_z"}, "reshape_activations = 'hook_z' is not known"),
        (WITHOUT | {"W_dec": DECODER[:2]}, {"rescale_acts_by_decoder_norm": True}, "it ranks by its norm"),
    ],
)  # fmt: skip
def test_what_is_not_known_or_does_not_agree_is_refused_by_name(tap_of, tensors, settings, said):
    with pytest.raises(InvalidInput, match=said.replace("(", r"\(")):
        tap_of(tensors, settings)


def test_settings_that_are_no_json_are_refused(tap_of, tmp_path):
    tap_of(SAELENS)
    (tmp_path / "cfg.json").write_text("[" * 100_000)
    with pytest.raises(InvalidInput, match=r"cfg\.json is damaged"):
        find_taps(NETWORK, [str(tmp_path / "sae.safetensors")])
