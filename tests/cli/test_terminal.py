"""Nothing that others wrote reaches the terminal as an order to it: every source, every command, every stream."""

import io
import json
import logging
import re
import sys

import pytest
from rich.text import Text

from earmark.cli import app as command_line
from earmark.cli.terminal import cleaned_output, console, print_json, print_line

PLANTED = "\x1b]0;owned\x07\x1b[31m\x1b[2K\x08\r\x7f\x9b2J\u202e\u2066\u200b"
IN_A_NAME = PLANTED + "\nearmark: all is well"
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
TEXT = "The fries were crisp and the staff was friendly."
MANIFEST = {
    "schema_version": 1,
    "kind": "copywriting",
    "earmark_version": PLANTED,
    "python": "3",
    "platform": "x",
    "packages": {PLANTED: "1"},
    "git": PLANTED,
    "arguments": {"reviews": IN_A_NAME, "config": {PLANTED: PLANTED}},
    "seed": 0,
    "created_at": IN_A_NAME,
    "notes": [IN_A_NAME],
    "skipped": [{"uri": IN_A_NAME, "reason": PLANTED}],
    "stages": [{"name": IN_A_NAME, "status": "done", "started_at": "x", "seconds": 1, "counts": {PLANTED: 1}}],
}


@pytest.fixture
def harmless(call):
    """Give a command, see that it left with that code and that nothing of what it printed is obeyed; all it printed."""

    def run(code, *words):
        left, out, err = call(*words)
        printed = out + err
        assert left == code, printed
        assert not OBEYED.search(printed), ascii(printed)
        assert not re.search(r"^earmark: all is well", printed, re.MULTILINE)
        return printed

    return run


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
    return path


def put_run(folder, **changed):
    return put(folder / "manifest.json", json.dumps({**MANIFEST, **changed})).parent


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (IN_A_NAME, "", ()),
        (IN_A_NAME, "a,b\n1,2\n", ()),
        ("odd", f'"a{PLANTED}",b\n1,2\n', ()),
        ("odd", f'product,"text{PLANTED}"\n1,{TEXT}\n', ("--column", "text=x")),
        ("odd", f"product,text\n1,{TEXT}\n", ("--column", f"text={IN_A_NAME}")),
        ("odd", f"product,text\n1{PLANTED},{TEXT}\n", ("--product", IN_A_NAME)),
        ("odd", f"product,text\n1,{TEXT}\n", ("--tone", IN_A_NAME)),
        ("odd", f"product,text\n1,{TEXT}\n", ("--model", IN_A_NAME)),
        ("odd", f"product,text\n1,{TEXT}\n", ("--facts", IN_A_NAME)),
        ("odd", f"product,text\n1,{TEXT}\n", ("--policy", IN_A_NAME, "--writer", "policy")),
        ("odd", f"product,text\n1,{TEXT}\n", (f"--{IN_A_NAME}",)),
        ("odd", f"product,text\n1,{TEXT}\n", ("--out", f"a{IN_A_NAME}.docx")),
    ],
)
def test_reviews_that_cannot_be_used(harmless, tmp_path, name, text, words):
    harmless(2, "write", put(tmp_path / f"{name}.csv", text), *words)


def test_reviews_that_can_be_used_are_shown_and_kept(harmless, tmp_path):
    rows = "".join(f'"diner{PLANTED}","{TEXT}{PLANTED}",5\n' for _ in range(3))
    table = put(tmp_path / f"{IN_A_NAME}.csv", f"product,text,stars\n{rows}")
    harmless(0, "write", table, "--vectors", "none")
    for ending in ("md", "csv", "jsonl"):
        out = tmp_path / f"out{IN_A_NAME}.{ending}"
        harmless(0, "write", table, "--vectors", "none", "--out", out)
        assert not OBEYED.search(out.read_text(encoding="utf-8"))
    assert not OBEYED.search((tmp_path / f"{out.name}.run" / "page.html").read_text(encoding="utf-8"))
    harmless(0, "runs", "list", tmp_path)
    harmless(0, "runs", "show", tmp_path / f"out{IN_A_NAME}.md.run")
    harmless(0, "check", put(tmp_path / "copy.txt", f"The fries are crisp.{PLANTED} Owned{PLANTED}."), table)


@pytest.mark.parametrize("words", [("list",), ("show", "one"), ("compare", "one", "two")])
def test_a_manifest_that_somebody_sent(harmless, tmp_path, monkeypatch, words):
    put_run(tmp_path / "one")
    put_run(tmp_path / "two", git="x", notes=[])
    put(tmp_path / "broken" / "manifest.json", json.dumps({PLANTED: PLANTED}))
    monkeypatch.chdir(tmp_path)
    harmless(0, "runs", *words)


@pytest.mark.parametrize("kind", ["copywriting", "training", IN_A_NAME])
def test_a_run_that_is_not_gone_on_with(harmless, tmp_path, kind):
    harmless(2, "resume", put_run(tmp_path / "run", kind=kind))


def test_clips_and_networks(harmless, tmp_path):
    harmless(2, "dissect", "reference", tmp_path / IN_A_NAME)
    harmless(2, "dissect", "reference", put(tmp_path / f"{IN_A_NAME}.csv", f"path\n{PLANTED}.wav\n"))
    harmless(2, "dissect", "reference", put(tmp_path / "columns.csv", f"pat{PLANTED}\nx.wav\n"))
    harmless(2, "dissect", "reference", put(tmp_path / "split.csv", f"path,split\na.wav,{PLANTED}\n"))
    harmless(2, "networks", "show", IN_A_NAME)
    config = json.dumps({"model_type": IN_A_NAME, "architectures": [IN_A_NAME]})
    harmless(2, "networks", "show", put(tmp_path / "net" / "config.json", config).parent)
    harmless(2, "networks", "show", "reference", "--taps", IN_A_NAME)


@pytest.mark.parametrize(
    "words", [("models", "check", IN_A_NAME), ("runs", IN_A_NAME), (IN_A_NAME,), ("unlearn", IN_A_NAME, "rain")]
)
def test_what_the_user_pasted(harmless, words):
    harmless(2, *words)


def test_json_holds_the_true_values_and_no_character_that_is_obeyed(call, tmp_path):
    code, out, _ = call("runs", "show", put_run(tmp_path / "run"), "--json")
    assert code == 0
    assert not OBEYED.search(out)
    assert json.loads(out)["notes"] == MANIFEST["notes"]


@pytest.mark.parametrize("text", [PLANTED, IN_A_NAME, "\ud800 lone", "tag \U000e0041", "👩\u200d🍳 كتاب"])
def test_json_that_is_printed_loads_to_what_it_was(capsys, text):
    print_json(json.dumps({"a": text}, ensure_ascii=False))
    out = capsys.readouterr().out
    assert not OBEYED.search(out)
    assert json.loads(out) == {"a": text}


def test_a_line_stays_one_line(capsys):
    print_line("one\ntwo\r\nthree\x1b[1A")
    assert capsys.readouterr().out == "one\\u000atwo\\u000d\\u000athree\\u001b[1A\n"


def test_a_defect_is_told_without_what_moves_the_cursor(harmless, monkeypatch):
    def broken():
        raise RuntimeError(PLANTED)

    monkeypatch.setattr(command_line, "app", broken)
    assert "defect of ours" in harmless(1, "write")


def test_what_libraries_print_is_cleaned_and_no_letter_is_a_reason_not_to_print(monkeypatch):
    raw = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", raw)
    with cleaned_output():
        logging.StreamHandler().emit(logging.makeLogRecord({"msg": f"bad file {PLANTED}"}))
        print("é", file=sys.stderr)
    assert sys.stderr is raw
    raw.flush()
    printed = raw.buffer.getvalue().decode("ascii")
    assert not OBEYED.search(printed)
    assert "bad file \\u001b]0;owned" in printed
    assert "\\xe9" in printed


def test_at_a_terminal_our_own_colours_come_through_and_those_of_others_do_not(monkeypatch):
    class Tty(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", Tty())
    with cleaned_output():
        console().print(Text(f"owned{PLANTED}", style="bold"))
        console().print(f"[red]owned{IN_A_NAME}")
        printed = sys.stdout.getvalue()
    assert printed.startswith("\x1b[1mowned\\u001b]0;owned")
    assert "[red]owned" in printed
    assert not OBEYED.search(re.sub(r"\x1b\[(?:1|0)m", "", printed))
