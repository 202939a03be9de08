"""What can be loaded, and what is refused with a sentence that says how to mend it."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import nn

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import every_tap, find_taps
from earmark.dissection.networks.weights import fingerprint, untrained_twin
from earmark.errors import InvalidInput, UnknownName


@pytest.fixture
def ast(tmp_path, saver):
    folder = tmp_path / "ast"
    saver("ast", folder)
    return folder


def factory_file(tmp_path, monkeypatch, body):
    (tmp_path / "mine.py").write_text(f"from torch import nn\nfrom earmark.dissection.networks import *\n{body}")
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("mine", None)


def test_a_factory_of_the_users_is_called(tmp_path, monkeypatch):
    factory_file(tmp_path, monkeypatch, "def make(): return AudioNetwork(nn.Linear(4, 2).train(), 8000, dict, 'x')")
    network = load_network("mine:make")
    assert network.rate_hz == 8000
    assert network.name == "mine:make"
    assert not network.module.training
    assert str(tmp_path) not in sys.path


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def make(): return AudioNetwork(nn.Linear(4, 2), None, dict, 'x')", "gives no sampling rate"),
        ("def make(): return AudioNetwork(nn.Linear(4, 2), 0, dict, 'x')", "gives no sampling rate"),
        ("def make(): return nn.Linear(4, 2)", "must return an earmark AudioNetwork, not Linear"),
        ("def make(): raise KeyError('weights')", "failed: KeyError: 'weights'"),
        ("", "has no attribute 'make'"),
    ],
)
def test_a_factory_that_gives_no_network_is_refused(tmp_path, monkeypatch, body, said):
    factory_file(tmp_path, monkeypatch, body)
    with pytest.raises(InvalidInput, match=said.replace("(", r"\(")):
        load_network("mine:make")


def test_pickled_weights_are_refused_unless_trusted(ast):
    torch.save(load_file(ast / "model.safetensors"), ast / "pytorch_model.bin")
    (ast / "model.safetensors").unlink()
    with pytest.raises(InvalidInput, match=r"pickled weights only.*--trust-pickle"):
        load_network(str(ast))
    assert load_network(str(ast), trust_pickle=True).rate_hz == 16000


def test_remote_code_never_runs(ast, tmp_path, monkeypatch):
    config = json.loads((ast / "config.json").read_text())
    ran = tmp_path / "ran"
    (ast / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Evil: pass\nclass EvilConfig: pass\n")
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.EvilConfig", "AutoModel": "evil.Evil"}}
    (ast / "config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidInput, match="needs code that comes with it, which is never run"):
        load_network(str(ast))
    assert not ran.exists()


@pytest.mark.parametrize("damage", ["cut", "other", "no extractor", "no weights"])
def test_a_damaged_folder_is_one_sentence(ast, damage):
    weights = ast / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "other":
        save_file({"some.weight": torch.zeros(3)}, weights, metadata={"format": "pt"})
    elif damage == "no extractor":
        (ast / "preprocessor_config.json").unlink()
    else:
        weights.unlink()
    with pytest.raises(InvalidInput) as refused:
        load_network(str(ast))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_bare_encoder_is_loaded_and_its_untrained_head_left_out(ast):
    weights = load_file(ast / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    save_file(kept, ast / "model.safetensors", metadata={"format": "pt"})
    network = load_network(str(ast))
    assert network.untrained == ("classifier",)
    assert network.labels == ()
    taps = find_taps(network)
    assert len(taps) == 6
    assert all(tap.kind != "classifier" for tap in taps)
    assert [tap.width for tap in find_taps(network, ["classifier*"])] == [3]


def test_half_precision_weights_run_in_single_precision(ast):
    weights = load_file(ast / "model.safetensors")
    save_file({name: tensor.half() for name, tensor in weights.items()}, ast / "model.safetensors", {"format": "pt"})
    config = json.loads((ast / "config.json").read_text()) | {"dtype": "float16"}
    (ast / "config.json").write_text(json.dumps(config))
    assert {parameter.dtype for parameter in load_network(str(ast)).module.parameters()} == {torch.float32}


def test_ast_base_has_55346_default_neurons_and_the_rest_by_glob():
    with torch.device("meta"):
        module = transformers.AutoModelForAudioClassification.from_config(transformers.ASTConfig(num_labels=50))
    network = AudioNetwork(module, 16000, dict, "ast-base")
    taps = find_taps(network)
    assert sum(tap.width for tap in taps) == 55_346
    assert len(taps) == 37
    assert sum(tap.width for tap in find_taps(network, ["*.q_proj", "*.k_proj", "*.v_proj"])) == 3 * 12 * 768
    before = find_taps(network, ["*.mlp.fc1"])
    assert [tap.kind for tap in before] == ["linear"] * 12
    assert [tap.layer for tap in before] == list(range(12))
    assert find_taps(network, ["mlp_hidden"]) == find_taps(network, ["*.fc1.act"])


def test_a_glob_takes_the_listed_taps_that_it_fits_and_others_only_where_it_fits_none(ast):
    network = load_network(str(ast))
    block = "audio_spectrogram_transformer.layers.1"

    def names(*globs):
        return [tap.name.removeprefix(f"{block}.") for tap in find_taps(network, globs)]

    assert names("*layers.1*") == ["attention.o_proj", "mlp.fc1.act", "mlp.fc2"]
    assert names("*layers.1*", "*layers.1*q_proj") == ["attention.o_proj", "mlp.fc1.act", "mlp.fc2", "attention.q_proj"]
    assert names(f"{block}.mlp.fc1") == ["mlp.fc1"]
    assert find_taps(network, ["*"]) == find_taps(network)
    assert {tap.name for tap in every_tap(network)} > {tap.name for tap in find_taps(network)}


def test_a_glob_without_a_match_names_the_nearest(ast):
    with pytest.raises(UnknownName, match=r"the nearest are .*layers\.0\.mlp\.fc1"):
        find_taps(load_network(str(ast)), ["audio_spectrogram_transformer.layers.0.mlp.fc3"])


def test_a_module_without_blocks_gives_every_convolution_and_linear_map():
    module = nn.Sequential(nn.Conv1d(1, 4, 3), nn.ReLU(), nn.Conv1d(4, 8, 3), nn.Flatten(), nn.Linear(32, 2))
    network = AudioNetwork(module, 8000, dict, "small", labels=("a", "b"))
    assert [(tap.name, tap.kind, tap.width) for tap in find_taps(network)] == [
        ("0", "conv", 4),
        ("2", "conv", 8),
        ("4", "classifier", 2),
    ]
    with pytest.raises(InvalidInput, match="no convolution or linear map"):
        find_taps(AudioNetwork(nn.ReLU(), 8000, dict, "empty"))


def test_blocks_of_torchs_own_kind_are_found():
    layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True)
    network = AudioNetwork(nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), 8000, dict, "torch")
    assert [(tap.name, tap.kind, tap.module) for tap in find_taps(network) if tap.layer == 1] == [
        ("layers.1.self_attn.out_proj", "attention_output", "layers.1.self_attn"),
        ("layers.1.linear1.act", "mlp_hidden", "layers.1.linear2"),
        ("layers.1.linear2", "mlp_output", None),
    ]


def test_the_fingerprint_follows_the_weights(ast):
    network, again = load_network(str(ast)), load_network(str(ast))
    assert fingerprint(network) == fingerprint(again)
    again.module.classifier.dense.bias.data[0] += 1e-6
    assert fingerprint(network) != fingerprint(again)


def test_an_untrained_twin_has_fresh_weights_by_seed_and_leaves_the_network_alone(ast):
    network = load_network(str(ast))
    before = fingerprint(network)
    state = torch.random.get_rng_state()
    twin, same, other = untrained_twin(network, 1), untrained_twin(network, 1), untrained_twin(network, 2)
    assert torch.equal(state, torch.random.get_rng_state())
    assert fingerprint(network) == before
    assert fingerprint(twin) == fingerprint(same) != fingerprint(other)
    assert fingerprint(twin) != before
    assert find_taps(twin) == find_taps(network)
    assert not twin.module.training


def test_a_twin_of_any_module_is_untrained_throughout():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.arange(10.0))
            self.map = nn.Linear(3, 3)

    network = AudioNetwork(Odd(), 8000, dict, "odd")
    twin = untrained_twin(network, 0)
    assert not torch.equal(twin.module.scale, network.module.scale)
    assert sorted(twin.module.scale.tolist()) == sorted(network.module.scale.tolist())
    assert not torch.equal(twin.module.map.weight, network.module.map.weight)


DICTIONARY = {"tap": "classifier.dense", "nonlinearity": "relu"}


def write(path, metadata, **tensors):
    save_file(
        {name: torch.tensor(np.ascontiguousarray(value, np.float32)) for name, value in tensors.items()}, path, metadata
    )
    return str(path)


def test_a_dictionary_is_a_map_over_another_tap(ast, tmp_path):
    network = load_network(str(ast))
    weight, bias, centre = [[1, 0, 0], [0, -2, 0], [0, 0, 0], [1, 1, 1]], [0, 1, -1, 0], [0.5, 0, 0]
    path = write(tmp_path / "sae.safetensors", DICTIONARY, W_enc=np.transpose(weight), b_enc=bias, b_dec=centre)
    (tap,) = find_taps(network, [path])
    assert (tap.name, tap.kind, tap.width, tap.module) == ("classifier.dense/sae", "dictionary", 4, "classifier.dense")
    assert isinstance(tap, Tap)
    values = tap.encode(torch.tensor([[1.5, 0.25, 2.0]]))
    assert values.tolist() == [[1.0, 0.5, 0.0, 3.25]]
    other = write(tmp_path / "probe.safetensors", DICTIONARY | {"nonlinearity": "identity"}, weight=weight, bias=bias)
    assert find_taps(network, [other])[0].encode(torch.tensor([1.5, 0.25, 2.0])).tolist() == [1.5, 0.5, -1.0, 3.75]
    jump = DICTIONARY | {"nonlinearity": "jumprelu"}
    third = write(tmp_path / "jump.safetensors", jump, weight=weight, bias=bias, threshold=[2, 0, 0, 3])
    assert find_taps(network, [third])[0].encode(torch.tensor([1.5, 0.25, 2.0])).tolist() == [0.0, 0.5, 0.0, 3.75]


@pytest.mark.parametrize(
    ("metadata", "tensors", "said"),
    [
        ({"tap": "clasifier.dense"}, {"weight": np.zeros((2, 3))}, "no tap of a dictionary matches"),
        (DICTIONARY, {"weight": np.zeros((2, 5))}, "needs a tensor 'weight' of shape"),
        (DICTIONARY, {"weight": np.zeros((2, 3)), "bias": np.zeros(3)}, "'bias' must have shape"),
        (DICTIONARY | {"nonlinearity": "tanh"}, {"weight": np.zeros((2, 3))}, "'tanh' is none of"),
        (DICTIONARY | {"nonlinearity": "jumprelu"}, {"weight": np.zeros((2, 3))}, "needs a tensor 'threshold'"),
    ],
)
def test_a_dictionary_that_does_not_fit_is_refused(ast, tmp_path, metadata, tensors, said):
    with pytest.raises((InvalidInput, UnknownName), match=said):
        find_taps(load_network(str(ast)), [write(tmp_path / "d.safetensors", metadata, **tensors)])


def test_a_dictionary_file_that_is_none_is_refused(ast, tmp_path):
    (tmp_path / "d.safetensors").write_bytes(b"nothing")
    network = load_network(str(ast))
    for name in ("d.safetensors", "missing.safetensors"):
        with pytest.raises(InvalidInput, match="no dictionary can be read"):
            find_taps(network, [str(tmp_path / name)])
    shutil.rmtree(ast)
