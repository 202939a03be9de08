"""``earmark dissect``: the whole of wing 1 from one command."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.dissected import show_run
from earmark.cli.model_options import Asking, asks_a_model, prompt_set
from earmark.cli.options import field_docs
from earmark.cli.progress import drawn
from earmark.dissection.config import DissectionConfig

app = typer.Typer(add_completion=False)
_HELP = field_docs(DissectionConfig)
_DEFAULT = DissectionConfig()


@app.command()
@asks_a_model
def dissect(
    asking: Asking,
    network: Annotated[
        str,
        typer.Argument(help="A folder, a hub id, package.module:factory, or 'reference' (the network shipped here)."),
    ],
    clips: Annotated[Path, typer.Argument(help="A folder of audio, a folder per class, or a CSV or JSONL manifest.")],
    out: Annotated[Path, typer.Option(help="The run folder; new or empty.")] = Path("runs/dissection"),
    taps: Annotated[list[str] | None, typer.Option("--taps", help=_HELP["taps"])] = None,
    concepts: Annotated[Path | None, typer.Option(help=_HELP["concepts"])] = None,
    captions: Annotated[list[str] | None, typer.Option("--captions", help=_HELP["captions"])] = None,
    pooling: Annotated[str, typer.Option(help=_HELP["pooling"])] = _DEFAULT.pooling,
    per_side: Annotated[int, typer.Option(min=1, help=_HELP["per_side"])] = _DEFAULT.per_side,
    held_out: Annotated[float | None, typer.Option(help=_HELP["held_out"])] = None,
    clip_s: Annotated[float | None, typer.Option("--clip-seconds", help=_HELP["clip_s"])] = None,
    control: Annotated[str, typer.Option(help=_HELP["control"])] = _DEFAULT.control,
    tuning: Annotated[bool, typer.Option("--tuning", help=_HELP["tuning"])] = False,
    model: Annotated[str, typer.Option(help=_HELP["model"])] = _DEFAULT.model,
    describe_by: Annotated[str, typer.Option(help=_HELP["describe_by"])] = _DEFAULT.describe_by,
    verify_by: Annotated[str, typer.Option(help=_HELP["verify_by"])] = _DEFAULT.verify_by,
    prompts: Annotated[str, typer.Option(help=_HELP["prompts"])] = _DEFAULT.prompts,
    clap: Annotated[str | None, typer.Option(help=_HELP["clap"])] = None,
    batch_size: Annotated[int, typer.Option(min=1, help=_HELP["batch_size"])] = _DEFAULT.batch_size,
    precision: Annotated[str, typer.Option(help=_HELP["precision"])] = _DEFAULT.precision,
    allow_outside: Annotated[bool, typer.Option("--allow-outside", help=_HELP["allow_outside"])] = False,
    trust_pickle: Annotated[bool, typer.Option("--trust-pickle", help=_HELP["trust_pickle"])] = False,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Leave the clips out of the page.")] = False,
    seed: Annotated[int, typer.Option(help=_HELP["seed"])] = _DEFAULT.seed,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")] = False,
) -> None:
    """Describe the neurons of an audio network, with evidence for every word and a score from clips kept apart."""
    config = DissectionConfig(
        pooling=pooling,  # type: ignore[arg-type]
        control=control,  # type: ignore[arg-type]
        precision=precision,  # type: ignore[arg-type]
        taps=tuple(taps or ()),
        concepts=str(concepts.resolve()) if concepts else None,
        captions=tuple(captions or ()),  # type: ignore[arg-type]
        per_side=per_side,
        held_out=held_out,
        clip_s=clip_s,
        tuning=tuning,
        model=model,
        describe_by=describe_by,  # type: ignore[arg-type]
        verify_by=verify_by,  # type: ignore[arg-type]
        prompts=prompt_set(prompts),
        clap=clap,
        batch_size=batch_size,
        allow_outside=allow_outside,
        trust_pickle=trust_pickle,
        seed=seed,
    )
    go_on = f"Go on with: earmark resume {out}"
    with asking.opened(model, go_on=go_on) as asked, drawn(not as_json) as progress:
        from earmark.dissection.recipe import dissect as go

        run = go(network, clips, out, config, language_model=asked, progress=progress)
    show_run(run, as_json=as_json, audio=not no_audio)
