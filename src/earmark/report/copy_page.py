"""A copy run's folder to one HTML file: every piece, the words that carry each sentence, and what was held back."""

from pathlib import Path

from earmark.report.copy_data import page_data
from earmark.report.page import render
from earmark.runs import RunFolder
from earmark.runs.files import write_whole


def write_copy_page(run: RunFolder, out: Path) -> Path:
    """Write the page of a run that wrote copy.

    Args:
        run: the run folder.
        out: the HTML file; replaced if it is there.

    Returns:
        ``out``.

    Raises:
        InvalidInput: the run is of another kind, has written nothing yet, or ``out`` cannot be written.
    """
    page = page_data(run)
    blocks = {"page-data": page.model_dump(mode="json", include={"pieces"})["pieces"]}
    write_whole(out, render("copy.html", page, blocks, "copy.js"))
    return out
