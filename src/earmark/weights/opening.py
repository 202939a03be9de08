"""Models and tokenizers of transformers, opened from a folder so that what is damaged in it is a sentence.

transformers believes a configuration: it makes the network that it describes, fills what the weights lack with chance,
and may take minutes and all memory on the way. Here the network is first made without memory and held against the
weights that lie there.
"""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput, Mendable
from earmark.weights.folder import CONFIG, weight_files
from earmark.weights.quiet import quiet
from earmark.weights.settings import read_settings, refuse_impossible, refuse_impossible_extractor

# A head that the weights lack is small beside them; other differences are told tensor by tensor, once they are few.
_MORE_THAN_STORED = 3
_ALWAYS_ALLOWED = 20_000_000
_NUMBER = re.compile(r"\d+")
_EXTRACTOR, _PROCESSOR = "preprocessor_config.json", "processor_config.json"


def open_weights(
    auto: Any,
    folder: Path,
    kind: str,
    *,
    config: Any = None,
    trust_pickle: bool = False,
    may_lack: Sequence[str] | None = (),
    **more: Any,
) -> tuple[Any, tuple[str, ...]]:
    """A model with the weights of a folder that :func:`~earmark.weights.folder.find_folder` has looked at.

    Args:
        auto: the class of transformers that makes it.
        folder: where it lies.
        kind: what it should be, for a sentence ("chat model").
        config: its configuration; read from the folder by default.
        trust_pickle: whether weights may be pickles.
        may_lack: beginnings of the names of tensors that the folder may lack; ``None`` where the caller judges.
        more: for ``from_pretrained``.

    Returns:
        The model, and the names of the tensors that were in no file.

    Raises:
        InvalidInput: anything in the folder is damaged, or does not fit the rest; the sentence says what.
    """
    with reading(folder, kind):
        config = config if config is not None else open_config(folder, kind)
        _refuse_larger(auto, config, folder)
        safe: dict[str, Any] = {} if trust_pickle else {"use_safetensors": True}
        module, info = auto.from_pretrained(
            str(folder),
            config=config,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            local_files_only=True,
            **_no_code(auto),
            **safe,
            **more,
        )
    _refuse_misfits(folder, module, info)
    missing = tuple(sorted(info["missing_keys"]))
    if may_lack is not None and (lost := [key for key in missing if not key.startswith(tuple(may_lack))]):
        raise InvalidInput(
            f"the weights of {folder} lack {len(lost)} tensors of a {type(module).__name__} ({lost[0]})."
        )
    return module, missing


def open_config(folder: Path, kind: str) -> Any:
    """The configuration of a model.

    Raises:
        InvalidInput: it is damaged, or describes no model that transformers knows.
    """
    from transformers import CONFIG_MAPPING, AutoConfig

    with reading(folder, kind):
        settings = read_settings(folder / CONFIG)
        if "auto_map" in settings and settings.get("model_type") not in CONFIG_MAPPING:
            raise InvalidInput(f"{folder} needs code that comes with it, which is never run: take another {kind}.")
        refuse_impossible(folder / CONFIG, settings, max(1_000, len(_stored(folder)[0])))
        return AutoConfig.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True)


def open_words(auto: Any, folder: Path, kind: str) -> Any:
    """The tokenizer, extractor or processor of a model.

    Raises:
        InvalidInput: it is not there, or damaged.
    """
    with reading(folder, kind):
        for name in (_EXTRACTOR, _PROCESSOR):
            if (folder / name).is_file():
                refuse_impossible_extractor(folder / name, read_settings(folder / name))
        return auto.from_pretrained(str(folder), local_files_only=True, **_no_code(auto))


@contextmanager
def reading(folder: Path, kind: str) -> Iterator[None]:
    """Read from a folder: whatever the library raises, the folder is to blame.

    Raises:
        InvalidInput: it raised something; the first line of it is told.
    """
    try:
        with quiet():
            yield
    except (Mendable, ModuleNotFoundError):
        raise
    except Exception as error:
        # Of a setting of the wrong type, the first line names it and the second says what it should be.
        reason = " ".join(line.strip() for line in str(error).strip().splitlines()[:2]).rstrip(".:")
        raise InvalidInput(f"no {kind} can be loaded from {folder}: {type(error).__name__}: {reason[:250]}.") from error


def _no_code(auto: Any) -> dict[str, bool]:
    """For what asks whether code that lies in the folder may run: it may not, and nobody is asked."""
    return {"trust_remote_code": False} if auto.__name__.startswith("Auto") else {}


def _refuse_larger(auto: Any, config: Any, folder: Path) -> None:
    """Make the network without memory, and hold it against the weights that lie there.

    Raises:
        InvalidInput: it is much larger.
    """
    import torch

    with torch.device("meta"):
        make = getattr(auto, "from_config", None) or auto._from_config
        tensors = make(config).state_dict(keep_vars=True).values()
    # Tied weights are one tensor under two names, and lie in the file once.
    described = sum(tensor.numel() for tensor in {id(tensor): tensor for tensor in tensors}.values())
    _, stored = _stored(folder)
    if described > max(_MORE_THAN_STORED * stored, stored + _ALWAYS_ALLOWED):
        raise InvalidInput(
            f"{folder / CONFIG} describes a network of {described:,} numbers, and its weights hold {stored:,}: they do "
            "not belong together."
        )


def _refuse_misfits(folder: Path, module: Any, info: dict[str, Any]) -> None:
    """Refuse what transformers would fill with chance, or leave out, where shapes or depths differ.

    Raises:
        InvalidInput: the weights belong to another configuration.
    """
    if other := sorted(map(str, info["mismatched_keys"])):
        raise InvalidInput(
            f"{len(other)} tensors in {folder} have another shape than its {CONFIG} says ({other[0][:120]}): they do "
            "not belong together."
        )
    known = {_NUMBER.sub("0", name) for name in module.state_dict()}
    if deeper := sorted(name for name in info["unexpected_keys"] if _NUMBER.sub("0", name) in known):
        raise InvalidInput(
            f"the weights of {folder} hold more layers than its {CONFIG} says ({deeper[0]}): they do not belong "
            "together."
        )


def _stored(folder: Path) -> tuple[set[str], int]:
    """The names of all tensors in a folder, as far as they are known, and how many numbers they are at most."""
    from safetensors import safe_open

    names: set[str] = set()
    numbers = 0
    for file in weight_files(folder):
        if not file.is_file():
            raise InvalidInput(f"{file} is not there, though the index of its model names it.")
        if file.suffix != ".safetensors":
            numbers += file.stat().st_size
            continue
        with safe_open(str(file), framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (not a mapping)
                names.add(name)
                numbers += math.prod(tensors.get_slice(name).get_shape())
    return names, numbers
