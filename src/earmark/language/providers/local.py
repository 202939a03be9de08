"""A chat model of transformers in this process: text, or text and sound for the audio language models.

Weights load from safetensors only, and code that comes with a model is never run. Its chat template is tried when it is
opened: where it refuses our conversation or leaves a part of it out, the same pieces stand in fewer messages.
"""

import base64
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from earmark.errors import InvalidInput, ModelUnavailable, QuestionTooLong
from earmark.language.budget import Budget
from earmark.language.messages import alternating, chat_messages, without_system
from earmark.language.model import Message, Prompt, Reply, Usage
from earmark.language.thoughts import without_thoughts
from earmark.language.untrusted import clean_text
from earmark.weights.folder import refuse_unsafe
from earmark.weights.opening import open_config, open_weights, open_words

_Conversation = list[dict[str, Any]]

_KIND = "chat model"
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
        self.name = f"local:{folder.name}"
        self.budget = budget or Budget()
        # One generation at a time: the model uses every core already.
        self._turn = threading.Lock()
        refuse_unsafe(folder, _KIND)
        config = open_config(folder, _KIND)
        self.listens = config.model_type in _AUDIO_TYPES
        self._model = load_model(folder, config).eval()
        self._processor = _load_processor(folder, self.listens)
        if getattr(self._processor, "chat_template", None) is None:
            raise InvalidInput(f"{folder} has no chat template: earmark would not know how to ask it.")
        added = self._tokenizer.added_tokens_decoder.values()
        self._special = {*self._tokenizer.all_special_tokens, *(str(token) for token in added if token.special)}
        self._arranged = self._arrangement()
        text_config = getattr(config, "text_config", None) or config
        self._context: int | None = getattr(text_config, "max_position_embeddings", None)

    def reply(self, prompt: Prompt) -> Reply:
        """Generate greedily, or by seeded sampling where the prompt's temperature is above 0.

        Raises:
            InvalidInput: the prompt carries sound and the model cannot listen.
            QuestionTooLong: it fills what the model can read at once.
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
            room = self._room(prompt, asked)
            torch.manual_seed(prompt.seed)
            output = self._model.generate(
                **inputs,
                max_new_tokens=room,
                do_sample=prompt.temperature > 0,
                **({"temperature": prompt.temperature} if prompt.temperature > 0 else {}),
            )
        answer = output[0, asked:]
        usage = Usage(requests=1, prompt_tokens=asked, reply_tokens=len(answer))
        self.budget.add_tokens(prompt, usage)
        return Reply(
            text=self._answer_in(self._tokenizer.decode(answer)),
            model=self.name,
            usage=usage,
            finish="length" if len(answer) >= room else "stop",
        )

    def _room(self, prompt: Prompt, asked: int) -> int:
        """How many tokens a reply may have."""
        if self._context is None:
            return prompt.max_tokens
        if asked >= self._context:
            raise QuestionTooLong(
                f"a question of {asked} tokens is too long for {self.name}, which reads {self._context}"
            )
        return min(prompt.max_tokens, self._context - asked)

    def _answer_in(self, text: str) -> str:
        """Thoughts are told by special tokens, too, so these go after them."""
        text = without_thoughts(text)
        for token in self._special:
            text = text.replace(token, "")
        return text

    @property
    def _tokenizer(self) -> Any:
        return getattr(self._processor, "tokenizer", self._processor)

    def _arrangement(self) -> Callable[[_Conversation], _Conversation]:
        """The first arrangement of messages that the chat template renders with every piece in it.

        Raises:
            InvalidInput: there is none.
        """
        pieces = ("earmark-orders", "earmark-first", "earmark-second")
        data = tuple(Message(label="note", text=piece) for piece in pieces[1:])
        trial = chat_messages(Prompt(name="trial", version="1", instructions=pieces[0], data=data))
        reason = "it leaves out what it is asked"
        for arranged in (list, alternating, lambda messages: alternating(without_system(messages))):
            try:
                rendered = self._processor.apply_chat_template(self._in_parts(arranged(trial)), tokenize=False)
            except Exception as error:
                # A template is a program of the model's maker and may raise anything.
                reason = clean_text(str(error), 300)
            else:
                if all(piece in rendered for piece in pieces):
                    return arranged
        raise InvalidInput(f"the chat template of {self.name} cannot be used: {reason.rstrip('.')}.")

    def _inputs(self, prompt: Prompt) -> Any:
        messages = self._in_parts(self._arranged(chat_messages(prompt, self._special)))
        try:
            return self._processor.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
            )
        except TemplateError as error:
            reason = clean_text(str(error), 300).rstrip(".")
            raise ModelUnavailable(f"the chat template of {self.name} refuses a question: {reason}") from error

    def _in_parts(self, messages: _Conversation) -> _Conversation:
        return [_for_processor(message, self._processor) for message in messages] if self.listens else messages


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
    module, _ = open_weights(auto, folder, _KIND, config=config)
    return module


def _load_processor(folder: Path, listens: bool) -> Any:
    from transformers import AutoProcessor, AutoTokenizer

    auto: Any = AutoProcessor if listens else AutoTokenizer
    return open_words(auto, folder, _KIND)


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
