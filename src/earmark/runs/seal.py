"""A seal on what a command was asked, by a key that only this user has: whether a manifest is one's own, unchanged."""

import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

_KEY_BYTES = 32


def state_folder() -> Path:
    """``$EARMARK_STATE``, else the user's state folder: what is this user's and belongs to no run."""
    named = os.environ.get("EARMARK_STATE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "earmark"


def sealed(content: dict[str, Any]) -> str | None:
    """The seal of plain content by this user's key, made where there is none.

    ``None`` where no key can be kept: nothing is sealed then, and what needs a seal asks for the user's word.
    """
    key = _key() or _new_key()
    return None if key is None else _seal(key, content)


def is_sealed(content: dict[str, Any], seal: str | None) -> bool:
    """Whether this user sealed exactly this content."""
    key = _key()
    return key is not None and seal is not None and hmac.compare_digest(_seal(key, content).encode(), seal.encode())


def _seal(key: bytes, content: dict[str, Any]) -> str:
    return hmac.digest(key, json.dumps(content, sort_keys=True).encode(), "blake2b").hex()[:64]


def _key() -> bytes | None:
    """This user's key; a file of another length is none, for an empty key is everybody's."""
    try:
        key = (state_folder() / "key").read_bytes()
    except (OSError, RuntimeError):
        return None
    return key if len(key) == _KEY_BYTES else None


def _new_key() -> bytes | None:
    """A new key, readable by its owner only; where two commands make one at once, both use the first."""
    with suppress(OSError, RuntimeError):
        folder = state_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / f"key.{secrets.token_hex(8)}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        _put_first(made, folder / "key")
    return _key()


def _put_first(made: Path, key: Path) -> None:
    """Give a new key its name unless another command was first; one that was damaged seals nothing and is replaced."""
    try:
        if key.exists() and _key() is None:
            made.replace(key)
        else:
            key.hardlink_to(made)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        made.replace(key)
    finally:
        made.unlink(missing_ok=True)
