"""A dissection's run folder to one HTML file that a reader can sort, search, open and listen to."""

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from earmark.dissection.clips import Clip, clip_root
from earmark.dissection.clips.heard import window_of
from earmark.report.dissection_data import page_data
from earmark.report.dissection_records import DissectionData, NeuronDetail, PageClip
from earmark.report.page import render
from earmark.report.sounds import Carried, carry
from earmark.runs import RunFolder
from earmark.runs.files import write_whole
from earmark.workers import Workers

MAX_SOUND_BYTES = 16 * 2**20
"""Of sounds and pictures on a page, before they are written as text, which adds a third."""


def write_page(
    run: RunFolder, out: Path, *, audio: bool = True, clips: Path | None = None, workers: Workers | None = None
) -> Path:
    """Write the page of a dissection.

    Args:
        run: the run folder.
        out: the HTML file; replaced if it is there.
        audio: carry the clips and their pictures, as many as fit; without, the page names them only.
        clips: where the clips lie now, if they have moved.
        workers: who encodes the clips.

    Returns:
        ``out``.

    Raises:
        InvalidInput: the run is no dissection, holds no descriptions yet, or ``out`` cannot be written.
    """
    data = page_data(run)
    carried = Carried({}, {}, {})
    if audio:
        root = clip_root(clips or Path(str(run.manifest.arguments.get("clips", run.path))))
        by_id = {clip.id: clip for clip in run.read("clips", Clip)}
        here = [by_id[clip.id] for clip in data.clips]
        order, window_s = _most_wanted(data.details, len(here)), window_of(run.manifest.arguments)
        carried = carry(root, here, order, MAX_SOUND_BYTES, workers, window_s)
    page = data.model_copy(update={"clips": tuple(_with_reasons(data.clips, carried, audio=audio))})
    write_whole(out, _html(page, carried))
    return out


def _html(page: DissectionData, carried: Carried) -> str:
    shown = page.model_dump(mode="json", include={"layers", "neurons", "clips"})
    for layer in shown["layers"]:
        for drawn in ("scores", "null", "twin"):
            del layer[drawn]
    blocks: dict[str, Any] = {
        "page-data": shown,
        "details-data": page.model_dump(mode="json", include={"details"})["details"],
        "pictures-data": {place: base64.b64encode(image).decode() for place, image in carried.pictures.items()},
    }
    return render("dissection.html", page, blocks, "dissection.js", carried.sounds)


def _most_wanted(details: Sequence[NeuronDetail], clips: int) -> list[int]:
    """The page's clips, every neuron's strongest before any neuron's second; the weakest last."""
    deepest = max((len(detail.strongest) for detail in details), default=0)
    order: dict[int, None] = {}
    for rank in range(deepest):
        order.update(dict.fromkeys(detail.strongest[rank].clip for detail in details if rank < len(detail.strongest)))
    order.update(dict.fromkeys(range(clips)))
    return list(order)


def _with_reasons(clips: Iterable[PageClip], carried: Carried, *, audio: bool) -> Iterable[PageClip]:
    for place, clip in enumerate(clips):
        reason = carried.reasons.get(place) if audio else "sounds were left out of this page"
        yield clip.model_copy(update={"silence": reason})
