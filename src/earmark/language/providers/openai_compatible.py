"""Any server that speaks the OpenAI chat API: OpenAI, vLLM, Ollama, llama.cpp, LM Studio, ``transformers serve``.

A key goes to its provider's host only. Redirects are not followed, so none carries a key, and no proxy stands between
this machine and itself. Every fault a server can have ends as a reply, a wait and another try, or one sentence in the
server's own words; a reply is read up to a bound and a deadline. What a server wants otherwise is remembered.
"""

import os
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from earmark.errors import InvalidInput, MissingExtra, ModelRefused, ModelUnavailable, QuestionTooLong
from earmark.language.budget import Budget
from earmark.language.model import Prompt, Reply
from earmark.language.providers.completions import NoCompletion, WebPage, read_completion
from earmark.language.providers.dialect import Wishes, chat_request, wishes_in
from earmark.language.providers.refusals import FILTERED, TOO_LONG, Refusal, refusal_of
from earmark.language.this_machine import is_this_machine
from earmark.language.untrusted import clean_text

# With these a server speaks of the request; 500 is what a chat template that raises comes to.
_ABOUT_THE_REQUEST = frozenset({400, 404, 413, 415, 422, 424, 500, 501})


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


class _TryAgain(Exception):
    """A fault that another try may mend."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class _NoConnection(_TryAgain):
    """Nobody answered at all."""


class _NoChatServer(_TryAgain):
    """Somebody answered who is no chat server, or is not today."""


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
        self._lock = threading.Lock()
        self._granted: Wishes = frozenset()
        self._has_answered = False
        # The SDK reads an organisation, a project and a key from the environment: none of them is for this host.
        self._headers: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        if api_key is None:
            self._headers["Authorization"] = openai.Omit()
        self._client = openai.OpenAI(
            api_key=api_key or "none",
            base_url=base_url,
            max_retries=0,
            timeout=self._config.timeout_s,
            http_client=_http_client(base_url, self._raise_refusal),
        )

    def reply(self, prompt: Prompt) -> Reply:
        """Ask, patiently, and as the server wants to be asked.

        Raises:
            BudgetSpent: nothing more may be spent.
            ModelUnavailable: no usable reply after every try, or a question that this server will not answer.
            ModelRefused: the key, the model's name or every request is refused, or nobody is there to ask.
        """
        granted = self._granted
        faults: list[_TryAgain] = []
        while True:
            self.budget.begin_request(prompt)
            try:
                reply = self._ask_once(prompt, granted)
            except Refusal as refusal:
                wanted = self._wanted(refusal, prompt, granted)
                if wanted is None:
                    self._wait(faults, self._follows_from(refusal))
                else:
                    granted = wanted
            except _TryAgain as fault:
                self._wait(faults, fault)
            else:
                self._remember(granted)
                return reply

    def _wait(self, faults: list[_TryAgain], fault: _TryAgain) -> None:
        """Wait before another try, or give up after the last one."""
        faults.append(fault)
        if len(faults) == self._config.attempts:
            if all(isinstance(one, _NoConnection) for one in faults):
                # The next question would fare no better: the run stops, and can be gone on with.
                raise ModelRefused(f"{self.name} cannot be reached: see that the server runs, and check the address.")
            if not self._has_answered and all(isinstance(one, _NoChatServer) for one in faults):
                raise ModelRefused(
                    f"{self.name} is no chat server: {fault}. Check the address, up to and including /v1."
                )
            raise ModelUnavailable(f"{self.name} gave no reply in {self._config.attempts} tries: {fault}.")
        backoff_s = self._config.first_wait_s * 2 ** (len(faults) - 1) * self._jitter.uniform(0.5, 1.5)
        self._sleep(min(backoff_s if fault.wait_s is None else fault.wait_s, self._config.longest_wait_s))

    def _wanted(self, refusal: Refusal, prompt: Prompt, granted: Wishes) -> Wishes | None:
        """What to grant before the question is asked again; ``None`` where nothing would help."""
        if not granted >= self._granted:
            # Another thread has learnt something meanwhile.
            return granted | self._granted
        if refusal.status not in _ABOUT_THE_REQUEST or TOO_LONG.search(refusal.words):
            return None
        return wishes_in(refusal.words, prompt, granted)

    def _remember(self, granted: Wishes) -> None:
        """Keep what helped, for every question to come."""
        if not (self._has_answered and granted <= self._granted):
            with self._lock:
                self._granted |= granted
                self._has_answered = True

    def _ask_once(self, prompt: Prompt, granted: Wishes) -> Reply:
        import openai

        deadline = time.monotonic() + self._config.timeout_s
        request = {"model": self._model, "extra_headers": self._headers, **chat_request(prompt, granted)}
        try:
            with self._client.chat.completions.with_streaming_response.create(**request) as response:
                body = self._read(response.iter_bytes(), deadline)
        except openai.APITimeoutError as error:
            raise _TryAgain(f"the server said nothing for {self._config.timeout_s:g} s") from error
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, Refusal | _TryAgain):
                raise error.__cause__ from error
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

    def _read(self, chunks: Any, deadline: float) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self._config.largest_reply_bytes:
                raise _TryAgain(f"the reply is larger than {self._config.largest_reply_bytes} bytes")
            if time.monotonic() > deadline:
                raise _TryAgain(f"the reply took longer than {self._config.timeout_s:g} s")
        return bytes(body)

    def _parsed(self, body: bytes, prompt: Prompt) -> Reply:
        try:
            completion = read_completion(body)
        except WebPage as error:
            raise _NoChatServer(str(error)) from error
        except NoCompletion as error:
            raise _TryAgain(str(error)) from error
        self.budget.add_tokens(prompt, completion.usage)
        text = self._without_key(completion.text)
        return Reply(text=text, model=self.name, usage=completion.usage, finish=completion.finish)

    def _raise_refusal(self, response: Any) -> None:
        """Read a refusal up to a bound and a deadline, where the SDK would read it to its end."""
        if not response.is_success:
            body = self._read(response.iter_bytes(), time.monotonic() + self._config.timeout_s)
            raise refusal_of(int(response.status_code), body.decode("utf-8-sig", "replace"), response.headers)

    def _follows_from(self, refusal: Refusal) -> _TryAgain:
        """Another try; or what is raised, in the server's own words."""
        status, words = refusal.status, clean_text(self._without_key(refusal.words), 300).rstrip(".")
        reason = f"({status}): {words}" if words else f"({status})"
        if status in (401, 403) and not refusal.is_about_money:
            raise ModelRefused(f"{self.name} refuses the key {reason}. Set the right one in the environment.")
        if refusal.is_about_money:
            raise ModelRefused(f"{self.name} has nothing left to spend {reason}. Mend the account, then go on.")
        if status in _ABOUT_THE_REQUEST and (TOO_LONG.search(refusal.words) or status == 413):
            raise QuestionTooLong(f"a question is too long for {self.name} {reason}")
        if refusal.is_passing:
            return _TryAgain(f"the server answered {status}" + (f": {words}" if words else ""), refusal.wait_s)
        if FILTERED.search(refusal.words) or (self._has_answered and status in (400, 422)):
            raise ModelUnavailable(f"{self.name} refuses a question {reason}")
        raise ModelRefused(f"{self.name} refuses the request {reason}. Check the model's name and the address.")

    def _without_key(self, text: str) -> str:
        """What a server says without our key, which it knows and could repeat into a cache, a run or a page."""
        return text.replace(self._key, "[key]") if self._key else text


def _http_client(base_url: str, read_refusal: Callable[[Any], None]) -> Any:
    """The client under the SDK: to this machine past every proxy that the environment names.

    Args:
        base_url: where every request goes.
        read_refusal: called with each response before its body is read.

    Raises:
        InvalidInput: the environment names a proxy or certificates that cannot be used.
    """
    import openai

    parts = urlsplit(base_url)
    direct: dict[str, Any] = {}
    try:
        if is_this_machine(parts.hostname or ""):
            direct["trust_env"] = False
            if parts.scheme == "https":
                direct["verify"] = ssl.create_default_context(
                    cafile=os.environ.get("SSL_CERT_FILE"), capath=os.environ.get("SSL_CERT_DIR")
                )
        hooks = {"response": [read_refusal]}
        return openai.DefaultHttpxClient(follow_redirects=False, event_hooks=hooks, **direct)
    except Exception as error:
        # Libraries of several makers read the environment; its values may hold a password and are not repeated.
        raise InvalidInput(
            f"the environment names a proxy or certificates that cannot be used ({type(error).__name__}): look at "
            "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
        ) from error
