"""What a folder of a model may make transformers open: weights as pickles, files outside it, code, another model.

A pickle runs any code when it is opened. It is not enough to ask transformers for safetensors: the index of a model in
several files, or the configuration, may name others.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput
from earmark.weights.quiet import quiet
from earmark.weights.settings import each_setting, read_settings

CONFIG = "config.json"
_SAFE = ".safetensors"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


def find_folder(reference: Path | str, kind: str, *, trust_pickle: bool | None = None) -> Path:
    """The folder that a reference means, fit to be opened.

    Args:
        reference: a folder, or a hub id, of which only what is needed is fetched: no code, no pickles untrusted.
        kind: what it should be, for a sentence ("chat model").
        trust_pickle: whether weights may be pickles; ``None`` where the user cannot say so.

    Raises:
        InvalidInput: there is no such folder or id, or it wants more to be opened than it may.
    """
    folder = Path(reference)
    if not folder.is_dir():
        folder = _from_hub(str(reference), kind, trust_pickle=bool(trust_pickle))
    refuse_unsafe(folder, kind, trust_pickle=trust_pickle)
    return folder


def refuse_unsafe(folder: Path, kind: str, *, trust_pickle: bool | None = None) -> None:
    """Look at what a folder names, before anything in it is opened.

    Raises:
        InvalidInput: it is no folder of a model, or names untrusted pickles, files outside or another model.
    """
    if not (folder / CONFIG).is_file():
        raise InvalidInput(f"{folder} holds no {kind}: it has no {CONFIG}.")
    if (folder / "adapter_config.json").exists():
        raise InvalidInput(f"{folder} holds an adapter, which opens another model: merge it into its model first.")
    trusting = "." if trust_pickle is None else ", or pass --trust-pickle if you trust whoever made them."
    settings = read_settings(folder / CONFIG)
    _refuse_foreign_parts(folder, settings)
    for file, named_in in _named_files(folder, settings):
        _refuse_outside(folder, file, named_in)
        if Path(file).suffix != _SAFE and not trust_pickle:
            raise InvalidInput(
                f"{named_in} names {file}, which is no safetensors file and may run code when it is opened: save the "
                f"weights as safetensors{trusting}"
            )
    held = {file.suffix for file in folder.iterdir() if file.is_file()}
    if _SAFE not in held and not trust_pickle and held.intersection(_PICKLES):
        raise InvalidInput(f"{folder} holds pickled weights only: save them as safetensors{trusting}")


def weight_files(folder: Path) -> list[Path]:
    """The files that a model's weights are read from: those that an index names, else those that lie there."""
    named = {folder / file for file, named_in in _named_files(folder, {}) if named_in.name.endswith(".index.json")}
    whole = folder / "model.safetensors"
    if whole.is_file():
        return [whole]
    return sorted(named) or sorted(file for file in folder.glob("*") if file.suffix in (_SAFE, *_PICKLES))


def _named_files(folder: Path, settings: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Every file of weights that the folder names or holds as safetensors, and where it is named."""
    yield from ((file.name, folder) for file in sorted(folder.glob(f"*{_SAFE}")))
    if "transformers_weights" in settings:
        yield str(settings["transformers_weights"]), folder / CONFIG
    for index in sorted(folder.glob("*.index.json")):
        files = read_settings(index).get("weight_map")
        if not isinstance(files, dict) or not all(isinstance(file, str) and file for file in files.values()):
            raise InvalidInput(f"{index} does not say which file holds which weight: save the model again.")
        yield from ((file, index) for file in sorted(set(files.values())))


def _refuse_outside(folder: Path, file: str, named_in: Path) -> None:
    try:
        real, inside = (folder / file).resolve(), folder.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidInput(f"{named_in} names {file!r}, which cannot be used as a path.") from error
    # The hub's cache keeps files once, and a link to each in the folder of every revision.
    shared = inside.parent.parent / "blobs" if inside.parent.name == "snapshots" else inside
    if not real.is_relative_to(inside) and not real.is_relative_to(shared):
        raise InvalidInput(
            f"{named_in} names {file}, which lies outside the folder of the model: put the file itself there."
        )


def _refuse_foreign_parts(folder: Path, settings: dict[str, Any]) -> None:
    """Refuse what fetches code, or a format of weights, from elsewhere; also in the configuration of a part."""
    for name, value in each_setting(settings):
        kernel = name.lstrip("_").startswith(("attn_implementation", "experts_implementation")) and "/" in str(value)
        if kernel or (name == "quantization_config" and value):
            raise InvalidInput(
                f"{folder / CONFIG} asks for {name} {str(value)[:80]}, which needs code from elsewhere: save the model "
                "without it."
            )


def _from_hub(name: str, kind: str, *, trust_pickle: bool) -> Path:
    """Fetch a model of the hub, or find it in the hub's cache: its top folder's settings, words and weights."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    kinds = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors", *(("*.bin",) if trust_pickle else ()))
    try:
        with quiet():
            return Path(snapshot_download(name, allow_patterns=list(kinds), ignore_patterns=["*/*"]))
    except HFValidationError as error:
        raise InvalidInput(f"no {kind} can be found: there is no folder {name}, and it is no id of the hub.") from error
    except Exception as error:  # whatever the network and the hub raise: none of it is ours
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise InvalidInput(f"no {kind} can be found: there is no folder {name}, and the hub says: {reason}.") from error
