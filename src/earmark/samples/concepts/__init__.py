"""Five hundred names of common sounds, written for this project: the closed list where a network names no classes."""

from importlib.resources import files


def sound_names() -> tuple[str, ...]:
    """The packaged list: distinct, in lower case; animals, weather, people, music, signals, engines, homes, places."""
    return tuple(files(__name__).joinpath("sounds.txt").read_text(encoding="utf-8").split("\n")[:-1])
