"""The small networks that come with the package, each with its card: see ``README.md`` in its folder."""

from pathlib import Path

from earmark.errors import UnknownName

_HERE = Path(__file__).parent


def network_names() -> tuple[str, ...]:
    """The networks that come with the package."""
    return tuple(sorted(folder.parent.name for folder in _HERE.glob("*/model.safetensors")))


def find_network(name: str) -> Path:
    """The folder of a network that comes with the package.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in network_names():
        raise UnknownName("packaged network", name, network_names())
    return _HERE / name
