"""A chat model of transformers in this process: text, or text and sound for the audio language models.

Weights load from safetensors only, and code that comes with a model is never run.
"""

import base64
import io
import threading
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.language.budget import Budget
from earmark.language.messages import chat_messages
from earmark.language.model import Prompt, Reply, Usage

_AUDIO_TYPES = {"qwen2_audio", "qwen2_5_omni", "qwen2_5_omni_thinker", "voxtral", "audioflamingo3"}


class LocalChat:
    """A chat model from a folder.

    Args:
        folder: a transformers model with its tokenizer and chat template, and its processor where it listens.
        budget: what may be spent; a local model costs requests and tokens, too.

    Raises:
        InvalidInput: the folder holds no such model.
    """

    def __init__(self, folder: Path, budget: Budget | None = None) -> None:
        from transformers import AutoConfig

        self.name = f"local:{folder.name}"
        self.budget = budget or Budget()
        # One generation at a time: the model uses every core already.
        self._turn = threading.Lock()
        try:
            config = AutoConfig.from_pretrained(folder)
            self.listens = config.model_type in _AUDIO_TYPES
            self._model = load_model(folder, config).eval()
            self._processor = _load_processor(folder, self.listens)
        except (OSError, ValueError, KeyError) as error:
            raise InvalidInput(f"no chat model could be loaded from {folder}: {error}") from error
        if getattr(self._processor, "chat_template", None) is None:
            raise InvalidInput(f"{folder} has no chat template: earmark would not know how to ask it.")
        self._special = tuple(map(str, self._tokenizer.all_special_tokens))

    def reply(self, prompt: Prompt) -> Reply:
        """Generate greedily, or by seeded sampling where the prompt's temperature is above 0.

        Raises:
            InvalidInput: the prompt carries sound and the model cannot listen.
            BudgetSpent: nothing more may be spent.
        """
        import torch

        if not self.listens and any(message.audio_wav is not None for message in prompt.data):
            raise InvalidInput(f"{self.name} cannot listen: name an audio language model.")
        self.budget.begin_request(prompt)
        # A fast tokenizer is not to be used by two threads either.
        with self._turn, torch.random.fork_rng(), torch.inference_mode():
            inputs = self._inputs(prompt)
            asked = int(inputs["input_ids"].shape[1])
            torch.manual_seed(prompt.seed)
            output = self._model.generate(
                **inputs,
                max_new_tokens=prompt.max_tokens,
                do_sample=prompt.temperature > 0,
                **({"temperature": prompt.temperature} if prompt.temperature > 0 else {}),
            )
        answer = output[0, asked:]
        usage = Usage(requests=1, prompt_tokens=asked, reply_tokens=len(answer))
        self.budget.add_tokens(prompt, usage)
        finish = "length" if len(answer) >= prompt.max_tokens else "stop"
        text = self._tokenizer.decode(answer, skip_special_tokens=True)
        return Reply(text=text, model=self.name, usage=usage, finish=finish)  # type: ignore[arg-type]

    @property
    def _tokenizer(self) -> Any:
        return getattr(self._processor, "tokenizer", self._processor)

    def _inputs(self, prompt: Prompt) -> Any:
        messages = chat_messages(prompt, self._special)
        if self.listens:
            messages = [_for_processor(message, self._processor) for message in messages]
        return self._processor.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        )


def load_model(folder: Path, config: Any) -> Any:
    """The weights in the class that its family needs; of a Qwen2.5-Omni only the part that listens and writes."""
    import transformers

    auto: Any = transformers.AutoModelForCausalLM
    if config.model_type == "audioflamingo3":
        auto = transformers.AutoModelForSeq2SeqLM
    elif config.model_type == "qwen2_5_omni":
        # The whole model also speaks, for which it reads a pickle of voices.
        auto, config = transformers.Qwen2_5OmniThinkerForConditionalGeneration, config.thinker_config
    elif config.model_type in _AUDIO_TYPES:
        auto = transformers.AutoModelForMultimodalLM
    return auto.from_pretrained(folder, config=config, use_safetensors=True)


def _load_processor(folder: Path, listens: bool) -> Any:
    from transformers import AutoProcessor, AutoTokenizer

    auto: Any = AutoProcessor if listens else AutoTokenizer
    return auto.from_pretrained(folder)


def _for_processor(message: dict[str, Any], processor: Any) -> dict[str, Any]:
    """A chat message in the parts that a multimodal processor reads, its sound at the model's rate."""
    import soundfile
    import soxr

    content = message["content"]
    parts: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for part in said:
        if part["type"] == "input_audio":
            sound = io.BytesIO(base64.b64decode(part["input_audio"]["data"]))
            waveform, rate_hz = soundfile.read(sound, dtype="float32", always_2d=True)
            heard = soxr.resample(waveform.mean(1), rate_hz, processor.feature_extractor.sampling_rate)
            parts.insert(0, {"type": "audio", "audio": heard})
        else:
            parts.append(part)
    return {"role": message["role"], "content": parts}
