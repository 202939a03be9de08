"""What a manifest says was asked, back as the config that it was made from: untrusted, so checked field by field."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from earmark.errors import InvalidInput

Config = TypeVar("Config")


def plainly(kind: type[Config], plain: Mapping[str, Any], refusal: str) -> Config:
    """A dataclass from plain values, where tuples are lists; fields that it does not know are passed over.

    Args:
        kind: the dataclass.
        plain: as a manifest holds it.
        refusal: how the sentence begins where that fails.

    Raises:
        InvalidInput: a field is missing, or of another type.
    """
    try:
        return TypeAdapter(kind).validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its arguments"
        raise InvalidInput(f"{refusal} that this version can read: {where}: {first['msg'].lower()}.") from error
