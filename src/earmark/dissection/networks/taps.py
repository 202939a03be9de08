"""Find the taps of a network by what its modules are, and choose among them by glob."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from torch import nn
from torch.nn.modules.conv import _ConvNd

from earmark.dissection.networks.dictionaries import load_dictionary
from earmark.dissection.networks.network import AudioNetwork, Tap, TapKind
from earmark.errors import InvalidInput, UnknownName

_ATTENTION = re.compile(r"attention|attn", re.IGNORECASE)
# Linear maps of an attention that are not its output projection.
_INWARD = re.compile(r"(^|_)(q|k|v|qkv|query|key|value|in|pos|rel|gate|gru|grep)(_|$)")


def find_taps(network: AudioNetwork, globs: Sequence[str] = ()) -> list[Tap]:
    """The taps of a network, in the order of its modules.

    Without globs, those that ``earmark networks show`` lists: in each encoder block the MLP's hidden units after their
    activation, the MLP's output and the attention's output projection, and the classifier; in a module without encoder
    blocks, the output channels of every convolution and linear map.

    Args:
        network: any network.
        globs: shell patterns over the names of the taps that are listed (``*layers.3.*``); a pattern that fits none of
            those is one over all others (``*.q_proj``). Or kinds (``mlp_hidden``), or the path of a dictionary
            (``.safetensors``, see :func:`load_dictionary`).

    Raises:
        UnknownName: a glob matches no tap; the nearest names are given.
        InvalidInput: the network has nothing to tap, or a dictionary does not fit.
    """
    every = {tap.name: tap for tap in every_tap(network)}
    listed = _listed(network, list(every.values()))
    if not globs:
        return listed
    chosen: dict[str, Tap] = {}
    for glob in globs:
        if glob.endswith(".safetensors"):
            dictionary = load_dictionary(glob, every)
            chosen[dictionary.name] = dictionary
            continue
        matching = _matching(listed, glob) or _matching(every.values(), glob)
        if not matching:
            raise UnknownName("tap", glob, [*every, *{tap.kind for tap in every.values()}])
        chosen.update((tap.name, tap) for tap in matching)
    return list(chosen.values())


def every_tap(network: AudioNetwork) -> list[Tap]:
    """Every place that can be tapped, listed by default or not, in the order of the modules.

    Raises:
        InvalidInput: the network has nothing to tap.
    """
    every = list(_every_tap(network))
    if not every:
        raise InvalidInput(f"{network.name} has no convolution or linear map to tap.")
    return every


def _matching(taps: Iterable[Tap], glob: str) -> list[Tap]:
    return [tap for tap in taps if fnmatchcase(tap.name, glob) or tap.kind == glob]


def _listed(network: AudioNetwork, every: list[Tap]) -> list[Tap]:
    trained = [tap for tap in every if tap.name.split(".")[0] not in network.untrained]
    if any(tap.layer is not None for tap in trained):
        kinds: tuple[TapKind, ...] = ("mlp_hidden", "mlp_output", "attention_output", "classifier")
        return [tap for tap in trained if tap.kind in kinds]
    return trained


def _every_tap(network: AudioNetwork) -> Iterator[Tap]:
    """Every convolution and linear map, and the hidden units of every MLP, told apart by where they stand."""
    blocks = _encoder_blocks(network.module)
    roles = {tap.name: tap for layer, (path, block) in enumerate(blocks) for tap in _roles(path, block, layer)}
    maps = list(_maps(network.module))
    classifier = _classifier(network, maps, blocks)
    for name, part in maps:
        layer_of = next((layer for layer, (path, _) in enumerate(blocks) if name.startswith(f"{path}.")), None)
        parent = name.rpartition(".")[0]
        if name in roles:
            yield roles[name]
        elif name == classifier:
            yield Tap(name, "classifier", _width(part), None)
        elif _applies_maps_as_functions(network.module.get_submodule(parent)):
            if name.endswith("out_proj"):
                yield Tap(name, "attention_output", _width(part), layer_of, module=parent)
            elif not name.endswith(("q_proj", "k_proj", "v_proj")):
                yield Tap(name, "linear", _width(part), layer_of)
        else:
            convolves = isinstance(part, _ConvNd)
            yield Tap(name, "conv" if convolves else "linear", _width(part), layer_of, channels_first=convolves)
        if f"{name}.act" in roles:
            yield roles[f"{name}.act"]


def _applies_maps_as_functions(attention: nn.Module) -> bool:
    """Whether hooks on its linear maps would never run, so that it has to be read at its own output (as WavLM's)."""
    return isinstance(attention, nn.MultiheadAttention) or hasattr(attention, "torch_multi_head_self_attention")


def _classifier(
    network: AudioNetwork, maps: Sequence[tuple[str, nn.Module]], blocks: Sequence[tuple[str, nn.Module]]
) -> str | None:
    """The last linear map, where it stands after the blocks and is as wide as there are classes."""
    linear = [(name, part) for name, part in maps if isinstance(part, nn.Linear)]
    if not linear:
        return None
    name, part = linear[-1]
    classes = len(network.labels) or getattr(getattr(network.module, "config", None), "num_labels", None)
    inside = any(name.startswith(f"{path}.") for path, _ in blocks)
    return name if not inside and (part.out_features == classes or (classes is None and blocks)) else None


def _maps(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Convolutions and linear maps by name, each once."""
    for name, part in module.named_modules():
        if name and isinstance(part, (nn.Linear, _ConvNd)):
            yield name, part


def _width(part: nn.Module) -> int:
    width = part.out_features if isinstance(part, nn.Linear) else part.out_channels
    return int(width)  # type: ignore[arg-type]


def _encoder_blocks(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """The repeated blocks that hold an attention and an MLP, innermost where containers nest."""
    containers = {
        path: container
        for path, container in module.named_modules()
        if isinstance(container, (nn.ModuleList, nn.Sequential))
        and len({type(child) for child in container.children()}) == 1
        and all(_is_block(child) for child in container.children())
    }
    return [
        (f"{path}.{name}" if path else name, block)
        for path, container in containers.items()
        if not any(other != path and other.startswith(f"{path}." if path else "") for other in containers)
        for name, block in container.named_children()
    ]


def _is_block(block: nn.Module) -> bool:
    return bool(_attentions(block)) and bool(_mlps(block))


def _attentions(block: nn.Module) -> list[tuple[str, nn.Module]]:
    """The outermost attention modules inside a block: by class or attribute name, holding a linear map."""
    found: list[tuple[str, nn.Module]] = []
    for path, part in block.named_modules():
        if not path or any(path.startswith(f"{outer}.") for outer, _ in found):
            continue
        named = _ATTENTION.search(type(part).__name__) or _ATTENTION.search(path.rpartition(".")[2])
        is_adapter = "adapter" in type(part).__name__.lower()
        if (
            named
            and not is_adapter
            and any(isinstance(inner, nn.Linear) for inner in part.modules() if inner is not part)
        ):
            found.append((path, part))
    return found


def _mlps(block: nn.Module) -> list[tuple[str, str, nn.Linear]]:
    """Pairs of linear maps that widen and come back: names of both, and the second (its input is the hidden units)."""
    inside = tuple(f"{path}." for path, _ in _attentions(block))
    linear = [
        (path, part)
        for path, part in block.named_modules()
        if isinstance(part, nn.Linear) and not path.startswith(inside)
    ]
    pairs: list[tuple[str, str, nn.Linear]] = []
    for (first_name, first), (second_name, second) in pairwise(linear):
        taken = bool(pairs) and pairs[-1][1] == first_name
        widens_back = first.in_features == second.out_features
        # Twice as wide where half of it gates the other half.
        if not taken and widens_back and first.out_features in (second.in_features, 2 * second.in_features):
            pairs.append((first_name, second_name, second))
    return pairs


def _roles(path: str, block: nn.Module, layer: int) -> Iterator[Tap]:
    """The default taps of one encoder block."""
    for first, second, part in _mlps(block):
        output = f"{path}.{second}"
        yield Tap(f"{path}.{first}.act", "mlp_hidden", part.in_features, layer, module=output, reads="input")
        yield Tap(output, "mlp_output", part.out_features, layer)
    for inner, attention in _attentions(block):
        outward = [
            (name, part)
            for name, part in attention.named_modules()
            if isinstance(part, nn.Linear) and not _INWARD.search(name.rpartition(".")[2].lower())
        ]
        if outward:
            name, part = outward[-1]
            hooked = f"{path}.{inner}" if _applies_maps_as_functions(attention) else None
            yield Tap(f"{path}.{inner}.{name}", "attention_output", part.out_features, layer, module=hooked)
