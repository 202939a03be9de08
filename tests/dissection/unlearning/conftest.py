"""Small random networks in the transformers format."""

import numpy as np
import pytest

from earmark.dissection.networks import AudioNetwork


def _tiny_ast():
    import torch
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    torch.manual_seed(0)
    config = ASTConfig(
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=24,
        num_mel_bins=32,
        max_length=48,
        num_labels=4,
    )
    module = ASTForAudioClassification(config).eval()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    extractor = ASTFeatureExtractor(num_mel_bins=32, max_length=48)
    return module, lambda waves: dict(extractor(list(waves), sampling_rate=16_000, return_tensors="pt"))


def _tiny_wav2vec2():
    from transformers import Wav2Vec2Config, Wav2Vec2ForSequenceClassification

    return _tiny_wave_network(Wav2Vec2Config, Wav2Vec2ForSequenceClassification)


def _tiny_wavlm():
    """Its attention applies its maps as functions, so that its output is read one module further out."""
    from transformers import WavLMConfig, WavLMForSequenceClassification

    return _tiny_wave_network(WavLMConfig, WavLMForSequenceClassification)


def _tiny_wave_network(make_config, make_network):
    import torch

    torch.manual_seed(0)
    config = make_config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=20,
        conv_dim=(8, 8),
        conv_stride=(20, 16),
        conv_kernel=(40, 16),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        num_labels=4,
    )
    module = make_network(config).eval()
    return module, lambda waves: {"input_values": torch.from_numpy(np.stack(waves))}


@pytest.fixture(params=[_tiny_ast, _tiny_wav2vec2, _tiny_wavlm], ids=["ast", "wav2vec2", "wavlm"])
def network(request):
    module, prepare = request.param()
    return AudioNetwork(module, 16_000, prepare, request.param.__name__, labels=("a", "b", "c", "d"))


@pytest.fixture
def waves():
    rng = np.random.default_rng(1)
    return [rng.normal(scale=0.1, size=8_000).astype(np.float32) for _ in range(3)]
