"""A manifest grants nothing: what a user began goes on, and anything else waits for the user's word."""

import json

import pytest

from earmark.errors import NotGranted
from earmark.runs import Manifest, RunFolder
from earmark.runs.grants import Allowed, refuse_ungranted

MODEL = "http://model.example.com/v1#m"
WANTED = {"code": "mine:net", "pickle": True, "outside": True, "model": MODEL, "texts": ("reviews.csv",)}


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "run", Manifest.begin("dissection", {"network": "mine:net", "rate": 0.5}, 3))


def manifest_of(run, **changed):
    """The manifest as somebody else changed it, read again."""
    file = run.path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))
    return RunFolder.open(run.path).manifest


def refused(run, manifest, allowed=None, **wanted):
    with pytest.raises(NotGranted) as error:
        refuse_ungranted(run.path, manifest, *([allowed] if allowed else []), **wanted)
    return str(error.value)


def test_a_run_that_the_user_began_goes_on_without_a_word(run):
    refuse_ungranted(run.path, RunFolder.open(run.path).manifest, **WANTED)


def test_what_was_done_since_takes_nothing_from_a_run(run):
    with run.stage("clips") as counts:
        counts["shown"] = 3
    run.note("A note.")
    assert RunFolder.open(run.path).manifest.is_own


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": {"network": "evil:net", "rate": 0.5}},
        {"arguments": {"network": "mine:net", "rate": 0.5, "config": {"trust_pickle": True}}},
        {"kind": "training"},
        {"seed": 4},
        {"seal": None},
        {"seal": ""},
        {"seal": "ä" * 64},
    ],
)
def test_a_changed_manifest_loses_what_its_run_was_allowed(run, changed):
    manifest = manifest_of(run, **changed)
    assert not manifest.is_own
    assert "--network mine:net" in refused(run, manifest, code="mine:net")


def test_another_user_gets_nothing_from_the_seal(run, monkeypatch, tmp_path):
    monkeypatch.setenv("EARMARK_STATE", str(tmp_path / "another"))
    assert not RunFolder.open(run.path).manifest.is_own
    Manifest.begin("dissection", {}, 0)
    assert (tmp_path / "another" / "key").stat().st_mode & 0o777 == 0o600
    assert not RunFolder.open(run.path).manifest.is_own


def test_a_damaged_key_seals_nothing_and_is_made_anew(run, monkeypatch, tmp_path):
    monkeypatch.setenv("EARMARK_STATE", str(tmp_path))
    (tmp_path / "key").write_bytes(b"")
    assert not RunFolder.open(run.path).manifest.is_own
    assert Manifest.begin("dissection", {}, 0).is_own
    assert [file.name for file in tmp_path.glob("key*")] == ["key"]
    assert len((tmp_path / "key").read_bytes()) == 32


def test_where_no_key_can_be_kept_a_run_begins_all_the_same(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EARMARK_STATE", str(tmp_path / "file" / "state"))
    manifest = Manifest.begin("dissection", {}, 0)
    assert (manifest.seal, manifest.is_own) == (None, False)


def test_everything_that_is_wanted_is_named_in_one_sentence_with_the_words_to_say(run):
    said = refused(run, manifest_of(run, seal=None), **WANTED)
    assert said == (
        f"{run.path} is not a run that you began here, or was changed since, and its manifest names a network made by "
        "code, 'mine:net', opens weights that may be pickles, reads clips outside their folder and sends the "
        f"texts of reviews.csv to the language model '{MODEL}': say --network mine:net --trust-pickle --allow-outside "
        f"--model '{MODEL}' if you trust it."
    )


def test_what_the_user_says_now_is_enough_and_only_for_what_was_said(run):
    manifest = manifest_of(run, seal=None)
    said = Allowed(trust_pickle=True, allow_outside=True, model=MODEL)
    refuse_ungranted(run.path, manifest, said, pickle=True, outside=True, model=MODEL)
    assert refused(run, manifest, Allowed(trust_pickle=True), pickle=True, outside=True).endswith(
        "reads clips outside their folder: say --allow-outside if you trust it."
    )


def test_a_script_is_nobody_to_send_texts_to(run):
    refuse_ungranted(run.path, manifest_of(run, seal=None), model="scripted:perfect", asks=False)


@pytest.mark.parametrize("named", [None, MODEL])
def test_another_model_than_the_one_it_names_is_not_asked(run, named):
    said = refused(run, run.manifest, Allowed(model="openai:m"), model=named)
    assert "'openai:m': give the one it names" in said


def test_a_link_out_of_a_folder_that_somebody_sent_is_refused(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (run.path / "inside").symlink_to("tables")
    (run.path / "page.html").symlink_to(tmp_path / "mine.txt")
    assert RunFolder.open(run.path).manifest.is_own
    with pytest.raises(NotGranted, match=r"page\.html in it is a link that leads out of the folder"):
        manifest_of(run, seal=None)
