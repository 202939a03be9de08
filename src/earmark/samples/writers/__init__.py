"""The small writer that comes with the package, with its card: see ``README.md`` in its folder."""

from pathlib import Path

from earmark.errors import UnknownName

_HERE = Path(__file__).parent


def writer_names() -> tuple[str, ...]:
    """The writers that come with the package."""
    return tuple(sorted(folder.parent.name for folder in _HERE.glob("*/model.safetensors")))


def find_writer(name: str) -> Path:
    """The folder of a writer that comes with the package.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in writer_names():
        raise UnknownName("packaged writer", name, writer_names())
    return _HERE / name
