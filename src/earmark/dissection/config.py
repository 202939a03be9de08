"""Everything that decides what a dissection finds: one config for Python, the command line and the manifest."""

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from earmark.dissection.describing.captions import CaptionSource
from earmark.dissection.networks import Pooling
from earmark.errors import InvalidInput
from earmark.language.prompt_files import PromptSet
from earmark.runs.arguments import plainly

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True)
class DissectionConfig:
    """Everything that decides what a dissection finds, said once for Python and for the command line."""

    taps: tuple[str, ...] = ()
    """Globs of the places to read, such as '*layers.3.mlp*', among those that 'earmark networks show NETWORK' lists: by
    default all, the MLP and attention outputs of every encoder block and the classifier. A glob that fits none of them
    chooses among the rest ('earmark networks show NETWORK --all')."""
    pooling: Pooling = "head"
    """From the frames of a clip to one number: cls, first, mean, max, or head (what the network's own head reads)."""
    per_side: int = 12
    """Clips kept at each end of a neuron's ranking."""
    concepts: str | None = None
    """A text file of concept names, one a line; by default the network's class names, else 500 sounds."""
    captions: tuple[CaptionSource, ...] = ()
    """Where words for clips come from: acoustic, column (the manifest's own), labels (circular for class neurons),
    model; by default acoustic, with column where there is one."""
    held_out: float | None = None
    """Share of the clips kept apart to judge the words; by default one half, or the manifest's own split."""
    clip_s: float | None = None
    """Cut longer clips into pieces of so many seconds; pieces of one file stay on one side."""
    control: Literal["none", "untrained"] = "none"
    """'untrained' records the same architecture with fresh random weights beside it: the strongest control."""
    tuning: bool = False
    """Also play generated sweeps of pitch, loudness, bandwidth, modulation and noise, and check claims against them."""
    model: str = "embedded"
    """A language model to caption (with captions 'model'), to pick concepts, to describe and to verify; by default
    none."""
    describe_by: Literal["embedded", "model"] = "embedded"
    """Who phrases the descriptions: the embedded writer, or the model (two questions a neuron)."""
    verify_by: Literal["embedded", "model"] = "embedded"
    """Who judges the descriptions on held-out clips besides the embedded score: the model (one question each)."""
    prompts: PromptSet = "own"
    """How a model is asked to pick and to describe: in our own way, or as published (AND, modules A to C)."""
    clap: str | None = None
    """A CLAP folder or hub id, to compare the sounds themselves with the concept names and, held out, with the
    descriptions."""
    batch_size: int = 16
    """Clips in one forward pass."""
    precision: Precision = "fp32"
    """fp32, or bf16 or fp16 where speed matters more than the last digits."""
    allow_outside: bool = False
    """Use files that a manifest or a link names outside its own folder."""
    trust_pickle: bool = False
    """Load weights that are not safetensors; such a file can run any code."""
    seed: int = 0
    """Of the split, of samples, of nulls and intervals."""

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            value = getattr(self, name)
            if get_origin(hint) is Literal and value not in get_args(hint):
                raise InvalidInput(f"{name} is one of {', '.join(get_args(hint))}, not {value!r}.")

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "DissectionConfig":
        """A config from the plain values of a manifest, where tuples are lists.

        Raises:
            InvalidInput: they are no config.
        """
        return plainly(cls, plain, "the manifest does not hold the settings of a dissection")
