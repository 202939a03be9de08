"""One way to name a model everywhere, and the rule of whose key goes where.

::

    openai:NAME                     OpenAI's own server, key from OPENAI_API_KEY
    http://localhost:8000/v1#NAME   any compatible server, key from EARMARK_API_KEY or none
    local:FOLDER                    a transformers chat model in this process
    scripted:perfect                a script, for trying a recipe offline (perfect, random, inventing, obedient)
    embedded                        no language model: the built-in rules
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from earmark.errors import InvalidInput
from earmark.evidence import content_id
from earmark.language.budget import Budget, Counted, Counting
from earmark.language.cache import Cached, ReplyCache
from earmark.language.privacy import MaskingModel
from earmark.language.thinking_room import ThinkingRoom
from earmark.language.this_machine import is_this_machine

EMBEDDED = "embedded"
_OPENAI = "https://api.openai.com/v1"
_WAYS = "'embedded', 'openai:NAME', 'http://HOST/v1#NAME', 'local:FOLDER' or 'scripted:NAME'"


def open_model(
    name: str,
    budget: Budget | None = None,
    cache: ReplyCache | None = None,
    *,
    allow_plain_http: bool = False,
    send_raw: bool = False,
) -> Counting | None:
    """Open the model that a name means.

    Args:
        name: as above.
        budget: what may be spent on it.
        cache: where its replies are kept; ``None`` keeps none. See :func:`shared_cache`.
        allow_plain_http: let questions travel unencrypted beyond this machine.
        send_raw: do not mask names, addresses and numbers in what leaves this machine: for a server of one's own.

    Returns:
        The model, or ``None`` for ``embedded``.

    Raises:
        InvalidInput: the name means nothing, a key is missing, or the address is not safe.
        MissingExtra: what it needs is not installed.
    """
    if name == EMBEDDED:
        return None
    model: Counting = _open(name, budget or Budget(), allow_plain_http)
    if not name.startswith("scripted:"):
        model = ThinkingRoom(model)
    if cache is not None:
        model = Cached(model, cache, identity_of(name))
    # Outside of the cache, so that a reply is kept under the question that was sent.
    return model if leaves_this_machine(name) is None or send_raw else MaskingModel(model)


def asks_somebody(name: str) -> bool:
    """Whether a language model, here or elsewhere, reads what is asked under this name: a script is none."""
    return name != EMBEDDED and not name.startswith("scripted:")


def shared_cache(name: str) -> ReplyCache | None:
    """The cache that all runs share, where replies of this model are worth keeping: a script costs nothing."""
    return ReplyCache() if asks_somebody(name) else None


def identity_of(name: str) -> str:
    """What tells a model from every other: its name, and of a folder what lies in it, since folders change."""
    if not name.startswith("local:"):
        return name
    folder = Path(name.removeprefix("local:")).resolve()
    held = [(file.name, file.stat()) for file in sorted(folder.iterdir()) if file.is_file()]
    return content_id(str(folder), *(f"{each} {about.st_size} {about.st_mtime_ns}" for each, about in held))


def leaves_this_machine(name: str) -> str | None:
    """The host that material would be sent to under this name, or ``None`` where it stays here."""
    if name.startswith("openai:"):
        return urlsplit(_OPENAI).hostname
    if name.startswith(("http://", "https://")):
        host = urlsplit(name).hostname or ""
        return None if is_this_machine(host) else host
    return None


def _open(name: str, budget: Budget, allow_plain_http: bool) -> Counting:
    scheme, _, rest = name.partition(":")
    if scheme == "scripted" and rest:
        from earmark.language.providers.personas import persona

        return Counted(persona(rest), budget)
    if scheme == "local" and rest:
        from earmark.language.providers.local import LocalChat

        return LocalChat(Path(rest), budget)
    if scheme == "openai" and rest:
        key = os.environ.get("OPENAI_API_KEY")
        if not key:
            raise InvalidInput(f"{name} needs a key: set OPENAI_API_KEY in the environment.")
        return _server(rest, _OPENAI, key, budget)
    if scheme in ("http", "https"):
        address, _, model = name.partition("#")
        _check_address(address, allow_plain_http)
        if not model:
            raise InvalidInput(f"{name} names no model: write {address}#NAME.")
        return _server(model, address, os.environ.get("EARMARK_API_KEY"), budget)
    raise InvalidInput(f"{name!r} names no model: write {_WAYS}.")


def _server(model: str, address: str, key: str | None, budget: Budget) -> Counting:
    from earmark.language.providers.openai_compatible import OpenAICompatible

    return OpenAICompatible(model, address, key, budget=budget)


def _check_address(address: str, allow_plain_http: bool) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"{address!r} is not an address: {error}.") from error
    if parts.username or parts.password:
        raise InvalidInput("an address never carries a key: set EARMARK_API_KEY in the environment instead.")
    # What two readers of addresses could take for two hosts is taken for none.
    if not parts.netloc.isascii() or re.search(r"[\s\\?]", address):
        raise InvalidInput(f"{address!r} is not an address: write it plainly, up to and including /v1.")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise InvalidInput(f"{address!r} goes too far: write it up to and including /v1.")
    if not host:
        raise InvalidInput(f"{address!r} names no host.")
    if parts.scheme == "http" and not is_this_machine(host) and not allow_plain_http:
        raise InvalidInput(
            f"{host} would get your texts unencrypted: use https, or say --allow-plain-http if the network is yours."
        )
