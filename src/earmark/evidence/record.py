"""The frozen record that everything written to a run folder derives from."""

import hashlib

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value that can be written to a table or to JSON: frozen, strict about its fields, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def content_id(*parts: str | bytes) -> str:
    """Name something by its content.

    Each part is prefixed by its length, so that ("ab", "c") and ("a", "bc") differ.

    Returns:
        16 hexadecimal digits of BLAKE2b.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "little"))
        digest.update(raw)
    return digest.hexdigest()
