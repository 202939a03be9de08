"""``earmark resume``: go on with a run that was stopped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.allowing import AllowOutside, Model, Network, TrustPickle
from earmark.cli.model_options import Asking, asks_a_model
from earmark.cli.progress import drawn
from earmark.errors import InvalidInput
from earmark.language.choose import EMBEDDED, asks_somebody
from earmark.runs import Manifest, RunFolder
from earmark.runs.grants import Allowed, refuse_ungranted

app = typer.Typer(add_completion=False)


@app.command()
@asks_a_model
def resume(
    asking: Asking,
    run: Annotated[Path, typer.Argument(help="A dissection, copy, an unlearning, or the training of a writer.")],
    network: Network = None,
    model: Model = None,
    trust_pickle: TrustPickle = False,
    allow_outside: AllowOutside = False,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Leave the clips out of the page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Go on with a run that was stopped, to the same result as if it had not been."""
    if not (run / "manifest.json").exists() and any(run.glob("*training.unfinished")):
        raise InvalidInput(
            f"{run} holds a training of a network that was stopped: give the same 'earmark train network' again."
        )
    manifest = RunFolder.open(run).manifest
    allowed = Allowed(trust_pickle, allow_outside, model)
    if network is not None and manifest.kind not in ("dissection", "unlearning"):
        raise InvalidInput(f"--network is for networks, and {run} is a run of {manifest.kind}: leave it out.")
    if manifest.kind == "dissection":
        _dissection(run, manifest, asking, allowed, network, as_json, audio=not no_audio)
    elif manifest.kind == "copywriting":
        _copy(run, manifest, asking, allowed, as_json)
    elif manifest.kind == "training":
        _training(run, manifest, asking, allowed, as_json)
    elif manifest.kind == "unlearning":
        _unlearning(run, allowed, network, as_json)
    else:
        raise InvalidInput(f"{run} is a run of {manifest.kind}, which is not gone on with: start it again.")


def _dissection(
    run: Path, manifest: Manifest, asking: Asking, allowed: Allowed, network: str | None, as_json: bool, audio: bool
) -> None:
    from earmark.cli.dissected import show_run
    from earmark.dissection.config import DissectionConfig
    from earmark.dissection.recipe import resume as go

    config = DissectionConfig.from_plain(manifest.arguments.get("config", {}))
    name = config.model
    _refuse_to_ask(run, manifest, allowed, name, tuple(filter(None, (config.concepts,))))
    with asking.opened(name, go_on=_again(run)) as model, drawn(not as_json) as progress:
        finished = go(run, network=network, allowed=allowed, language_model=model, progress=progress)
    show_run(finished, as_json=as_json, audio=audio)


def _copy(run: Path, manifest: Manifest, asking: Asking, allowed: Allowed, as_json: bool) -> None:
    from earmark.cli.written import show_run
    from earmark.copywriting.copy_run import CopyRequest

    request = CopyRequest.from_arguments(manifest.arguments)
    _refuse_to_ask(run, manifest, allowed, request.model, request.files)
    with asking.opened(request.model, go_on=_again(run)) as model, drawn(not as_json) as progress:
        show_run(run, request, as_json, progress, model=model, send_raw=asking.send_raw)


def _training(run: Path, manifest: Manifest, asking: Asking, allowed: Allowed, as_json: bool) -> None:
    from earmark.cli.trained import show_writer
    from earmark.copywriting.training.training_recipe import holds_pickles
    from earmark.copywriting.training.training_request import WriterRequest, train_from_reviews

    request = WriterRequest.from_arguments(manifest.arguments)
    _refuse_to_ask(run, manifest, allowed, request.model, (request.reviews,), pickle=holds_pickles(run))
    with asking.opened(request.model, go_on=_again(run)) as model, drawn(not as_json) as progress:
        done = train_from_reviews(request, run, progress, model=model, send_raw=asking.send_raw)
    show_writer(done, as_json)


def _unlearning(run: Path, allowed: Allowed, network: str | None, as_json: bool) -> None:
    from earmark.cli.unlearn import show_run
    from earmark.dissection.unlearning.recipe import resume as go

    with drawn(not as_json) as progress:
        finished = go(run, network=network, allowed=allowed, progress=progress)
    show_run(finished, as_json)


def _refuse_to_ask(
    run: Path,
    manifest: Manifest,
    allowed: Allowed,
    model: str | None,
    texts: Sequence[str] = (),
    *,
    pickle: bool = False,
) -> None:
    asks = asks_somebody(model or EMBEDDED)
    refuse_ungranted(run, manifest, allowed, pickle=pickle, model=model, asks=asks, texts=texts)


def _again(run: Path) -> str:
    return f"Go on with: earmark resume {run}"
