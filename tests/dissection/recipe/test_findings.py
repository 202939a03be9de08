"""Both findings from finished runs: from one call and one command, on one page, refused in one sentence."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earmark.cli.findings import app
from earmark.dissection.config import DissectionConfig
from earmark.dissection.findings.config import FindingsConfig
from earmark.dissection.findings.recipe import find
from earmark.dissection.recipe import dissect
from earmark.errors import InvalidInput, RunConflict
from earmark.report.findings_page import write_findings_page
from earmark.runs import RunFolder

DEEP = '''
import torch
from torch import nn

from earmark.dissection.networks import AudioNetwork


class Deep(nn.Module):
    """Energies of 16 bands of frequency, two hidden layers, six classes."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(16, 24), nn.Linear(24, 24)
        self.classes = nn.Linear(24, 6)

    def forward(self, waves):
        power = torch.fft.rfft(waves).abs().square()
        bands = torch.stack([band.mean(1) for band in torch.tensor_split(power, 16, dim=1)], dim=1)
        return self.classes(torch.relu(self.second(torch.relu(self.first((bands + 1e-8).log())))))


def make():
    torch.manual_seed(4)
    return AudioNetwork(
        Deep(), 16_000, lambda waves: {"waves": torch.stack([torch.from_numpy(wave) for wave in waves])},
        "deep", labels=("bell", "rain", "siren", "drum", "bird", "engine"), equal_lengths_only=True,
    )
'''
QUICK = FindingsConfig(draws=2, prediction_draws=2, clusterings=2, judging_clips=12, shares=(0.05, 0.1))


@pytest.fixture(scope="module")
def deep(sounds, embedder, tmp_path_factory):
    import os

    folder = tmp_path_factory.mktemp("deep")
    (folder / "deep.py").write_text(DEEP)
    before = Path.cwd()
    os.chdir(folder)
    try:
        run = dissect("deep:make", sounds, folder / "run", DissectionConfig(control="untrained"), embedder=embedder)
        found = find([run.path], QUICK, strategies=["supervised"], embedder=embedder)
        yield run, found
    finally:
        os.chdir(before)
        sys.modules.pop("deep", None)


def test_every_figure_has_a_value_or_a_reason_and_the_twin_beside_it(deep):
    _, found = deep
    (one,), (other,) = found.combination, found.polysemanticity
    assert {test.name for test in one.tests} == {"causal", "prediction", "explanation"}
    assert (one.strategy, one.judged_on) == ("supervised", 12)
    assert sum(row.share for row in one.words) == pytest.approx(1)
    assert all(row.untrained_share is not None for row in one.words)
    assert [row.layer for row in one.layers] == [row.layer for row in other.untrained] == [0, 1]
    explanation = one.tests[2]
    assert explanation.figure.low < explanation.figure.value < explanation.figure.high
    assert explanation.untrained.value is not None
    assert {row.beside_twin for row in other.trends} == {True}
    assert all(0 < layer.spread < 2 for layer in other.layers)


def test_one_network_decides_nothing_about_strategies(deep):
    _, found = deep
    assert found.polysemanticity_decision == "undecided"
    assert "3 of each are needed" in found.polysemanticity_because
    assert found.combination_decision == found.combination[0].decision


def test_the_same_seed_finds_the_same(deep, embedder):
    run, found = deep
    assert find([run.path], QUICK, strategies=["supervised"], embedder=embedder) == found


def test_the_page_holds_both_decisions_and_no_markup_of_names(deep, tmp_path):
    _, found = deep
    named = found.combination[0].model_copy(update={"network": "<img src=x>"})
    page = write_findings_page(found.model_copy(update={"combination": (named,)}), tmp_path / "page.html").read_text()
    assert page.count('class="decision"') == 2
    assert "<img" not in page
    assert "&lt;img" in page
    assert "<script" not in page


def test_the_command_prints_json_with_the_same_decisions(deep, tmp_path):
    run, _ = deep
    asked = [str(run.path), "--only", "polysemanticity", "--json", "--out", str(tmp_path / "page.html")]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["polysemanticity_decision"] == "undecided"
    assert told["combination"] == []
    assert (tmp_path / "page.html").is_file()


def test_a_run_without_a_twin_says_so_and_still_has_its_own_figures(finished, factory, embedder):
    found = find([finished.path], QUICK, embedder=embedder)
    (one,), (other,) = found.combination, found.polysemanticity
    assert "--control untrained" in one.tests[2].untrained.reason
    assert one.tests[2].figure.value is not None
    assert "no more than chance" in one.tests[0].figure.reason
    assert one.prunings == ()
    assert other.reason == "it has fewer than two layers to compare."
    assert one.strategy == "unknown"


def _copy(run, folder):
    shutil.copytree(run.path, folder)
    return folder


def test_what_cannot_be_compared_is_one_sentence(deep, embedder, sounds, tmp_path):
    from earmark.dissection.clips import Clip
    from earmark.runs.tables import write_records

    run, _ = deep
    without = RunFolder.open(_copy(run, tmp_path / "without"))
    begun = tuple(stage for stage in without.manifest.stages if stage.name != "descriptions")
    without.update(without.manifest.model_copy(update={"stages": begun}))
    without.table("verdicts").unlink()
    with pytest.raises(InvalidInput, match="no judged descriptions"):
        find([without.path], QUICK, embedder=embedder)
    other = RunFolder.open(_copy(run, tmp_path / "other"))
    clips = other.read("clips", Clip)
    write_records(other.table("clips"), Clip, [clips[0].model_copy(update={"id": "another"}), *clips[1:]])
    with pytest.raises(RunConflict, match="of other clips"):
        find([run.path, other.path], QUICK, embedder=embedder)
    write_records(other.table("clips"), Clip, [clip.model_copy(update={"label": None}) for clip in clips])
    with pytest.raises(InvalidInput, match="have no label"):
        find([other.path], QUICK, embedder=embedder)
    assert find([other.path], FindingsConfig(only="polysemanticity"), embedder=embedder).combination == ()
    with pytest.raises(InvalidInput, match="need 1 strategies"):
        find([run.path], QUICK, strategies=["a", "b"], embedder=embedder)
    with pytest.raises(InvalidInput, match="not a run folder"):
        find([sounds], QUICK, embedder=embedder)
