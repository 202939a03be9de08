"""What the command line says of copy: each piece with its receipts, the total, and where a run lies."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from earmark.cli.receipts import show_copy, show_total
from earmark.cli.terminal import print_json, print_line
from earmark.copywriting.copy_run import CopyRequest, copies_of, run_copy
from earmark.copywriting.export import ENDINGS, as_json, check_ending, export
from earmark.copywriting.grounding.grounding import GroundedCopy
from earmark.errors import InvalidInput, RunConflict
from earmark.language import LanguageModel
from earmark.report.copy_page import write_copy_page
from earmark.runs import RunFolder
from earmark.workers import Progress

_RUN = ".run"


def run_folder(out: Path) -> Path:
    """The run folder of a file of copy, beside it; a name without an ending is a folder itself."""
    return out.with_name(out.name + _RUN) if out.suffix else out


def check_out(out: Path) -> None:
    """Look at ``--out`` before any work is done.

    Raises:
        InvalidInput: it names no kind of file that copy is written to, or nothing that a disk can hold.
        RunConflict: the file is there already.
    """
    if out.suffix:
        check_ending(out)
    try:
        taken = [path.exists() for path in (out, run_folder(out))]
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.") from error
    if out.suffix and taken[0]:
        raise RunConflict(f"{out} is there already: give --out another name, or move it away.")


def show_run(
    folder: Path,
    request: CopyRequest,
    for_machines: bool,
    progress: Progress,
    *,
    model: LanguageModel | None = None,
    send_raw: bool = False,
) -> None:
    """Begin a run or go on with one, export it to the file that it stands beside, make its page, and say what was done.

    Args:
        folder: the run; named by :func:`run_folder` where a file is wanted.
        request: what is wanted.
        for_machines: print one line of JSON a product.
        progress: told after every product.
        model: who is asked.
        send_raw: see :meth:`~earmark.copywriting.copy_run.CopyRequest.parts`.
    """
    made = run_copy(folder, request, progress, model=model, send_raw=send_raw)
    show_copies(made, for_machines, brief=not for_machines)
    # "." has no name.
    file = folder.with_name(folder.name.removesuffix(_RUN)) if folder.name.endswith(_RUN) else folder
    told = f"run: {folder}"
    if file != folder and file.suffix.lower() in ENDINGS and not file.exists():
        export(file, copies_of(folder))
        told = f"copy: {file} ({file.suffix[1:]}); {told}"
    page = write_copy_page(RunFolder.open(folder), folder / "page.html")
    print_line(f"{told}; page: {page}", err=True)


def show_copies(copies: Iterable[GroundedCopy], for_machines: bool, brief: bool = False) -> None:
    """Print copy as it is made, for people or for machines, and the total; only the total where ``brief``."""
    total = _Total()
    for copy in total.counted(copies):
        if for_machines:
            print_json(as_json(copy))
        elif not brief:
            show_copy(copy)
    if not for_machines:
        show_total(total.products, total.refusals, total.withheld)


class _Total:
    """What was written, counted on the way."""

    def __init__(self) -> None:
        self.products = self.refusals = self.withheld = 0

    def counted(self, copies: Iterable[GroundedCopy]) -> Iterator[GroundedCopy]:
        for copy in copies:
            self.products += 1
            self.refusals += copy.refusal is not None
            self.withheld += len(copy.withheld)
            yield copy
