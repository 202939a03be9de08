"""Tiny random networks of the 12 families, saved as users save theirs."""

import pytest
import torch
import transformers
from transformers.utils import logging

from earmark.dissection.networks.loading import load_network

KIN = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": (16, 16, 16),
    "conv_kernel": (10, 3, 3),
    "conv_stride": (5, 4, 4),
    "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "num_labels": 3,
    "classifier_proj_size": 16,
}
LAYER_NORM = {"feat_extract_norm": "layer", "do_stable_layer_norm": True}
BERT = {key: value for key, value in KIN.items() if "conv" not in key and "feat" not in key}


def _wav2vec2_extractor():
    return transformers.Wav2Vec2FeatureExtractor(feature_size=1, sampling_rate=16000, return_attention_mask=True)


def _ast():
    config = transformers.ASTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_length=200,
        num_mel_bins=32,
        num_labels=3,
    )
    return config, transformers.ASTFeatureExtractor(max_length=200, num_mel_bins=32)


def _whisper():
    config = transformers.WhisperConfig(
        d_model=32,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=48,
        decoder_layers=1,
        decoder_attention_heads=4,
        num_mel_bins=16,
        max_source_positions=150,
        num_labels=3,
    )
    return config, transformers.WhisperFeatureExtractor(feature_size=16, chunk_length=3)


def _bert():
    config = transformers.Wav2Vec2BertConfig(**BERT, feature_projection_input_dim=32)
    return config, transformers.SeamlessM4TFeatureExtractor(feature_size=16, num_mel_bins=16)


def _kin(name, **more):
    return lambda: (getattr(transformers, name)(**KIN, **more), _wav2vec2_extractor())


FAMILIES = {
    "ast": _ast,
    "wav2vec2": _kin("Wav2Vec2Config", **LAYER_NORM),
    "wav2vec2-group-norm": _kin("Wav2Vec2Config"),
    "hubert": _kin("HubertConfig", **LAYER_NORM),
    "wavlm": _kin("WavLMConfig", **LAYER_NORM),
    "data2vec-audio": _kin("Data2VecAudioConfig", conv_pos_kernel_size=5),
    "sew": _kin("SEWConfig", feat_extract_norm="layer"),
    "sew-d": _kin("SEWDConfig", feat_extract_norm="layer"),
    "unispeech": _kin("UniSpeechConfig", **LAYER_NORM),
    "unispeech-sat": _kin("UniSpeechSatConfig", **LAYER_NORM),
    "wav2vec2-bert": _bert,
    "wav2vec2-conformer": _kin("Wav2Vec2ConformerConfig", feat_extract_norm="layer"),
    "whisper": _whisper,
}


def save_family(name, folder):
    """Build a tiny random network of a family and save it."""
    config, extractor = FAMILIES[name]()
    config.id2label = {0: "rain", 1: "bell", 2: "dog"}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = transformers.AutoModelForAudioClassification.from_config(config)
        # As initialised, a tiny network hardly hears its input: give every matrix the size a trained one has.
        for parameter in module.parameters():
            if parameter.ndim > 1:
                torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    module.save_pretrained(folder)
    extractor.save_pretrained(folder)


@pytest.fixture(scope="session", autouse=True)
def _quiet():
    logging.set_verbosity_error()
    logging.disable_progress_bar()


@pytest.fixture(scope="session", params=FAMILIES)
def family(request, tmp_path_factory):
    """Each of the 12 families, loaded from its folder."""
    folder = tmp_path_factory.mktemp(request.param) / request.param
    save_family(request.param, folder)
    return load_network(str(folder))


@pytest.fixture(scope="session")
def saver():
    """Save a family in a folder."""
    return save_family
