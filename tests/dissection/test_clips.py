"""Clips come from any local folder or manifest; what cannot be used is listed, and nothing is on both sides."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.dissection.clips import Clip, ClipConfig, ClipSet, load_clips, read_waveform
from earmark.dissection.clips.splitting import groups_on_both_sides, hold_out, merge_groups
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
RATE = 8000


def tone(seconds: float = 0.25, pitch_hz: float = 440.0, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def put(file: Path, samples: np.ndarray | None = None, rate: int = RATE, **how) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    # A pitch of its own for every name, so that no two test files hold the same sound.
    pitch = 200 + sum(file.as_posix().encode()) % 997
    soundfile.write(file, tone(pitch_hz=pitch) if samples is None else samples, rate, **how)
    return file


def reasons(clips: ClipSet) -> dict[str, str]:
    return {item.uri: item.reason for item in clips.skipped}


def table(folder: Path, text: str, name: str = "manifest.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_flat_folder_gives_clips_without_labels(tmp_path):
    for name in ("b.wav", "a.flac", "notes.txt"):
        if name.endswith("txt"):
            (tmp_path / name).write_text("not audio")
        else:
            put(tmp_path / name)
    clips = load_clips(tmp_path).clips
    assert [(clip.path, clip.label, clip.end_s, clip.rate_hz) for clip in clips] == [
        ("a.flac", None, 0.25, RATE),
        ("b.wav", None, 0.25, RATE),
    ]


def test_a_folder_per_class_names_the_classes(tmp_path):
    put(tmp_path / "dog" / "1.wav")
    put(tmp_path / "rain drops" / "2.ogg")
    assert [clip.label for clip in load_clips(tmp_path).clips] == ["dog", "rain drops"]


def test_a_manifest_says_everything_it_knows(tmp_path):
    put(tmp_path / "x" / "1.wav")
    put(tmp_path / "2.wav", tone(1.0))
    table(
        tmp_path,
        "path,label,caption,group,split,start_s,end_s,author,licence,fold,source_url\n"
        'x/1.wav,dog,"a dog, barking",r1,shown,,,Ann,CC0,1,https://example.com/1\n'
        "2.wav,,,r2,held_out,0.25,0.75,,,,\n",
    )
    second, first = load_clips(tmp_path).clips
    assert first.model_dump(exclude={"id"}) == {
        "path": "x/1.wav",
        "start_s": 0.0,
        "end_s": 0.25,
        "rate_hz": RATE,
        "group": "r1",
        "split": "shown",
        "label": "dog",
        "other_labels": (),
        "caption": "a dog, barking",
        "fold": "1",
        "author": "Ann",
        "licence": "CC0",
        "source_url": "https://example.com/1",
    }
    assert (second.start_s, second.end_s, second.split, second.label) == (0.25, 0.75, "held_out", None)
    assert len(read_waveform(tmp_path, second, RATE)) == RATE // 2


def test_a_manifest_in_jsonl_says_the_same_as_in_csv(tmp_path):
    for name in ("1.wav", "2.wav"):
        put(tmp_path / name)
    rows = [{"path": "1.wav", "label": "dog", "group": 7}, {"path": "2.wav", "label": "cat", "group": 8}]
    csv = table(tmp_path, "path;label;group\n1.wav;dog;7\n2.wav;cat;8\n", "a.csv")
    jsonl = table(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl")
    assert load_clips(csv).clips == load_clips(jsonl).clips


def test_esc50_as_it_is_now_groups_by_its_source_file(tmp_path):
    rows = ["filename,fold,target,category,esc10,src_file,take"]
    for take in "ABCD":
        put(tmp_path / "audio" / f"1-100-{take}-0.wav")
        rows.append(f"1-100-{take}-0.wav,1,0,dog,True,100,{take}")
    put(tmp_path / "audio" / "2-200-A-36.wav")
    rows.append("2-200-A-36.wav,2,36,vacuum_cleaner,False,200,A")
    table(tmp_path / "meta", "\n".join(rows), "esc50.csv")
    clips = load_clips(tmp_path).clips
    assert [(clip.group, clip.fold, clip.label) for clip in clips] == [("100", "1", "dog")] * 4 + [
        ("200", "2", "vacuum cleaner")
    ]
    assert {clip.label for clip in load_clips(tmp_path, ClipConfig(esc10_only=True)).clips} == {"dog"}
    assert load_clips(tmp_path / "meta" / "esc50.csv").clips == clips


def test_esc10_as_it_was_first_published_has_a_folder_per_class(tmp_path):
    put(tmp_path / "001 - Dog bark" / "1-30226-A.ogg")
    put(tmp_path / "001 - Dog bark" / "1-30226-B.ogg")
    put(tmp_path / "002 - Rain" / "3-17367-A.ogg")
    clips = load_clips(tmp_path).clips
    assert [(clip.label, clip.fold, clip.group) for clip in clips] == [
        ("Dog bark", "1", "30226"),
        ("Dog bark", "1", "30226"),
        ("Rain", "3", "17367"),
    ]


def test_urbansound8k_groups_by_freesound_id_and_its_start_is_not_a_place_in_the_file(tmp_path):
    put(tmp_path / "audio" / "fold5" / "100032-3-0-0.wav")
    put(tmp_path / "audio" / "fold6" / "100263-2-0-117.wav")
    table(
        tmp_path / "metadata",
        "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
        "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n"
        "100263-2-0-117.wav,100263,58.5,62.5,1,6,2,children_playing\n",
        "UrbanSound8K.csv",
    )
    clips = load_clips(tmp_path).clips
    assert [(clip.label, clip.group, clip.fold, clip.start_s, clip.end_s) for clip in clips] == [
        ("dog bark", "100032", "5", 0.0, 0.25),
        ("children playing", "100263", "6", 0.0, 0.25),
    ]


@pytest.mark.parametrize("inner", ["genres_original", "genres"])
def test_gtzan_keeps_its_genres_and_its_broken_jazz_file_is_listed(tmp_path, inner):
    put(tmp_path / inner / "blues" / "blues.00000.wav")
    put(tmp_path / inner / "rock" / "rock.00001.au", format="AU")
    (tmp_path / inner / "jazz").mkdir()
    (tmp_path / inner / "jazz" / "jazz.00054.wav").write_bytes(b"RIFF no more")
    clips = load_clips(tmp_path)
    assert [clip.label for clip in clips.clips] == ["blues", "rock"]
    assert reasons(clips) == {f"{inner}/jazz/jazz.00054.wav": "broken: no decoder recognises it"}


@pytest.mark.skipif(not (DATA / "esc10").is_dir(), reason="needs ESC-10 in ../shared/data")
def test_esc10_with_titles_is_read_whole_with_titles_authors_and_licences():
    clips = load_clips(DATA / "esc10")
    assert len(clips.clips) == 400
    assert clips.skipped == ()
    assert len({clip.label for clip in clips.clips}) == 10
    assert all(clip.caption and clip.author and clip.licence for clip in clips.clips)
    # A source recording stays in its fold, as the data set promises.
    folds: dict[str, set[str | None]] = {}
    for clip in clips.clips:
        folds.setdefault(clip.group, set()).add(clip.fold)
    assert all(len(found) == 1 for found in folds.values())


# --- what is skipped ------------------------------------------------------------------------------------------------


def test_every_file_that_cannot_be_used_is_listed_with_its_reason(tmp_path):
    put(tmp_path / "good.wav")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("this is not audio")
    put(tmp_path / "header only.wav", np.zeros(0, np.float32))
    put(tmp_path / "silent.wav", np.zeros(RATE, np.float32))
    put(tmp_path / "offset.wav", np.full(RATE, 0.3, np.float32))
    put(tmp_path / "short.wav", tone(0.05))
    put(tmp_path / "long.wav", tone(2.0))
    put(tmp_path / "nan.wav", np.full(RATE, np.nan, np.float32), subtype="FLOAT")
    put(tmp_path / "loud.wav", 32768 * tone(), subtype="FLOAT")
    (tmp_path / "phone.m4a").write_bytes(b"ftyp")
    os.mkfifo(tmp_path / "pipe.wav")
    broken = put(tmp_path / "broken.flac", tone(1.5))
    broken.write_bytes(broken.read_bytes()[:4000])
    clips = load_clips(tmp_path, ClipConfig(max_clip_s=1.8))
    assert [clip.path for clip in clips.clips] == ["good.wav"]
    starts = {
        "empty.wav": "empty: the file has no bytes",
        "text.wav": "not audio: it holds text",
        "header only.wav": "empty: it holds no sound",
        "silent.wav": "silent:",
        "offset.wav": "silent:",
        "short.wav": "too short: 0.050 s, where 0.1 s are needed",
        "long.wav": "too long: 2.0 s, where 1.8 s are allowed",
        "nan.wav": "broken: some of its samples are not numbers",
        "loud.wav": "broken: its samples reach",
        "phone.m4a": ".m4a files are not decoded here",
        "pipe.wav": "not a plain file",
        "broken.flac": "broken:",
    }
    found = reasons(clips)
    assert found.keys() == starts.keys()
    assert [name for name, start in starts.items() if not found[name].startswith(start)] == []


def test_a_file_that_decodes_to_too_much_is_skipped(tmp_path):
    put(tmp_path / "good.wav")
    put(tmp_path / "wide.flac", np.stack([tone(10.0, rate=48000)] * 8, axis=1), 48000)
    clips = load_clips(tmp_path, ClipConfig(max_decoded_mb=4))
    assert reasons(clips) == {"wide.flac": "it decodes to 15 MB, more than the 4 MB allowed"}


def test_a_sound_that_is_there_twice_is_used_once(tmp_path):
    put(tmp_path / "a.wav", tone())
    put(tmp_path / "b.wav", tone())
    clips = load_clips(tmp_path)
    assert [clip.path for clip in clips.clips] == ["a.wav"]
    assert reasons(clips) == {"b.wav": "the same sound as a.wav"}


def test_a_renamed_file_keeps_its_id(tmp_path):
    before = put(tmp_path / "before" / "a.wav", tone())
    after = put(tmp_path / "after" / "z.wav", tone())
    (old,), (new,) = load_clips(before.parent).clips, load_clips(after.parent).clips
    assert old.id == new.id


def test_broken_rows_are_listed_and_the_rest_is_used(tmp_path):
    put(tmp_path / "1.wav", tone(1.0))
    table(
        tmp_path,
        "path,start_s,end_s\n1.wav,,\n,0.1,\n1.wav,0.5,0.2\n1.wav,nan,\n1.wav,soon,\n1.wav,0,9\n1.wav,0.2,0.8,extra\n"
        "gone.wav,,\n1.wav,-1,\n1.wav,0,1e999\n",
    )
    clips = load_clips(tmp_path)
    assert len(clips.clips) == 1
    assert reasons(clips) == {
        "manifest.csv:3": "the row names no file",
        "manifest.csv:4": "its end, 0.2, is not after its start, 0.5",
        "manifest.csv:5": "start_s is 'nan', not a number of seconds",
        "manifest.csv:6": "start_s is 'soon', not a number of seconds",
        "1.wav (manifest.csv:7)": "its end at 9.00 s lies after the file's end at 1.00 s",
        "manifest.csv:8": "4 cells under 3 columns: quote the text that contains the delimiter",
        "gone.wav (manifest.csv:9)": "missing: there is no such file",
        "manifest.csv:10": "start_s is '-1', not a number of seconds",
        "manifest.csv:11": "end_s is '1e999', not a number of seconds",
    }


@pytest.mark.parametrize("how", ["dots", "absolute", "link", "linked folder"])
def test_nothing_outside_the_folder_is_read_unless_allowed(tmp_path, how):
    outside = put(tmp_path / "outside" / "secret.wav")
    inside = tmp_path / "inside"
    put(inside / "good.wav")
    if how == "link":
        (inside / "innocent.wav").symlink_to(outside)
    elif how == "linked folder":
        (inside / "more").symlink_to(outside.parent)
    else:
        path = "../outside/secret.wav" if how == "dots" else str(outside)
        table(inside, f"path\ngood.wav\n{path}\n")
    clips = load_clips(inside)
    assert [clip.path for clip in clips.clips] == ["good.wav"]
    assert len(clips.skipped) == 1
    assert "--allow-outside" in clips.skipped[0].reason
    allowed = load_clips(inside, ClipConfig(allow_outside=True))
    assert len(allowed.clips) == 2
    for clip in allowed.clips:
        assert len(read_waveform(allowed.root, clip, RATE)) == RATE // 4


def test_links_that_go_round_in_circles_end(tmp_path):
    put(tmp_path / "a" / "good.wav")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert len(load_clips(tmp_path, ClipConfig(allow_outside=True)).clips) == 1


def test_words_from_a_manifest_lose_what_no_reader_sees(tmp_path):
    put(tmp_path / "1.wav")
    table(tmp_path, "path,label,caption\n1.wav,d\u202eog,\x1b[31mwo\u200bof\x00 \n")
    (clip,) = load_clips(tmp_path).clips
    assert (clip.label, clip.caption) == ("dog", "[31mwoof")


# --- what wrong input gets ------------------------------------------------------------------------------------------


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match=r"holds no audio: give a folder with"):
        load_clips(tmp_path)


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist"):
        load_clips(tmp_path / "nowhere")


def test_a_folder_of_broken_files_says_why(tmp_path):
    (tmp_path / "a.wav").write_text("no audio")
    with pytest.raises(InvalidInput, match=r"none of the 1 clips .* the first, a.wav, because: not audio"):
        load_clips(tmp_path)


def test_a_manifest_without_paths_says_what_it_has(tmp_path):
    with pytest.raises(InvalidInput, match=r"no column 'path' .* it has: name, label"):
        load_clips(table(tmp_path, "name,label\na,b\n"))


def test_a_data_set_table_without_its_columns_says_which(tmp_path):
    table(tmp_path / "meta", "filename,fold\n1.wav,1\n", "esc50.csv")
    with pytest.raises(InvalidInput, match="lacks the columns category, src_file"):
        load_clips(tmp_path)


def test_a_manifest_in_another_encoding_is_read(tmp_path):
    (tmp_path / "manifest.csv").write_bytes("path\ncafé.wav\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match=r"café\.wav .* there is no such file"):
        load_clips(tmp_path)


def test_a_single_audio_file_is_no_probing_set(tmp_path):
    with pytest.raises(InvalidInput, match="is one file: give a folder"):
        load_clips(put(tmp_path / "a.wav"))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 7.0])
def test_a_share_that_leaves_a_side_empty_is_refused(share):
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        ClipConfig(held_out=share)


def test_too_few_clips_for_a_side_are_counted_in_the_sentence(tmp_path):
    for name in "abc":
        put(tmp_path / f"{name}.wav")
    clips = load_clips(tmp_path)
    clips.require(shown=2, held_out=1)
    with pytest.raises(NotEnoughEvidence, match=r"2 shown and 1 held-out clips .* at least 24 shown ones"):
        clips.require(shown=24)


def test_a_file_that_changed_after_it_was_listed_is_one_sentence(tmp_path):
    put(tmp_path / "a.wav", tone(1.0))
    clips = load_clips(tmp_path)
    put(tmp_path / "a.wav", tone(0.5))
    with pytest.raises(RunConflict, match="has changed since it was listed"):
        read_waveform(clips.root, clips.clips[0], RATE)
    put(tmp_path / "a.wav", tone(1.0, 880.0))
    with pytest.raises(RunConflict, match="has changed since it was listed"):
        read_waveform(clips.root, clips.clips[0], RATE)
    put(tmp_path / "a.wav", tone(1.0))
    assert len(read_waveform(clips.root, clips.clips[0], RATE)) == RATE
    (tmp_path / "a.wav").unlink()
    with pytest.raises(InvalidInput, match="missing"):
        read_waveform(clips.root, clips.clips[0], RATE)


# --- waveforms ------------------------------------------------------------------------------------------------------


def test_a_waveform_is_mixed_down_and_resampled(tmp_path):
    left, right = tone(1.0, 440.0, 48000), np.zeros(48000, np.float32)
    put(tmp_path / "a.wav", np.stack([left, right], axis=1), 48000, subtype="FLOAT")
    clips = load_clips(tmp_path)
    wave = read_waveform(clips.root, clips.clips[0], 16000)
    assert wave.dtype == np.float32
    assert wave.shape == (16000,)
    expected = 0.5 * tone(1.0, 440.0, 16000)
    np.testing.assert_allclose(wave[400:-400], expected[400:-400], atol=2e-3)


def test_what_reaches_beyond_full_scale_is_scaled_down_whole_and_told(tmp_path):
    put(tmp_path / "a.wav", 3 * tone(), subtype="FLOAT")
    clips = load_clips(tmp_path)
    wave = read_waveform(clips.root, clips.clips[0], RATE)
    np.testing.assert_allclose(wave, tone() / np.abs(tone()).max(), atol=1e-6)
    assert clips.notes == (
        "1 of 1 clips reach beyond full scale and are scaled down to it, the most a.wav (1.5 times).",
    )


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3", "aiff", "opus"])
def test_every_promised_format_is_read(tmp_path, ending):
    how = {"opus": {"format": "OGG", "subtype": "OPUS"}}.get(ending, {})
    put(tmp_path / f"a.{ending}", tone(1.0, rate=48000), 48000, **how)
    clips = load_clips(tmp_path)
    assert clips.skipped == ()
    wave = read_waveform(clips.root, clips.clips[0], 16000)
    assert abs(len(wave) - 16000) < 1600
    strongest = np.abs(np.fft.rfft(wave[:8000])).argmax() * 2
    assert abs(strongest - 440) <= 2


# --- the split ------------------------------------------------------------------------------------------------------


def test_no_recording_is_both_shown_and_held_out(tmp_path):
    lines = ["path,group,label"]
    for number in range(40):
        put(tmp_path / f"{number}.wav", tone(pitch_hz=200 + number))
        lines.append(f"{number}.wav,{number // 3},{'ab'[number % 2]}")
    table(tmp_path, "\n".join(lines))
    for seed in range(5):
        clips = load_clips(tmp_path, seed=seed)
        shown, held = ({clip.group for clip in clips.of(side)} for side in ("shown", "held_out"))
        assert shown & held == set()
        assert abs(len(clips.of("shown")) - 20) <= 2


def test_the_same_sound_under_two_names_stays_on_one_side(tmp_path):
    lines = ["path,group,start_s,end_s"]
    for number in range(30):
        # The same sound in two containers, listed as two recordings.
        samples = (32767 * tone(pitch_hz=200 + number)).astype(np.int16)
        put(tmp_path / f"{number}.wav", samples)
        put(tmp_path / f"{number}.flac", samples)
        lines += [f"{number}.wav,a{number},,", f"{number}.flac,b{number},,"]
    table(tmp_path, "\n".join(lines))
    sides: dict[str, set[str]] = {}
    for clip in load_clips(tmp_path).clips:
        sides.setdefault(clip.path.split(".")[0], set()).add(clip.split)
    assert len(sides) == 30
    assert all(len(side) == 1 for side in sides.values())


def test_the_manifests_own_split_is_kept_unless_a_share_is_given(tmp_path):
    lines = ["path,split"]
    for number in range(20):
        put(tmp_path / f"{number}.wav", tone(pitch_hz=200 + number))
        lines.append(f"{number}.wav,{'train' if number < 15 else 'test'}")
    table(tmp_path, "\n".join(lines))
    assert len(load_clips(tmp_path).of("shown")) == 15
    assert len(load_clips(tmp_path, ClipConfig(held_out=0.7)).of("held_out")) == 14


def test_a_split_that_tears_a_recording_apart_is_refused(tmp_path):
    put(tmp_path / "1.wav")
    put(tmp_path / "2.wav")
    table(tmp_path, "path,group,split\n1.wav,r,shown\n2.wav,r,held_out\n")
    with pytest.raises(InvalidInput, match=r"manifest.csv:2 is shown and manifest.csv:3 is held out"):
        load_clips(tmp_path)


def test_a_split_with_gaps_is_refused(tmp_path):
    put(tmp_path / "1.wav")
    put(tmp_path / "2.wav")
    table(tmp_path, "path,split\n1.wav,shown\n2.wav,\n")
    with pytest.raises(InvalidInput, match=r"manifest.csv:3 has no split"):
        load_clips(tmp_path)


def test_the_split_depends_on_the_seed_and_on_nothing_else(tmp_path):
    for number in range(12):
        put(tmp_path / f"{number}.wav", tone(pitch_hz=200 + number))
    splits = [tuple(clip.split for clip in load_clips(tmp_path, seed=seed).clips) for seed in (1, 1, 2, 3)]
    assert splits[0] == splits[1]
    assert len(set(splits)) > 1


sizes = st.lists(st.tuples(st.integers(1, 6), st.sampled_from("abc")), min_size=1, max_size=60)


@given(recordings=sizes, share=st.floats(0.05, 0.95), seed=st.integers(-(2**31), 2**31))
def test_any_split_keeps_groups_whole_and_the_share_near(recordings, share, seed):
    groups = [str(number) for number, (size, _) in enumerate(recordings) for _ in range(size)]
    labels = [label for size, label in recordings for _ in range(size)]
    sides = hold_out(groups, labels, share, seed)
    assert groups_on_both_sides(groups, sides) == []
    largest = max(size for size, _ in recordings)
    assert abs(sides.count("held_out") - share * len(groups)) <= largest
    for label in "abc":
        mine = [side for side, of in zip(sides, labels, strict=True) if of == label]
        assert abs(mine.count("held_out") - share * len(mine)) <= 2 * largest


def test_a_planted_leak_is_found():
    assert groups_on_both_sides(["a", "b", "a"], ["shown", "shown", "held_out"]) == ["a"]


def test_chains_of_shared_keys_become_one_group():
    assert merge_groups([("d", "1"), ("c", "1", "2"), ("b", "2"), ("e", "3")]) == ["b", "b", "b", "e"]


# --- whatever comes -------------------------------------------------------------------------------------------------

ANY_TIME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    put(folder / "good.wav", tone(1.0))
    for ending in ("wav", "flac", "ogg", "mp3"):
        put(folder / "seeds" / f"s.{ending}", tone(0.5, rate=16000), 16000)
    return folder


def usable_or_one_sentence(path: Path) -> None:
    try:
        clips = load_clips(path)
    except InvalidInput as error:
        sentence = str(error)
    else:
        sentence = ""
    if sentence:
        assert sentence.isprintable()
        return
    assert clips.clips
    for clip in clips.clips:
        Clip.model_validate_json(clip.model_dump_json())
        assert np.isfinite(read_waveform(clips.root, clip, RATE)).all()
    for item in clips.skipped:
        item.model_dump_json()
        assert item.reason


@ANY_TIME
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
@pytest.mark.parametrize("name", ["m.csv", "m.jsonl"])
def test_no_bytes_in_a_manifest_cause_more_than_a_sentence(fuzzed, name, data):
    (fuzzed / name).write_bytes(data)
    usable_or_one_sentence(fuzzed / name)


cells = st.one_of(
    st.sampled_from(["good.wav", "seeds/s.ogg", "..", "/", "", "nan", "-1", "0.5", "9e9", "shown", "test", "\0", "~"]),
    st.text(max_size=20),
)


@ANY_TIME
@given(rows=st.lists(st.lists(cells, min_size=1, max_size=5), max_size=8))
def test_no_cells_in_a_manifest_cause_more_than_a_sentence(fuzzed, rows):
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    heading = "path,start_s,end_s,split,group"
    lines = [heading, *(",".join(map(quoted, row)) for row in rows)]
    (fuzzed / "cells.csv").write_bytes("\n".join(lines).encode("utf-8", "replace"))
    usable_or_one_sentence(fuzzed / "cells.csv")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=10), st.just("good.wav")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@ANY_TIME
@given(rows=st.lists(st.dictionaries(st.sampled_from(["path", "start_s", "end_s", "label", "split"]), json_values)))
def test_no_values_in_a_manifest_cause_more_than_a_sentence(fuzzed, rows):
    (fuzzed / "values.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    usable_or_one_sentence(fuzzed / "values.jsonl")


@ANY_TIME
@given(
    ending=st.sampled_from(["wav", "flac", "ogg", "mp3"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=12),
)
def test_no_damage_to_a_file_causes_more_than_a_reason(fuzzed, ending, cut, changes):
    raw = bytearray((fuzzed / "seeds" / f"s.{ending}").read_bytes())
    for place, byte in changes:
        raw[int(place * len(raw))] = byte
    folder = fuzzed / "damaged"
    put(folder / "good.wav", tone(1.0))
    (folder / f"x.{ending}").write_bytes(raw[: int(cut * len(raw)) + 1])
    for other in {"wav", "flac", "ogg", "mp3"} - {ending}:
        (folder / f"x.{other}").unlink(missing_ok=True)
    usable_or_one_sentence(folder)
