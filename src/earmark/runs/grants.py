"""What a run may do in the user's name when it is opened again.

A manifest says what was done and grants nothing: somebody else may have written it, or changed it since. A run that
this user began, with arguments that are what they were (:attr:`Manifest.is_own`), keeps what its command allowed; any
other needs the user's word again. This is the one place that decides it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from earmark.errors import NotGranted
from earmark.runs.manifest import Manifest


@dataclass(frozen=True)
class Allowed:
    """What the user allows in this call, whatever the manifest says."""

    trust_pickle: bool = False
    """Weights may be pickles, which can run code."""
    allow_outside: bool = False
    """Clips may lie outside the folder that the run names."""
    model: str | None = None
    """The language model that may be asked."""


NOTHING = Allowed()


def refuse_ungranted(
    path: Path,
    manifest: Manifest,
    allowed: Allowed = NOTHING,
    *,
    code: str | None = None,
    pickle: bool = False,
    outside: bool = False,
    model: str | None = None,
    asks: bool = True,
    texts: Sequence[str] = (),
) -> None:
    """Look at what a manifest is about to have done, before any of it is.

    Args:
        path: the run folder.
        manifest: its manifest.
        allowed: what the user allows in this call.
        code: the ``package.module:factory`` that would be imported.
        pickle: whether weights may be pickles.
        outside: whether clips outside their folder would be read.
        model: the language model that it names.
        asks: whether somebody would be asked under that name, for a script is nobody.
        texts: the files whose texts it would read.

    Raises:
        NotGranted: the run is not this user's own, and the user has not allowed all of it.
    """
    if allowed.model is not None and model != allowed.model:
        named = "names no language model" if model is None else f"was begun with the model {model!r}"
        raise NotGranted(f"{path} {named}, not with {allowed.model!r}: give the one it names, or start a new run.")
    if manifest.is_own:
        return
    wanted = list(_wanted(allowed, code, pickle, outside, model if asks else None, texts))
    if wanted:
        *first, last = (what for what, _ in wanted)
        what = f"{', '.join(first)} and {last}" if first else last
        options = " ".join(option for _, option in wanted)
        raise NotGranted(
            f"{path} is not a run that you began here, or was changed since, and its manifest {what}: say {options} "
            "if you trust it."
        )


def _wanted(
    allowed: Allowed, code: str | None, pickle: bool, outside: bool, model: str | None, texts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """What is not allowed yet, as words for a sentence and for the command line."""
    if code is not None:
        yield f"names a network made by code, {code!r}", f"--network {quote(code)}"
    if pickle and not allowed.trust_pickle:
        yield "opens weights that may be pickles", "--trust-pickle"
    if outside and not allowed.allow_outside:
        yield "reads clips outside their folder", "--allow-outside"
    if model is not None and allowed.model is None:
        about = f" the texts of {', '.join(texts)}" if texts else ""
        yield f"sends{about or ' texts'} to the language model {model!r}", f"--model {quote(model)}"


def refuse_links_out(path: Path, manifest: Manifest) -> None:
    """Refuse a folder of somebody else in which a link leads elsewhere: writing there would change other files.

    Raises:
        NotGranted: there is such a link.
    """
    if manifest.is_own:
        return
    inside = path.resolve()
    for found in path.rglob("*"):
        if found.is_symlink() and not found.resolve().is_relative_to(inside):
            raise NotGranted(
                f"{path} is not a run that you began here, or was changed since, and {found.relative_to(path)} in it "
                "is a link that leads out of the folder: replace it by what it leads to."
            )
