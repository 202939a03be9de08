"""Any server that speaks the OpenAI chat API: OpenAI, vLLM, Ollama, llama.cpp, LM Studio, ``transformers serve``.

A key goes to its provider's host only. Redirects are not followed, so none carries a key. Every fault a server can
have ends as a reply, a wait and another try, or one sentence; a reply is read up to a bound and a deadline.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from earmark.errors import MissingExtra, ModelRefused, ModelUnavailable
from earmark.language.budget import Budget
from earmark.language.messages import chat_messages
from earmark.language.model import Prompt, Reply, Usage


@dataclass(frozen=True)
class ServerConfig:
    """How patient to be with a server."""

    timeout_s: float = 120.0
    """Longest wait for one whole reply, slow drips included."""
    attempts: int = 6
    """Tries per question, the first included."""
    longest_wait_s: float = 60.0
    """Longest wait between two tries, whatever Retry-After asks."""
    first_wait_s: float = 0.5
    """Backoff before the second try; doubled each time, with jitter."""
    largest_reply_bytes: int = 4_000_000
    """A reply is read this far and then refused."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _ChatMessage(_Lenient):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Lenient):
    message: _ChatMessage
    finish_reason: str | None = None


class _Tokens(_Lenient):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(_Lenient):
    choices: list[_Choice]
    usage: _Tokens | None = None


class _TryAgain(Exception):
    """A fault that another try may mend."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class _NoConnection(_TryAgain):
    """Nobody answered at all."""


class OpenAICompatible:
    """A chat model behind a server.

    Args:
        model: the server's name for it.
        base_url: up to and including ``/v1``.
        api_key: the key for this host, or ``None`` to send none.
        config: timeouts and retries.
        budget: what may be spent; shared by everything that asks in a run.
        sleep: how to wait, for tests.

    Raises:
        MissingExtra: the openai package is not installed.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: str | None = None,
        config: ServerConfig | None = None,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if find_spec("openai") is None:
            raise MissingExtra("openai", "models")
        import openai

        self.name = f"{base_url}#{model}"
        self.budget = budget or Budget()
        self._key = api_key
        self._model = model
        self._config = config or ServerConfig()
        self._sleep = sleep
        self._jitter = random.Random(0)
        # The SDK reads an organisation, a project and a key from the environment: none of them is for this host.
        self._headers: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        if api_key is None:
            self._headers["Authorization"] = openai.Omit()
        self._client = openai.OpenAI(
            api_key=api_key or "none",
            base_url=base_url,
            max_retries=0,
            timeout=self._config.timeout_s,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def reply(self, prompt: Prompt) -> Reply:
        """Ask, patiently.

        Raises:
            BudgetSpent: nothing more may be spent.
            ModelUnavailable: no usable reply after every try.
            ModelRefused: the key, the model's name or the request is refused, or nobody is there to ask.
        """
        wait, reason, connected = self._config.first_wait_s, "", False
        for attempt in range(self._config.attempts):
            self.budget.begin_request(prompt)
            try:
                return self._ask_once(prompt)
            except _TryAgain as fault:
                reason, connected = str(fault), connected or not isinstance(fault, _NoConnection)
                if attempt + 1 < self._config.attempts:
                    asked = fault.wait_s if fault.wait_s is not None else wait * self._jitter.uniform(0.5, 1.5)
                    self._sleep(min(asked, self._config.longest_wait_s))
                    wait *= 2
        if not connected:
            # The next question would fare no better: the run stops, and can be gone on with.
            raise ModelRefused(f"{self.name} cannot be reached: see that the server runs, and check the address.")
        raise ModelUnavailable(f"{self.name} gave no reply in {self._config.attempts} tries: {reason}.")

    def _ask_once(self, prompt: Prompt) -> Reply:
        import openai

        deadline = time.monotonic() + self._config.timeout_s
        try:
            with self._client.chat.completions.with_streaming_response.create(**self._request(prompt)) as response:
                body = self._read(response.iter_bytes(), deadline)
        except openai.APIStatusError as error:
            raise self._refused(error) from error
        except openai.APITimeoutError as error:
            raise _TryAgain(f"the server said nothing for {self._config.timeout_s:g} s") from error
        except openai.APIConnectionError as error:
            raise _NoConnection(f"the connection failed ({type(error).__name__})") from error
        except openai.APIError as error:
            raise _TryAgain(f"the connection failed ({type(error).__name__})") from error
        except _TryAgain:
            raise
        except Exception as error:
            if type(error).__module__.split(".")[0] not in ("httpx", "httpx2", "httpcore", "httpcore2"):
                raise
            raise _TryAgain(f"the reply broke off ({type(error).__name__})") from error
        return self._parsed(body, prompt)

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": chat_messages(prompt),
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
            "seed": prompt.seed,
            "extra_headers": self._headers,
        }
        if prompt.reply_schema is not None:
            schema = {"name": "reply", "schema": prompt.reply_schema}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        return request

    def _read(self, chunks: Any, deadline: float) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self._config.largest_reply_bytes:
                raise _TryAgain(f"the reply is larger than {self._config.largest_reply_bytes} bytes")
            if time.monotonic() > deadline:
                raise _TryAgain(f"the reply took longer than {self._config.timeout_s:g} s")
        return bytes(body)

    def _refused(self, error: Any) -> Exception:
        status = int(error.status_code)
        if status in (408, 409, 425, 429) or status >= 500:
            return _TryAgain(f"the server answered {status}", _retry_after(error.response.headers.get("retry-after")))
        if status in (401, 403):
            return ModelRefused(f"{self.name} refuses the key ({status}): set the right one in the environment.")
        return ModelRefused(f"{self.name} refuses the request ({status}): check the model's name and the address.")

    def _parsed(self, body: bytes, prompt: Prompt) -> Reply:
        try:
            completion = _Completion.model_validate(json.loads(body))
        except (ValidationError, ValueError) as error:
            raise _TryAgain("the reply is not a chat completion") from error
        tokens = completion.usage or _Tokens()
        usage = Usage(requests=1, prompt_tokens=tokens.prompt_tokens, reply_tokens=tokens.completion_tokens)
        self.budget.add_tokens(prompt, usage)
        if not completion.choices:
            raise _TryAgain("the reply has no choices")
        choice = completion.choices[0]
        if choice.message.refusal:
            return Reply(text=self._without_key(choice.message.refusal), model=self.name, usage=usage, finish="refused")
        text = self._without_key(choice.message.content or "")
        return Reply(text=text, model=self.name, usage=usage, finish=_finish(choice))

    def _without_key(self, text: str) -> str:
        """What a server says without our key, which it knows and could repeat into a cache, a run or a page."""
        return text.replace(self._key, "[key]") if self._key else text


def _finish(choice: _Choice) -> Literal["stop", "length", "refused", "unknown"]:
    if choice.finish_reason in ("stop", "length"):
        return choice.finish_reason  # type: ignore[return-value]
    return "refused" if choice.finish_reason == "content_filter" else "unknown"


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait as the server asks, from a number or an HTTP date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
