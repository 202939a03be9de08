"""``earmark train``: networks and writers from your own data."""

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.model_options import Asking, asks_a_model, prompt_set
from earmark.cli.options import MOST_SEEDS, finite
from earmark.cli.terminal import print_json, print_line

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Train a network or a writer from your own data.")


@app.callback()
def train() -> None:
    """Train a network or a writer from your own data."""


@app.command()
def network(
    clips: Annotated[Path, typer.Argument(help="A folder per class, a manifest, or a data set as unpacked.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder, or one of the same training, stopped.")],
    strategy: Annotated[
        str,
        typer.Option(
            help="supervised; self-supervised: masked spectrograms, no label; fine-tuned: the same, then labels; "
            "frozen: the same, then a linear head on an encoder that stays."
        ),
    ] = "supervised",
    start_from: Annotated[
        str | None, typer.Option(help="A network folder, or 'reference', whose weights to start from.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Times that every clip is seen with its label.")] = 20,
    pretraining_epochs: Annotated[int, typer.Option(min=1, help="Times that it is seen without, before.")] = 20,
    learning_rate: Annotated[float, typer.Option(help="Highest rate.")] = 1e-3,
    held_out: Annotated[
        float | None,
        typer.Option(help="Share of the clips to test on; by default the manifest's split, else one half."),
    ] = None,
    clip_s: Annotated[
        float | None,
        typer.Option(
            "--clip-seconds",
            help="Cut longer clips into pieces of so many seconds; pieces of one file stay on one side.",
        ),
    ] = None,
    width: Annotated[int, typer.Option(help="Hidden size of a new network, a multiple of 64.")] = 192,
    layers: Annotated[int, typer.Option(min=1, help="Its encoder blocks.")] = 4,
    seconds: Annotated[float | None, typer.Option(help="What it hears of a clip; the longest clip by default.")] = None,
    mix: Annotated[float, typer.Option(min=0, max=1, help="Share of clips that are mixed with another.")] = 0.3,
    masked_bands: Annotated[int, typer.Option(min=0, help="Widest band of mel bands that is blanked.")] = 8,
    masked_s: Annotated[float, typer.Option(min=0, help="Longest stretch that is blanked.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Train a small network on labelled clips and test it on clips held out."""
    from earmark.cli.progress import drawn
    from earmark.dissection.clips import ClipConfig, load_clips
    from earmark.dissection.training import TrainingConfig, train_network
    from earmark.samples.networks import find_network, network_names

    start = None if start_from is None else Path(start_from)
    if start_from in network_names():
        start = find_network(str(start_from))
    config = TrainingConfig(
        seed=seed,
        strategy=strategy,  # type: ignore[arg-type]
        epochs=epochs,
        pretraining_epochs=pretraining_epochs,
        learning_rate=learning_rate,
        width=width,
        layers=layers,
        clip_s=seconds,
        mix=mix,
        masked_bands=masked_bands,
        masked_s=masked_s,
    )
    with drawn(not as_json) as progress:
        clip_set = load_clips(clips, ClipConfig(held_out=held_out, clip_s=clip_s), seed, progress=progress)
        report = train_network(clip_set, out, config, start, progress)
    if as_json:
        print_json(report.model_dump_json(indent=2))
        return
    for note in clip_set.notes:
        print_line(f"note: {note}", err=True)
    for skipped in clip_set.skipped:
        print_line(f"skipped {skipped.uri}: {skipped.reason}", err=True)
    if report.accuracy is None or report.interval is None:
        untested = "none were held out to test on" if report.labels else "it names no class yet"
        print_line(f"trained on {report.trained_on} clips; {untested}: {out}")
        return
    low, high = report.interval
    worst = min(report.per_class, key=lambda label: report.per_class[label])
    print_line(
        f"held-out accuracy {report.accuracy:.1%} ({low:.1%} to {high:.1%}) on {report.held_out} clips of "
        f"{len(report.labels)} classes; worst class {worst!r} at {report.per_class[worst]:.0%}"
    )
    print_line(f"{report.megabytes:.1f} MB in {report.seconds:.0f} s: {out}")


@app.command()
@asks_a_model
def writer(
    asking: Asking,
    reviews: Annotated[Path, typer.Argument(help="Reviews as CSV, TSV, JSON, JSONL or Parquet, one or several a row.")],
    out: Annotated[Path, typer.Option(help="A new folder, or one of a training that was stopped.")],
    start_from: Annotated[
        str | None,
        typer.Option(
            help="A BART or T5 type to start from: a folder, a hub id, or 'reference'; by default a new small BART."
        ),
    ] = None,
    epochs: Annotated[
        float, typer.Option(min=0.1, max=1_000, callback=finite, help="Times that every lesson is given at most.")
    ] = 10.0,
    learning_rate: Annotated[
        float,
        typer.Option(
            min=1e-9, max=1, callback=finite, help="Highest rate of the lessons; 3e-5 suits a large pretrained model."
        ),
    ] = 1e-3,
    method: Annotated[str, typer.Option(help="How it is improved: rloo or ppo.")] = "rloo",
    steps: Annotated[
        int, typer.Option(min=0, max=100_000, help="Steps of reinforcement learning; 0 leaves it out.")
    ] = 100,
    model: Annotated[
        str | None,
        typer.Option(help="A language model that writes the lessons and judges allure; embedded by default."),
    ] = None,
    prompts: Annotated[str, typer.Option(help="How it is asked to judge: own, or published.")] = "own",
    nli: Annotated[
        Path | None, typer.Option(help="A folder with an entailment model for veracity; embedded rules by default.")
    ] = None,
    briefs: Annotated[int, typer.Option(min=1, max=100, help="Briefs a product, in styles drawn by chance.")] = 4,
    vectors: Annotated[str, typer.Option(help="Sentence vectors: minilm, or a folder.")] = "minilm",
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEEDS)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Teach a writer from reviews: a corpus, first lessons, three rewards, reinforcement learning."""
    from earmark.cli.progress import drawn
    from earmark.cli.trained import show_writer
    from earmark.copywriting.training.training_request import WriterRequest, train_from_reviews

    request = WriterRequest(
        reviews=str(reviews),
        start_from=start_from,
        epochs=epochs,
        learning_rate=learning_rate,
        method=method,
        steps=steps,
        model=model,
        prompts=prompt_set(prompts),
        nli=str(nli) if nli else None,
        briefs=briefs,
        vectors=vectors,
        seed=seed,
    )
    go_on = f"Go on with: earmark resume {out}"
    with asking.opened(model, go_on=go_on) as opened, drawn(not as_json) as progress:
        done = train_from_reviews(request, out, progress, model=opened, send_raw=asking.send_raw)
    show_writer(done, as_json)
