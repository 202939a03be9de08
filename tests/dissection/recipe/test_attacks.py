"""A whole dissection of clips with attacks as file names, labels, captions and addresses: all of it stays clean."""

import csv
import importlib.util
import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.cli.app import main
from earmark.dissection.describing.descriptions import Description
from earmark.runs import RunFolder

_SPEC = importlib.util.spec_from_file_location("planted", Path(__file__).parents[2] / "attacks" / "planted_attacks.py")
planted = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("planted", planted)
_SPEC.loader.exec_module(planted)


@pytest.fixture
def hostile_clips(tmp_path):
    """Eighty-one short sounds, one for each attack."""
    folder = tmp_path / "clips"
    folder.mkdir()
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "label", "caption", "author", "licence", "source_url"])
        for number, attack in enumerate(planted.ALL):
            name = re.sub(r"[/\x00\n]", "_", attack.text)[:60].strip() + f"{number}.wav"
            tone = np.sin(2 * np.pi * (200 + 90 * (number % 9)) * np.arange(8000) / 16000)
            noise = np.random.default_rng(number).normal(scale=0.01, size=8000)
            soundfile.write(folder / name, 0.3 * tone * np.linspace(1, number % 3, 8000) + noise, 16000)
            caption = f"{('a low hum', 'a bell', 'a high whistle')[number % 9 // 3]}. {attack.text}"
            table.writerow([name, attack.text, caption, attack.text, attack.text, attack.text])
    return folder


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.slow
def test_nothing_that_was_planted_is_said_rendered_or_written_elsewhere(hostile_clips, factory, tmp_path, monkeypatch):
    for name in ("EARMARK_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, planted.SECRET)
    arguments = (
        "dissect", factory, hostile_clips, "--out", "run", "--per-side", "6", "--taps", "hidden", "--model",
        "scripted:obedient", "--describe-by", "model", "--verify-by", "model", "--json",
    )  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["earmark", *map(str, arguments)])
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    run = RunFolder.open(tmp_path / "run")
    said = [text for one in run.read("descriptions", Description) for text in (one.text or "", *one.open_concepts)]
    assert [problem for text in said for problem in planted.wrong_with(text)] == []
    assert any(said)
    assert {path.name for path in tmp_path.iterdir()} == before | {"run"}
    assert _files(tmp_path / "run") <= {"manifest.json", "page.html", *_files(tmp_path / "run", "tables", "arrays")}
    for root, _, names in os.walk(tmp_path / "run"):
        for name in names:
            assert planted.SECRET.encode() not in (Path(root) / name).read_bytes()
            assert not any(attack.canary in name for attack in planted.ALL)
    _page_is_clean((tmp_path / "run" / "page.html").read_text(encoding="utf-8"))


def _files(folder, *inside):
    return {path.name for part in inside or (".",) for path in (folder / part).iterdir() if path.is_file()}


def _page_is_clean(page):
    elements = Elements(page).found
    assert not {tag for tag, _ in elements} & {"iframe", "object", "embed", "base", "form", "textarea", "marquee"}
    assert [name for _, attributes in elements for name in attributes if name.startswith("on")] == []
    for tag, attributes in elements:
        if tag == "script":
            assert "src" not in attributes
        if tag == "img":
            assert attributes.get("src", "data:image/png").startswith("data:image/")
        if tag == "a" and attributes.get("href"):
            assert not attributes["href"].lower().startswith(("javascript:", "data:", "file:", "vbscript:"))
    for name in ("page-data", "details-data"):
        data = page.split(f'id="{name}"')[1].split(">", 1)[1].split("</script>")[0]
        assert "<" not in data
        json.loads(data)
