"""Audio-text vectors from a tiny CLAP saved in the test: truncation matched, nothing left to chance."""

import numpy as np
import pytest

from earmark.dissection.concepts.clap import ClapVectors
from earmark.errors import InvalidInput

RATE_HZ = 48_000
SECOND = 16_000
"""Samples of a window of these tiny models."""


@pytest.fixture(scope="module", params=[False, True], ids=["unfused", "fused"])
def folder(request, tmp_path_factory):
    """A tiny CLAP whose extractor's own truncation does not fit the model, as in folders that people have."""
    return save_tiny_clap(tmp_path_factory.mktemp("clap"), fused=request.param)


def save_tiny_clap(path, fused):
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    text = {
        "vocab_size": 20,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 40,
    }
    audio = {
        "hidden_size": 16,
        "patch_embeds_hidden_size": 8,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "num_hidden_layers": 2,
        "window_size": 4,
        "spec_size": 64,
        "num_mel_bins": 16,
        "enable_fusion": fused,
        "fusion_type": "aff_2d" if fused else None,
        "aff_block_r": 2,
    }
    ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=8)).save_pretrained(path)
    words = ["<s>", "<pad>", "</s>", "<unk>", "this", "is", "a", "sound", "of", "dog", "rain", "bell", "."]
    tokenizer = Tokenizer(WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(path)
    ClapFeatureExtractor(
        feature_size=16,
        max_length_s=SECOND / RATE_HZ,
        nb_max_samples=SECOND,
        truncation="rand_trunc" if fused else "fusion",
    ).save_pretrained(path)
    return path


def tone(samples, hertz=440.0, seed=0):
    noise = np.random.default_rng(seed).normal(scale=0.1, size=samples)
    return (np.sin(2 * np.pi * hertz * np.arange(samples) / RATE_HZ) * 0.5 + noise).astype(np.float32)


def test_sounds_and_names_have_unit_vectors_in_one_space(folder):
    vectors = ClapVectors(str(folder))
    names, sound = vectors.embed_names(["dog", "rain", "bell"]), vectors.embed_sound(tone(SECOND))
    assert names.shape == (3, 8)
    assert sound.shape == (8,)
    np.testing.assert_allclose(np.linalg.norm(names, axis=1), 1, rtol=1e-5)
    assert np.linalg.norm(sound) == pytest.approx(1, rel=1e-5)
    assert vectors.rate_hz == RATE_HZ


@pytest.mark.parametrize("samples", [SECOND // 3, SECOND, 5 * SECOND + 7])
def test_a_sound_has_one_vector_whatever_the_state_of_the_random_generator(folder, samples):
    """The extractor crops long clips and marks one of each batch as long, both at random; neither may show."""
    vectors = ClapVectors(str(folder))
    found = []
    for seed in range(4):
        np.random.seed(seed)
        found.append(vectors.embed_sound(tone(samples)))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_the_vector_is_the_model_s_own_for_a_sound_of_one_window(folder):
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    model, extractor = ClapModel.from_pretrained(folder).eval(), ClapFeatureExtractor.from_pretrained(folder)
    fused = model.config.audio_config.enable_fusion
    inputs = extractor(
        tone(SECOND), sampling_rate=RATE_HZ, truncation="fusion" if fused else "rand_trunc", return_tensors="pt"
    )
    with torch.inference_mode():
        own = model.get_audio_features(inputs["input_features"].float(), is_longer=torch.zeros(1, 1, dtype=torch.bool))
    np.testing.assert_allclose(
        ClapVectors(str(folder)).embed_sound(tone(SECOND)), own.pooler_output[0].numpy(), atol=1e-5
    )


def test_a_long_sound_is_heard_to_its_end(folder):
    vectors = ClapVectors(str(folder))
    start, end = tone(SECOND, 300), tone(SECOND, 6000, seed=1)
    both, twice = vectors.embed_sound(np.concatenate([start, end])), vectors.embed_sound(np.concatenate([start, start]))
    mean = vectors.embed_sound(start) + vectors.embed_sound(end)
    np.testing.assert_allclose(both, mean / np.linalg.norm(mean), atol=1e-4)
    assert np.abs(both - twice).max() > 1e-4


def test_the_company_of_names_changes_nothing(folder):
    vectors = ClapVectors(str(folder))
    together = vectors.embed_names(["dog", "a sound of rain rain rain", "bell"])
    np.testing.assert_allclose(together[0], vectors.embed_names(["dog"])[0], atol=1e-5)
    assert np.abs(together[0] - together[2]).max() > 1e-4


def test_a_name_with_braces_is_only_a_name(folder):
    assert ClapVectors(str(folder)).embed_names(["{0.__class__}", "{}"]).shape == (2, 8)


def test_a_folder_that_holds_no_clap_model_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="holds no CLAP model"):
        ClapVectors(str(tmp_path))
