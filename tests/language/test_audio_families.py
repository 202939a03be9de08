"""Each family of audio language models loads in the class that it needs, proven on a few thousand random weights."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from earmark.language.providers.local import load_model  # noqa: E402

TEXT = {
    "vocab_size": 100, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 1, "max_position_embeddings": 256,
}  # fmt: skip
SOUND = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "num_mel_bins": 16,
    "max_source_positions": 32,
}  # fmt: skip


def voxtral():
    sound = SOUND | {"intermediate_size": 64}
    text = {"model_type": "llama", "head_dim": 16, **TEXT}
    config = transformers.VoxtralConfig(audio_config=sound, text_config=text, audio_token_id=5)
    return transformers.VoxtralForConditionalGeneration(config)


def audio_flamingo():
    text = {"model_type": "qwen2", **TEXT}
    config = transformers.AudioFlamingo3Config(audio_config=SOUND, text_config=text, audio_token_id=5)
    return transformers.AudioFlamingo3ForConditionalGeneration(config)


def _thinker():
    sound = {
        "d_model": 16, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32, "num_mel_bins": 16,
        "max_source_positions": 32, "output_dim": 32, "n_window": 8,
    }  # fmt: skip
    sight = {
        "depth": 1, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 32,
        "fullatt_block_indexes": [0],
    }  # fmt: skip
    rope = {"mrope_section": [2, 3, 3], "rope_type": "default", "rope_theta": 10_000.0}
    tokens = {"audio_token_index": 5, "image_token_index": 6, "video_token_index": 7, "vision_start_token_id": 8}
    return {
        "audio_config": sound,
        "vision_config": sight,
        "text_config": TEXT | {"rope_parameters": rope},
        **tokens,
        "audio_start_token_id": 9,
    }


def omni_thinker():
    config = transformers.Qwen2_5OmniThinkerConfig(**_thinker())
    return transformers.Qwen2_5OmniThinkerForConditionalGeneration(config)


def omni():
    config = transformers.Qwen2_5OmniConfig(thinker_config=_thinker(), enable_audio_output=False)
    return transformers.Qwen2_5OmniForConditionalGeneration(config)


@pytest.mark.parametrize("make", [voxtral, audio_flamingo, omni_thinker, omni])
def test_a_family_loads_with_its_weights_and_writes(make, tmp_path):
    torch.manual_seed(0)
    made = make()
    made.save_pretrained(tmp_path)
    loaded = load_model(tmp_path, transformers.AutoConfig.from_pretrained(tmp_path)).eval()
    saved = {name.removeprefix("thinker."): weight for name, weight in made.state_dict().items()}
    assert set(loaded.state_dict()) <= set(saved)
    for name, weight in loaded.state_dict().items():
        torch.testing.assert_close(weight, saved[name])
    with torch.inference_mode():
        written = loaded.generate(input_ids=torch.tensor([[10, 11, 12]]), max_new_tokens=3, do_sample=False)
    assert written.shape[0] == 1
    assert 3 < written.shape[1] <= 6
