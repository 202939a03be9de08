"""The packaged writer: small, half precision, with a card, and able to write what grounding lets out."""

import json

import pytest

from earmark.copywriting.copy_run import CopyRequest
from earmark.copywriting.grounding.grounding import ground
from earmark.copywriting.training.encoder_decoder import load_seq2seq
from earmark.copywriting.training.reference_writer import REFERENCE, ship
from earmark.copywriting.training.sample_briefs import sample_briefs
from earmark.copywriting.writers.filters import why_unfit
from earmark.copywriting.writers.placeholders import unfilled
from earmark.copywriting.writers.policy import PolicyWriter
from earmark.errors import UnknownName
from earmark.samples.reviews import make_products
from earmark.samples.writers import find_writer, writer_names


def test_it_is_small_half_precision_and_has_a_card():
    folder = find_writer("reference")
    model, _ = load_seq2seq(folder)
    assert sum(parameter.numel() for parameter in model.parameters()) <= 8_000_000
    assert json.loads((folder / "config.json").read_text())["dtype"] == "float16"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8e6
    card = (folder / "README.md").read_text()
    assert "sample reviews" in card
    lessons, improvement = REFERENCE.lessons, REFERENCE.improvement
    told = " ".join(card.split())
    assert f"{lessons.epochs} epochs, batch {lessons.batch}, learning rate {lessons.learning_rate:g}" in told
    assert f"{improvement.steps} steps of {improvement.prompts} prompts x {improvement.samples} samples" in told
    assert f"learning rate {improvement.learning_rate:g} after a warm-up of {improvement.warm_up} steps" in told
    assert not [file.name for file in folder.iterdir() if file.suffix in (".bin", ".pt", ".pkl")]


def test_what_it_writes_for_unseen_samples_is_mostly_fit_and_partly_carried():
    writer = PolicyWriter("reference")
    fit = carried = count = 0
    for _, brief in sample_briefs(make_products(24, 0, start=40_000), 3, each=1):
        for draft in writer.write(brief, 1, 0):
            count += 1
            assert not unfilled(draft.text)
            if why_unfit(draft, brief) is None:
                fit += 1
                carried += bool(ground(draft, brief).text)
    assert count >= 12
    assert fit / count > 0.5
    assert carried > 0


def test_it_plugs_into_earmark_write_by_name(tmp_path):
    request = CopyRequest(reviews=str(tmp_path / "x.csv"), writer="policy", policy="reference", vectors="none")
    assert request.parts().writer.name == "policy:reference"


def test_another_name_is_told_what_there_is():
    assert writer_names() == ("reference",)
    with pytest.raises(UnknownName, match="reference"):
        find_writer("referenz")


def test_shipping_keeps_what_is_written(tiny_bart, tmp_path):
    megabytes = ship(tiny_bart, tmp_path / "shipped")
    assert 0 < megabytes < 1
    brief = next(brief for _, brief in sample_briefs(make_products(9, 0), 1))
    before = PolicyWriter(tiny_bart, max_new_tokens=5).write(brief, 1, 0)
    after = PolicyWriter(tmp_path / "shipped", max_new_tokens=5).write(brief, 1, 0)
    assert [draft.text for draft in before] == [draft.text for draft in after]
