"""A folder of a model opens no pickle, no file outside and no code; what does not fit is one sentence, and soon."""

import json
import math
import resource
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.dissection.concepts.clap import ClapVectors
from earmark.dissection.networks.loading import load_network
from earmark.dissection.training.saving import load_network as load_start
from earmark.errors import InvalidInput
from earmark.language.judge import EntailmentJudge
from earmark.language.providers.local import LocalChat
from earmark.language.providers.minilm import SentenceVectors
from earmark.samples.networks import find_network

OPENERS = {
    "network": lambda folder: load_network(str(folder)),
    "start": load_start,
    "chat": LocalChat,
    "vectors": lambda folder: SentenceVectors(str(folder)),
    "entailment": EntailmentJudge,
    "writer": load_seq2seq,
    "clap": lambda folder: ClapVectors(str(folder)),
}
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"


@pytest.fixture
def folder(tmp_path):
    """A copy of the reference network to spoil."""
    made = tmp_path / "net"
    shutil.copytree(find_network("reference"), made)
    return made


def change(file, **settings):
    file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))


def refused(folder, trust_pickle=False):
    with pytest.raises(InvalidInput) as error:
        load_network(str(folder), trust_pickle=trust_pickle)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 600
    return sentence


def index(folder, name):
    weights = load_file(folder / WEIGHTS)
    (folder / WEIGHTS).unlink()
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": dict.fromkeys(weights, name)}))
    return weights


@pytest.fixture
def no_pickle(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a pickle was opened")

    monkeypatch.setattr(torch, "load", refuse)


@pytest.mark.usefixtures("no_pickle")
@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize(
    "name", ["weights.bin", "weights.pt", "../outside.safetensors", "/tmp/outside.safetensors", "linked.safetensors"]
)
def test_an_index_opens_no_pickle_and_nothing_outside_whoever_reads_it(folder, tmp_path, opener, name):
    weights = index(folder, name)
    if name.startswith("weights"):
        torch.save(weights, folder / name)
    save_file(weights, tmp_path / "outside.safetensors")
    (folder / "linked.safetensors").symlink_to(tmp_path / "outside.safetensors")
    with pytest.raises(
        InvalidInput, match=r"no safetensors file and may run code|lies outside the folder of the model"
    ):
        OPENERS[opener](folder)


def test_trust_opens_pickles_and_still_nothing_outside(folder):
    weights = index(folder, "weights.bin")
    torch.save(weights, folder / "weights.bin")
    assert "pass --trust-pickle" in refused(folder)
    assert load_network(str(folder), trust_pickle=True).rate_hz == 16000
    change(folder / INDEX, weight_map=dict.fromkeys(weights, "../weights.bin"))
    assert "lies outside" in refused(folder, trust_pickle=True)


@pytest.mark.parametrize("weight_map", [None, [], {"a": 1}, {"a": ""}, "weights.bin"])
def test_an_index_that_names_no_files_is_damaged(folder, weight_map):
    index(folder, "a.safetensors")
    change(folder / INDEX, weight_map=weight_map)
    assert "does not say which file holds which weight" in refused(folder)


def test_a_model_in_the_cache_of_the_hub_is_read_through_its_links(folder, tmp_path):
    snapshot, blobs = tmp_path / "models--a--b" / "snapshots" / "c0ffee", tmp_path / "models--a--b" / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for number, file in enumerate(("config.json", "preprocessor_config.json", WEIGHTS)):
        shutil.copy(folder / file, blobs / str(number))
        (snapshot / file).symlink_to(f"../../blobs/{number}")
    assert load_network(str(snapshot)).labels


@pytest.mark.parametrize(
    ("file", "settings", "said"),
    [
        ("config.json", {"auto_map": {"AutoConfig": "evil.C"}, "model_type": "evil"}, "code that comes with it"),
        ("config.json", {"attn_implementation": "somebody/kernel"}, "needs code from elsewhere"),
        ("config.json", {"_attn_implementation": {"": "somebody/kernel"}}, "needs code from elsewhere"),
        ("config.json", {"quantization_config": {"quant_method": "gptq"}}, "needs code from elsewhere"),
        ("config.json", {"transformers_weights": "weights.bin"}, "names weights.bin, which is no safetensors file"),
        ("config.json", {"transformers_weights": "../a.safetensors"}, "lies outside the folder"),
    ],
)
def test_settings_fetch_no_code_and_no_other_weights(folder, file, settings, said):
    change(folder / file, **settings)
    assert said in refused(folder)


def test_an_adapter_does_not_bring_another_model(folder):
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "/somewhere/else"}))
    assert "holds an adapter, which opens another model" in refused(folder)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hidden_size": 10**6}, "describes a network of"),
        ({"hidden_size": "wide"}, "'hidden_size'"),
        ({"hidden_size": 0}, "cannot be loaded|can be loaded"),
        ({"intermediate_size": 10**9}, "describes a network of"),
        ({"intermediate_size": 770}, "have another shape than its config.json says"),
        ({"num_hidden_layers": 10**5}, "num_hidden_layers is 100000, and its weights are"),
        ({"num_hidden_layers": 2}, "hold more layers than its config.json says"),
        ({"num_hidden_layers": 6}, "lack 32 of"),
        ({"num_labels": 10**9, "id2label": None}, "num_labels is 1000000000"),
        ({"num_mel_bins": 10**7}, "describes a network of"),
        ({"num_attention_heads": 0}, "no audio classification network can be loaded"),
        ({"frequency_stride": 0}, "no audio classification network can be loaded"),
        ({"time_stride": -1}, "no audio classification network can be loaded|have another shape"),
        ({"patch_size": [[[]]]}, "'patch_size'"),
        ({"id2label": {"a": "b"}}, "no audio classification network can be loaded"),
        ({"id2label": {"0": "a"}}, "have another shape than its config.json says"),
        ({"model_type": None}, "no audio classification network can be loaded"),
        ({"model_type": "bert"}, "no audio classification network can be loaded"),
        ({"conv_dim": [1] * 50_000}, "conv_dim lists 50000 values"),
    ],
)
def test_a_configuration_that_does_not_fit_its_weights_is_one_sentence_soon_and_small(folder, settings, said):
    change(folder / "config.json", **settings)
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sentence = refused(folder)
    assert any(part in sentence for part in said.split("|")), sentence
    assert time.monotonic() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sampling_rate": 0}, "sampling_rate is 0, where a number from 1000 to 400000 is needed"),
        ({"sampling_rate": -16000}, "sampling_rate is -16000"),
        ({"sampling_rate": 10**12}, "sampling_rate is 1000000000000"),
        ({"sampling_rate": 10**30}, "sampling_rate is a number of more than 18 digits"),
        ({"sampling_rate": "16 kHz"}, "sampling_rate is '16 kHz'"),
        ({"sampling_rate": True}, "sampling_rate is True"),
        ({"num_mel_bins": 10**9}, "num_mel_bins is 1000000000"),
        ({"max_length": 10**9}, "max_length is 1000000000"),
        ({"n_fft": 10**9, "feature_extractor_type": "WhisperFeatureExtractor"}, "n_fft is 1000000000"),
        ({"std": 0}, "std is 0"),
        ({"mean": math.nan}, "mean is nan"),
        ({"max_length": 400}, "makes 400 frames of 64 bands, and the network reads 198 of 64"),
        ({"num_mel_bins": 32}, "makes 198 frames of 32 bands, and the network reads 198 of 64"),
        ({"feature_extractor_type": "Nothing"}, "no audio classification network can be loaded"),
    ],
)
def test_an_extractor_that_no_sound_needs_is_one_sentence(folder, settings, said):
    change(folder / "preprocessor_config.json", **settings)
    assert said in refused(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", "[" * 100_000, '{"a":' * 2_000 + "1" + "}" * 2_000, "\x00"]
)
@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json"])
def test_settings_that_are_no_object_are_damaged(folder, file, text):
    (folder / file).write_text(text)
    assert file in refused(folder)


def test_sentence_vectors_and_judges_are_never_filled_with_chance(tmp_path):
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(vocab_size=6, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8)
    BertModel(config).save_pretrained(tmp_path)
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    assert SentenceVectors(str(tmp_path)).embed(["a"]).shape == (1, 8)
    weights = load_file(tmp_path / WEIGHTS)
    kept = {name: tensor for name, tensor in weights.items() if "layer.1" not in name}
    save_file(kept, tmp_path / WEIGHTS, {"format": "pt"})
    with pytest.raises(InvalidInput, match=r"lack 16 tensors of a BertModel \(encoder\.layer\.1"):
        SentenceVectors(str(tmp_path))
    with pytest.raises(InvalidInput, match="of a BertForSequenceClassification"):
        EntailmentJudge(tmp_path)
