"""Two files of copy meet: by rules, by people who do not know whose is whose, and with a sentence for wrong input."""

import csv
import json

import pytest
from typer.testing import CliRunner

from earmark.cli.judge import app
from earmark.copywriting.evaluation.judged_files import judge_files, key_file, read_copy, read_sheet, write_sheet
from earmark.copywriting.rewards.allure import RuleJudge
from earmark.errors import InvalidInput, NotEnoughEvidence

GOOD = "Crisp crust, rich broth and a quiet terrace under number {n}. Come in."
BAD = "Simply the best experience ever number {n}! A hidden gem, truly amazing quality!"


@pytest.fixture
def files(tmp_path):
    paths = []
    for name, text in (("good.jsonl", GOOD), ("bad.jsonl", BAD)):
        path = tmp_path / name
        rows = [{"product_id": f"p{n}", "aspect": None, "text": text.format(n=n)} for n in range(12)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        paths.append(path)
    return paths


def test_the_better_file_wins_from_either_side(files):
    good, bad = files
    straight = judge_files(good, bad, RuleJudge(), seed=0)
    swapped = judge_files(bad, good, RuleJudge(), seed=0)
    assert straight.preference.win_rate == 1.0
    assert straight.preference.low > 0 > swapped.preference.high
    assert straight.shared == 12
    assert straight.files[1].superlatives == 1.0


def test_a_file_against_itself_has_nothing_to_judge(files):
    with pytest.raises(NotEnoughEvidence, match="the texts are the same"):
        judge_files(files[0], files[0], RuleJudge(), seed=0)


def fill_in(sheet, choose):
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["better"] = choose(row)
    with sheet.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    return rows


def test_a_sheet_is_blind_shuffled_and_comes_back(files, tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert write_sheet(*files, sheet, seed=1) == 12
    rows = fill_in(sheet, lambda row: "first" if "Crisp" in row["first"] else "second")
    assert "good" not in sheet.read_text()
    assert 0 < sum("Crisp" in row["first"] for row in rows) < 12
    found = read_sheet(sheet, seed=0)
    assert found.win_rate == 1.0
    assert found.pairs == 12
    fill_in(sheet, lambda row: "first")
    assert 0 < read_sheet(sheet, seed=0).win_rate < 1


def test_half_filled_sheets_count_what_is_there_and_odd_answers_are_told(files, tmp_path):
    sheet = tmp_path / "sheet.csv"
    write_sheet(*files, sheet, seed=1, pairs=5)
    fill_in(sheet, lambda row: "tie" if row["pair"] == "1" else "")
    assert read_sheet(sheet, seed=0).win_rate == 0.5
    fill_in(sheet, lambda row: "both")
    with pytest.raises(InvalidInput, match="write first, second or tie"):
        read_sheet(sheet, seed=0)
    fill_in(sheet, lambda row: "")
    with pytest.raises(NotEnoughEvidence):
        read_sheet(sheet, seed=0)
    key_file(sheet).write_text("{}")
    with pytest.raises(InvalidInput, match="is not the key"):
        read_sheet(sheet, seed=0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "holds no copy"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is no object"),
        ('{"text": "a"}', "has no product_id"),
    ],
)
def test_a_file_that_is_no_copy_is_one_sentence(tmp_path, content, told):
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=told):
        read_copy(path)


def test_the_command_compares_and_writes_a_sheet(files, tmp_path):
    runner = CliRunner()
    shown = runner.invoke(app, [*map(str, files), "--seed", "1"])
    assert shown.exit_code == 0
    assert "good.jsonl is preferred" in shown.output
    plain = runner.invoke(app, [*map(str, files), "--json"])
    assert json.loads(plain.output)["preference"]["win_rate"] == 1.0
    sheet = tmp_path / "people.csv"
    assert "12 pairs" in runner.invoke(app, [*map(str, files), "--people", str(sheet)]).output
    assert isinstance(runner.invoke(app, [str(files[0])]).exception, InvalidInput)
