"""``earmark write`` and ``earmark check`` as a shop owner calls them: what is asked for, or one clear sentence."""

import csv
import json

import pytest

REVIEWS = """product,text,stars
diner,The fries were crisp. The staff was friendly.,5
diner,Crisp fries and friendly staff. The soup was cold.,4
diner,I found the staff friendly and the fries crisp. The terrace is quiet.,5
diner,Very friendly staff. The terrace was quiet.,5
diner,"We liked the quiet terrace, and the fries were crisp.",5
"""


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, encoding="utf-8")
    return path


def write(call, path, *words):
    return call("write", path, "--vectors", "none", *words)


def refused(answer, *parts):
    """One sentence on standard error, exit code 2, no traceback."""
    code, out, err = answer
    assert code == 2, err
    assert out == ""
    assert "Traceback" not in err
    said = [line for line in err.strip().splitlines() if line.startswith("earmark: ")]
    assert len(said) == 1, err
    for part in parts:
        assert part in said[0]


def test_copy_is_printed_with_receipts(call, reviews):
    code, out, err = write(call, reviews)
    assert code == 0
    assert "receipts" in out
    assert "diner:" in out
    assert "product: product" in err
    assert "1 product: 1 with copy, 0 refused" in err


def test_json_has_everything_and_nothing_else_on_standard_output(call, reviews):
    code, out, err = write(call, reviews, "--json")
    assert code == 0
    (copy,) = [json.loads(line) for line in out.splitlines()]
    assert copy["product_id"] == "diner"
    assert copy["sentences"][0]["evidence"][0]["excerpt"]["text"]
    assert err == ""


@pytest.mark.parametrize("ending", ["jsonl", "csv", "md"])
def test_out_is_written_by_its_ending_with_the_run_beside_it(call, reviews, tmp_path, ending):
    out = tmp_path / f"copy.{ending}"
    code, _, err = write(call, reviews, "--out", out)
    assert code == 0, err
    assert "fries" in out.read_text(encoding="utf-8").lower()
    assert (tmp_path / f"copy.{ending}.run" / "manifest.json").is_file()


def test_a_file_that_is_there_is_never_overwritten(call, reviews, tmp_path):
    out = tmp_path / "copy.csv"
    out.write_text("mine")
    refused(write(call, reviews, "--out", out), "copy.csv", "--out")
    assert out.read_text() == "mine"


def test_another_ending_is_refused_before_anything_is_written(call, reviews, tmp_path):
    refused(write(call, reviews, "--out", tmp_path / "copy.docx"), ".jsonl, .csv or .md")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reviews.csv"]


def test_cells_that_would_start_a_formula_are_neutralised(call, tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS.replace("diner,", '"=HYPERLINK(1)",'), encoding="utf-8")
    out = tmp_path / "copy.csv"
    assert write(call, path, "--out", out)[0] == 0
    rows = list(csv.reader(out.open(encoding="utf-8")))
    assert rows[1][0] == "'=HYPERLINK(1)"
    assert not any(cell[:1] in "=+@" for row in rows for cell in row if cell)


def test_no_column_of_products_is_said_with_what_was_found(call, tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("colour,text\nred,The fries were crisp and I liked them.\n", encoding="utf-8")
    refused(write(call, path), "colour", "text")


def test_a_column_that_is_not_there_is_named_with_the_nearest(call, reviews):
    refused(write(call, reviews, "--column", "text=txet"), "txet", "text")
    refused(write(call, reviews, "--column", "txet=text"), "txet", "text")
    refused(write(call, reviews, "--column", "text"), "KIND=NAME")


def test_columns_can_be_told_and_a_file_can_be_about_one_product(call, tmp_path):
    path = tmp_path / "reviews.csv"
    rows = [line.split(",", 1)[1] for line in REVIEWS.splitlines()]
    path.write_text("\n".join(rows).replace("text,stars", "remarks,points"), encoding="utf-8")
    refused(write(call, path, "--column", "text=remarks"), "product")
    code, out, err = write(call, path, "--column", "text=remarks", "--one-product", "My Diner")
    assert code == 0, err
    assert "My Diner" in out


def test_another_encoding_is_read(call, tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes(REVIEWS.replace("The fries", "The café fries").encode("cp1252"))
    code, out, err = write(call, path)
    assert code == 0, err
    assert "friendly" in out


def test_a_review_of_a_megabyte_html_and_control_characters_are_survived(call, tmp_path):
    path = tmp_path / "reviews.csv"
    big = "The soup was hot. " * 60_000
    markup = "<script>alert(1)</script><b>The soup was hot.</b>\x1b[31m\u202e"
    path.write_text(REVIEWS + f'diner,"{big}",5\ndiner,"{markup}",5\n', encoding="utf-8")
    code, out, err = write(call, path)
    assert code == 0, err
    assert "script" not in out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out


def test_an_aspect_that_nobody_mentions_or_that_no_set_knows(call, reviews):
    refused(write(call, reviews, "--aspect", "delivery"), "delivery")
    refused(write(call, reviews, "--aspect", "flibbertigibbet"), "flibbertigibbet")


def test_contradictory_wishes(call, reviews):
    refused(write(call, reviews, "--must", "free parking", "--never", "Parking"), "--must", "--never")


def test_limits_that_cannot_be_met(call, reviews):
    refused(write(call, reviews, "--channel", "ad", "--must", "m" * 120), "search ad", "90")


@pytest.mark.parametrize(
    ("option", "value"), [("--tone", "loud"), ("--length", "epic"), ("--channel", "fax"), ("--writer", "monkey")]
)
def test_an_unknown_choice_is_named_with_those_there_are(call, reviews, option, value):
    refused(write(call, reviews, option, value), value)


def test_a_product_that_is_not_there(call, reviews):
    refused(write(call, reviews, "--product", "dinner"), "dinner", "diner")


@pytest.mark.parametrize("content", ["", "\n\n", "{not json", '["a", "b"]'])
def test_facts_that_cannot_be_read(call, reviews, tmp_path, content):
    facts = tmp_path / "facts.json"
    facts.write_text(content)
    refused(write(call, reviews, "--facts", facts), "facts.json")


def test_missing_files_and_folders_in_their_place(call, reviews, tmp_path):
    refused(write(call, tmp_path / "none.csv"), "none.csv")
    refused(write(call, tmp_path), str(tmp_path))
    refused(write(call, reviews, "--facts", tmp_path / "none.json"), "none.json")


def test_writers_that_lack_something_say_what(call, reviews, tmp_path):
    refused(write(call, reviews, "--writer", "model"), "--model")
    refused(write(call, reviews, "--writer", "policy", "--policy", tmp_path / "none"), "--policy", "none")
    refused(write(call, reviews, "--model", "scripted:perfect"), "--writer model")


@pytest.mark.parametrize("model", ["scripted:inventing", "scripted:random"])
def test_a_model_that_makes_things_up_publishes_nothing(call, reviews, model):
    code, out, _ = write(call, reviews, "--writer", "model", "--model", model, "--json")
    assert code == 0
    copy = json.loads(out)
    assert copy["text"] == ""
    assert copy["refusal"]


def test_facts_are_said_and_marked_as_the_sellers(call, reviews, tmp_path):
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"name": "The Copper Ladle", "opening hours": "from noon"}))
    code, out, _ = write(call, reviews, "--facts", facts, "--drafts", "8", "--json")
    assert code == 0
    copy = json.loads(out)
    assert copy["product_name"] == "The Copper Ladle"
    seller = [mark for sentence in copy["sentences"] for mark in sentence["seller"]]
    assert "opening hours: from noon" in seller


def test_a_killed_export_goes_on_from_its_run(call, reviews, tmp_path):
    out = tmp_path / "copy.jsonl"
    assert write(call, reviews, "--out", out)[0] == 0
    first = out.read_bytes()
    out.unlink()
    assert write(call, reviews, "--out", out)[0] == 0
    assert out.read_bytes() == first


def test_check_ties_a_persons_copy_to_the_reviews_and_withholds_the_rest(call, reviews, tmp_path):
    copy = tmp_path / "mine.txt"
    copy.write_text("The fries are crisp. Our chef trained in Paris. Everyone loves us.")
    code, out, err = call("check", copy, reviews, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["text"] == "The fries are crisp."
    assert {item["text"] for item in found["withheld"]} == {"Our chef trained in Paris.", "Everyone loves us."}


def test_check_says_which_product_is_missing(call, tmp_path):
    reviews = tmp_path / "reviews.csv"
    reviews.write_text(REVIEWS + REVIEWS.replace("diner", "other").split("\n", 1)[1])
    copy = tmp_path / "mine.txt"
    copy.write_text("The fries are crisp.")
    refused(call("check", copy, reviews), "--product")
    copy.write_text(" \n")
    refused(call("check", copy, reviews), "mine.txt")


def test_what_is_passed_over_and_what_is_left_out_is_told(call, tmp_path):
    path = tmp_path / "reviews.csv"
    body = "".join(f"{line},x\n" for line in REVIEWS.splitlines()[1:])
    path.write_text(f"product,text,stars,colour\n{body},No product.,5,x\ndiner,too,many,cells,here\n", encoding="utf-8")
    code, out, err = write(call, path)
    assert code == 0, err
    assert "passed over: colour" in err
    assert "1 set aside: line 7: no product stands in the column 'product'" in out
    assert "1 set aside: line 8: 5 cells under 4 columns" in out


def test_an_aspect_file_with_one_aspect_is_enough(call, reviews, tmp_path):
    aspects = tmp_path / "aspects.toml"
    aspects.write_text('[[aspect]]\nname = "staff"\nqueries = ["Is the staff kind?"]\nwords = "staff"\n')
    code, out, err = call("write", reviews, "--aspects", aspects)
    assert code == 0, err
    assert "staff" in out


@pytest.mark.parametrize(
    ("option", "name", "content", "told"),
    [
        ("--facts", "f.json", "[" * 100_000, "nested too deeply"),
        ("--facts", "f.toml", "a=" + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("--facts", "f.json", '{"size": [[1]]}', "'size' is not a plain value"),
        ("--facts", "f.json", '{"size": ' + "9" * 5_000 + "}", "cannot be read as json"),
        ("--facts", "f.toml", "size = 0x" + "f" * 5_000, "cannot be read as toml"),
        ("--facts", "f.csv", 'product,brand\ndiner,"Ann\ncafe,Bob\n', "line 2: a quotation mark opens"),
        ("--aspects", "a.toml", "a=" + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("--aspects", "a.toml", '[[aspect]]\nname = "x"\nqueries = ["y?"]\nwords = [" "]\n', "needs words"),
    ],
)
def test_facts_and_aspects_that_cannot_be_read(call, reviews, tmp_path, option, name, content, told):
    (tmp_path / name).write_text(content)
    refused(write(call, reviews, option, tmp_path / name), told)


def test_out_may_be_the_folder_one_stands_in_but_no_name_that_a_disk_refuses(call, reviews, tmp_path, monkeypatch):
    refused(write(call, reviews, "--out", tmp_path / ("x" * 300 + ".csv")), "too long")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    code, _, err = write(call, reviews, "--out", ".")
    assert code == 0, err
    assert (here / "manifest.json").is_file()


@pytest.mark.parametrize(
    "wish", [("--drafts", 100_000_000), ("--stale-years", "nan"), ("--dissent-share", "nan"), ("--seed", 10**30)]
)
def test_numbers_without_measure_are_refused(call, reviews, wish):
    code, out, err = write(call, reviews, *wish)
    assert (code, out) == (2, "")
    assert wish[0] in err
