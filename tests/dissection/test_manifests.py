"""Tables of clips as other people write them: stretches, splits, labels, groups and names mean what they mean there."""

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import ClipConfig, ClipSet, load_clips
from earmark.dissection.clips.columns import find_columns, split_labels
from earmark.errors import InvalidInput

RATE = 8000


def put(file: Path, seconds: float = 0.25) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(list(file.as_posix().encode()))
    # Noise of its own for every name, so that no two test files hold the same sound.
    soundfile.write(file, 0.1 * rng.standard_normal(round(seconds * RATE)), RATE, format="WAV")
    return file


def table(folder: Path, text: str, name: str = "manifest.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def stretches(clips: ClipSet) -> list[tuple[str, float, float, str | None]]:
    return [(clip.path, clip.start_s, clip.end_s, clip.label) for clip in clips.clips]


def sides(clips: ClipSet) -> dict[str, str]:
    return {clip.path: clip.split for clip in clips.clips}


def reasons(clips: ClipSet) -> dict[str, str]:
    return {item.uri: item.reason for item in clips.skipped}


# --- stretches ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "first", "second"),
    [
        ("start_s,end_s", "0,1", "1,2"),
        ("start,end", "0,1", "1,2"),
        ("Start,Stop", "0,1", "1,2"),
        ("begin,end", "0,1", "1,2"),
        ("t0,t1", "0,1", "1,2"),
        ("tmin,tmax", "0,1", "1,2"),
        ("onset,offset", "0,1", "1,2"),
        ("onset,duration", "0,1", "1,1"),
        ("offset,duration", "0,1", "1,1"),
        ("start,duration", "0,1", "1,1"),
        ("start_time,end_time", "0,1", "1,2"),
        ("startTime,endTime", "0,1", "1,2"),
        ("start_seconds,end_seconds", "0,1", "1,2"),
        ("segment_start,segment_end", "0:00,0:01", "0:01,0:02.0"),
        ("Begin Time (s),End Time (s)", "0,1", "1,2"),
        ("start_ms,end_ms", "0,1000", "1000,2000"),
        ("start_sample,end_sample", "0,8000", "8000,16000"),
        ("frame_offset,num_frames", "0,8000", "8000,8000"),
        ("audio_start,audio_end", "0,1", "1,2"),
        ("start_offset,end_offset", "0,1", "1,2"),
    ],
)
def test_a_start_and_an_end_by_any_name_cut_two_clips_of_one_recording(tmp_path, heading, first, second):
    put(tmp_path / "a.wav", 2.0)
    table(tmp_path, f"path,{heading},label\na.wav,{first},low\na.wav,{second},high\n")
    clips = load_clips(tmp_path)
    assert stretches(clips) == [("a.wav", 0.0, 1.0, "low"), ("a.wav", 1.0, 2.0, "high")]
    assert len({clip.group for clip in clips.clips}) == 1
    assert len({clip.id for clip in clips.clips}) == 2


def test_how_long_a_file_is_cuts_nothing_and_is_told_as_passed_over(tmp_path):
    put(tmp_path / "a.wav", 2.0)
    clips = load_clips(table(tmp_path, "path,duration,sample_rate\na.wav,1.0,8000\n"))
    assert stretches(clips) == [("a.wav", 0.0, 2.0, None)]
    assert clips.notes == ("columns of manifest.csv: path; passed over: duration, sample_rate.",)


def test_moments_with_a_decimal_comma_are_read(tmp_path):
    put(tmp_path / "a.wav", 2.0)
    clips = load_clips(table(tmp_path, "path;start;end\na.wav;0,5;1,5\n"))
    assert stretches(clips) == [("a.wav", 0.5, 1.5, None)]


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("1", "0.5", "its end, 0.5, is not after its start, 1"),
        ("0.5", "0.5", "its end, 0.5, is not after its start, 0.5"),
        ("-1", "1", "start is '-1', not a number of seconds"),
        ("nan", "1", "start is 'nan', not a number of seconds"),
        ("0", "inf", "end is 'inf', not a number of seconds"),
        ("soon", "1", "start is 'soon', not a number of seconds"),
        ("1", "9", "its end at 9.00 s lies after the file's end at 2.00 s"),
        ("8", "9", "its start at 8.00 s lies after the file's end at 2.00 s"),
    ],
)
def test_a_stretch_that_cannot_be_is_skipped_with_the_true_reason(tmp_path, start, end, reason):
    put(tmp_path / "a.wav", 2.0)
    clips = load_clips(table(tmp_path, f"path,start,end\na.wav,{start},{end}\na.wav,0,1\n"))
    assert stretches(clips) == [("a.wav", 0.0, 1.0, None)]
    assert list(reasons(clips).values()) == [reason]


# --- splits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "Validation"), ("train", "val"), ("train", "dev")])
def test_folders_of_a_split_are_no_classes_and_their_split_is_kept(tmp_path, names):
    for name in names:
        for label in ("dog", "cat"):
            put(tmp_path / name / label / "1.wav")
    clips = load_clips(tmp_path)
    assert {clip.label for clip in clips.clips} == {"dog", "cat"}
    assert sides(clips) == {
        f"{name}/{label}/1.wav": side
        for name, side in zip(names, ("shown", "held_out"), strict=True)
        for label in ("dog", "cat")
    }
    assert "The split is that of the folders" in clips.notes[0]
    again = load_clips(tmp_path, ClipConfig(held_out=0.25))
    assert len(again.of("held_out")) == 1


def test_folders_of_a_split_without_classes_give_no_label(tmp_path):
    for name in ("train/1.wav", "train/2.wav", "test/3.wav"):
        put(tmp_path / name)
    clips = load_clips(tmp_path)
    assert {clip.label for clip in clips.clips} == {None}
    assert sides(clips) == {"train/1.wav": "shown", "train/2.wav": "shown", "test/3.wav": "held_out"}


def test_a_train_among_other_vehicles_is_a_class(tmp_path):
    for label in ("train", "bus", "car"):
        put(tmp_path / label / "1.wav")
    assert {clip.label for clip in load_clips(tmp_path).clips} == {"train", "bus", "car"}


@pytest.mark.parametrize("layout", ["data/{side}/{label}", "{label}/{side}"])
def test_the_folders_of_a_split_are_known_below_others_too(tmp_path, layout):
    for side in ("train", "test"):
        for label in ("dog", "cat"):
            put(tmp_path / layout.format(side=side, label=label) / "1.wav")
    clips = load_clips(tmp_path)
    assert {clip.label for clip in clips.clips} == {"dog", "cat"}
    assert {clip.path: clip.split for clip in clips.clips} == {
        f"{layout.format(side=side, label=label)}/1.wav": "shown" if side == "train" else "held_out"
        for side in ("train", "test")
        for label in ("dog", "cat")
    }


def test_a_lone_training_folder_gives_no_label_and_is_divided_anew(tmp_path):
    for number in range(4):
        put(tmp_path / "train" / f"{number}.wav")
    clips = load_clips(tmp_path)
    assert {clip.label for clip in clips.clips} == {None}
    assert (len(clips.of("shown")), len(clips.of("held_out"))) == (2, 2)
    assert "divided anew" in clips.notes[0]


def test_what_lies_beside_the_folders_of_a_split_is_skipped_aloud(tmp_path):
    for name in ("train/1.wav", "test/2.wav", "extra/3.wav", "4.wav"):
        put(tmp_path / name)
    assert set(reasons(load_clips(tmp_path))) == {"4.wav", "extra/3.wav"}


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_the_metadata_in_folders_of_a_split_is_read(tmp_path, name):
    for split in ("train", "test"):
        put(tmp_path / split / "data" / "1.wav")
        row = {"file_name": "data/1.wav", "label": f"{split}ed", "text": "a dog"}
        lines = [",".join(row), ",".join(row.values())] if name.endswith("csv") else [json.dumps(row)]
        table(tmp_path / split, "\n".join(lines), name)
    clips = load_clips(tmp_path)
    assert [(clip.path, clip.label, clip.caption, clip.split) for clip in clips.clips] == [
        ("test/data/1.wav", "tested", "a dog", "held_out"),
        ("train/data/1.wav", "trained", "a dog", "shown"),
    ]


def test_a_folder_of_a_split_without_metadata_beside_one_with_it_is_read_too(tmp_path):
    for name in ("train/1.wav", "test/dog/2.wav"):
        put(tmp_path / name)
    table(tmp_path / "train", "file_name,label\n1.wav,cat\n", "metadata.csv")
    clips = load_clips(tmp_path)
    assert [(clip.path, clip.label, clip.split) for clip in clips.clips] == [
        ("test/dog/2.wav", "dog", "held_out"),
        ("train/1.wav", "cat", "shown"),
    ]


def test_one_metadata_above_the_folders_of_a_split_keeps_their_split(tmp_path):
    for split in ("train", "validation"):
        put(tmp_path / split / "1.wav")
    table(tmp_path, "file_name,label\ntrain/1.wav,dog\nvalidation/1.wav,cat\n", "metadata.csv")
    assert sides(load_clips(tmp_path)) == {"train/1.wav": "shown", "validation/1.wav": "held_out"}


def test_a_column_of_the_split_by_another_name_is_known_by_its_words(tmp_path):
    for name in "ab":
        put(tmp_path / f"{name}.wav")
    clips = load_clips(table(tmp_path, "path,subset\na.wav,training\nb.wav,evaluation\n"))
    assert sides(clips) == {"a.wav": "shown", "b.wav": "held_out"}
    clips = load_clips(table(tmp_path, "path,subset\na.wav,small\nb.wav,large\n"))
    assert clips.notes[0] == "columns of manifest.csv: path; passed over: subset."


# --- labels and captions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "labels"),
    [
        ("label", "dog;animal", ("dog", "animal")),
        ("label", "dog | animal", ("dog", "animal")),
        ("label", "Child speech, kid speaking", ("Child speech, kid speaking",)),
        ("labels", "Dog,Animal", ("Dog", "Animal")),
        ("labels", "Child speech, kid speaking;Dog", ("Child speech, kid speaking", "Dog")),
        ("tags", "['dog', 'animal']", ("dog", "animal")),
        ("label", '["Child speech, kid speaking", "Dog"]', ("Child speech, kid speaking", "Dog")),
        ("label", ["dog", "animal", "dog"], ("dog", "animal")),
        ("label", "", ()),
        ("label", [], ()),
        ("labels", "[]", ()),
        ("label", 7, ("7",)),
    ],
)
def test_the_labels_in_a_cell_are_told_apart(column, cell, labels):
    assert split_labels(column, cell) == labels


def test_the_first_of_several_labels_is_the_class_and_all_are_kept(tmp_path):
    put(tmp_path / "a.wav")
    (clip,) = load_clips(table(tmp_path, '{"audio": "a.wav", "label": ["guitar", "music"]}', "a.jsonl")).clips
    assert (clip.label, clip.other_labels, clip.labels) == ("guitar", ("music",), ("guitar", "music"))


@pytest.mark.parametrize("numbered", ["caption_{}", "caption{}", "Caption {}"])
def test_numbered_captions_are_all_said(tmp_path, numbered):
    put(tmp_path / "a.wav")
    heading = ",".join(numbered.format(number) for number in (1, 2, 3))
    (clip,) = load_clips(table(tmp_path, f"file_name,{heading}\na.wav,A dog barks.,a dog,A dog barks.\n")).clips
    assert clip.caption == "A dog barks. a dog"


def test_a_list_of_captions_is_said_whole(tmp_path):
    put(tmp_path / "a.wav")
    (clip,) = load_clips(table(tmp_path, '{"file": "a.wav", "captions": ["a dog", "barking"]}', "a.jsonl")).clips
    assert clip.caption == "a dog. barking"


def test_rows_that_say_more_of_one_stretch_are_one_clip(tmp_path):
    put(tmp_path / "a.wav", 2.0)
    clips = load_clips(
        table(
            tmp_path,
            "path,start,end,label,caption\na.wav,0,1,dog,a dog\na.wav,0,1,animal,barking\na.wav,0,1,dog,a dog\n"
            "a.wav,1,2,cat,\n",
        )
    )
    assert [(clip.labels, clip.caption) for clip in clips.clips] == [
        (("dog", "animal"), "a dog. barking"),
        (("cat",), None),
    ]
    assert clips.notes[1].startswith("Rows that name the stretch of an earlier row: 2;")


# --- groups ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["speaker", "speaker_id", "Speaker ID", "client_id", "spk", "artist", "recording", "track_id"]
)
def test_no_speaker_and_no_recording_is_both_shown_and_held_out(tmp_path, column):
    lines = [f"path,{column}"]
    for number in range(12):
        put(tmp_path / f"{number}.wav")
        lines.append(f"{number}.wav,{number % 4}")
    clips = load_clips(table(tmp_path, "\n".join(lines)))
    shown, held = ({clip.group for clip in clips.of(side)} for side in ("shown", "held_out"))
    assert (len(shown), len(held), shown & held) == (2, 2, set())


def test_a_speaker_and_a_recording_of_the_same_number_are_two_things(tmp_path):
    for number in range(3):
        put(tmp_path / f"{number}.wav")
    rows = "0.wav,r1,s1\n1.wav,r1,s2\n2.wav,s1,r1\n"
    clips = load_clips(table(tmp_path, f"path,recording,speaker\n{rows}"))
    assert [clip.group for clip in clips.clips] == ["r1", "r1", "s1"]


def test_a_split_that_tears_a_speaker_apart_is_refused(tmp_path):
    for name in "ab":
        put(tmp_path / f"{name}.wav")
    with pytest.raises(InvalidInput, match=r"manifest.csv:2 is shown and manifest.csv:3 is held out"):
        load_clips(table(tmp_path, "path,speaker,split\na.wav,7,train\nb.wav,7,test\n"))


def test_speakers_that_are_the_classes_are_no_groups():
    rows = [{"path": "a", "label": "x", "speaker": "x"}, {"path": "b", "label": "y", "speaker": "y"}]
    assert "group" not in find_columns(("path", "label", "speaker"), rows).known


# --- names of files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "real"),
    [
        ("audio\\0.wav", "audio/0.wav"),
        (".\\audio\\0.wav", "audio/0.wav"),
        ("./audio/0.wav", "audio/0.wav"),
        ("C:\\data\\Audio\\0.wav", "audio/0.wav"),
        ("c:/data/audio/0.WAV", "audio/0.wav"),
        ("file:///C:/data/audio/0.wav", "audio/0.wav"),
        ("file:audio/0.wav", "audio/0.wav"),
        ("audio/a%20b%26c.wav", "audio/a b&c.wav"),
        (unicodedata.normalize("NFC", "café.wav"), unicodedata.normalize("NFD", "café.wav")),
        (unicodedata.normalize("NFD", "über.wav"), unicodedata.normalize("NFC", "über.wav")),
        ("0", "audio/0.wav"),
        ("x.y", "x.y.wav"),
    ],
)
def test_a_file_is_found_by_its_name_as_it_is_written_elsewhere(tmp_path, written, real):
    put(tmp_path / real)
    put(tmp_path / "other.wav")
    clips = load_clips(table(tmp_path, json.dumps({"path": written}), "m.jsonl"))
    assert [Path(clip.path) for clip in clips.clips] == [Path(real)]
    assert clips.skipped == ()


def test_a_file_named_by_its_address_on_this_disk_is_found(tmp_path):
    file = put(tmp_path / "a b.wav")
    assert [clip.path for clip in load_clips(table(tmp_path, f"path\n{file.as_uri()}\n")).clips] == ["a b.wav"]


def test_other_spellings_are_told_once_with_an_example(tmp_path):
    for number in range(3):
        put(tmp_path / "audio" / f"{number}.wav")
    clips = load_clips(table(tmp_path, "path\naudio\\0.wav\naudio\\1.wav\naudio/2.wav\n"))
    assert clips.notes[1] == r"Files named otherwise in the table than on disk: 2, as audio\0.wav for audio/0.wav."


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("a", "missing: there is no such file, and several could be meant (a.flac, a.wav)"),
        ("https://example.com/a.wav", "an address on the network: download it first, nothing is fetched here"),
        ("s3://bucket/a.wav", "an address on the network: download it first, nothing is fetched here"),
        ("touch touched; cat a.wav |", "a command, not a file: it is never run"),
        ("gone.wav", "missing: there is no such file"),
        ("raw.ark:1234", "in an archive of Kaldi (ark), which is not read: extract it as wav"),
        ("folder.wav", "a folder, not a file"),
    ],
)
def test_a_name_that_is_no_file_is_skipped_with_the_true_reason(tmp_path, written, reason):
    for name in ("a.wav", "a.flac", "good.wav", "folder.wav/x.wav"):
        put(tmp_path / name)
    clips = load_clips(table(tmp_path, json.dumps({"path": written}) + '\n{"path": "good.wav"}', "m.jsonl"))
    assert list(reasons(clips).values()) == [reason]
    assert not (tmp_path / "touched").exists()


# --- tables of data sets --------------------------------------------------------------------------------------------


def test_fsd50k_is_read_as_it_is_unpacked(tmp_path):
    for name in ("FSD50K.dev_audio/1.wav", "FSD50K.dev_audio/2.wav", "FSD50K.eval_audio/3.wav"):
        put(tmp_path / name)
    truth = tmp_path / "FSD50K.ground_truth"
    table(truth, 'fname,labels,mids,split\n1,"Dog,Animal","/m/1,/m/2",train\n2,Rain,/m/3,val\n', "dev.csv")
    table(truth, "fname,labels,mids\n3,Rain,/m/3\n", "eval.csv")
    for path in (tmp_path, truth / "dev.csv"):
        clips = load_clips(path)
        found = [(clip.path, clip.labels, clip.split) for clip in clips.clips]
        assert found[:2] == [
            ("FSD50K.dev_audio/1.wav", ("Dog", "Animal"), "shown"),
            ("FSD50K.dev_audio/2.wav", ("Rain",), "held_out"),
        ]
        assert clips.skipped == ()
    assert "passed over: mids" in clips.notes[0]


def test_audioset_counts_in_the_video_and_its_cut_files_are_used_whole(tmp_path):
    for name in ("audio/--aB.wav", "audio/Yc_d.wav", "audio/e_f_30.000.wav"):
        put(tmp_path / name, 1.0)
    table(
        tmp_path,
        "# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=3, num_segs=3\n"
        "# YTID, start_seconds, end_seconds, positive_labels\n"
        '--aB, 30.000, 40.000, "/m/0bt9lr,/m/06mb1"\nc_d, 0.000, 10.000, "/m/06mb1"\n'
        'e_f, 30.000, 40.000, "/m/06mb1"\n',
        "eval_segments.csv",
    )
    table(tmp_path, 'index,mid,display_name\n0,/m/0bt9lr,Dog\n1,/m/06mb1,"Rain, wet"\n', "class_labels_indices.csv")
    clips = load_clips(tmp_path / "eval_segments.csv")
    assert [(clip.path, clip.end_s, clip.labels) for clip in clips.clips] == [
        ("audio/--aB.wav", 1.0, ("Dog", "Rain, wet")),
        ("audio/Yc_d.wav", 1.0, ("Rain, wet",)),
        ("audio/e_f_30.000.wav", 1.0, ("Rain, wet",)),
    ]


def test_clotho_is_read_with_five_captions_and_its_split(tmp_path):
    for split in ("development", "evaluation"):
        put(tmp_path / split / "a b.wav")
        heading = ",".join(f"caption_{number}" for number in range(1, 6))
        table(tmp_path, f"file_name,{heading}\na b.wav,one,two,three,four,five\n", f"clotho_captions_{split}.csv")
    clips = load_clips(tmp_path)
    assert [(clip.path, clip.caption, clip.split) for clip in clips.clips] == [
        ("development/a b.wav", "one. two. three. four. five", "shown"),
        ("evaluation/a b.wav", "one. two. three. four. five", "held_out"),
    ]


def test_common_voice_is_read_by_its_tables_of_the_split(tmp_path):
    for split in ("train", "dev", "test"):
        put(tmp_path / "clips" / f"{split}.mp3.wav")
        table(tmp_path, f"client_id\tpath\tsentence\tage\n{split}7\t{split}.mp3.wav\tHello.\tteens\n", f"{split}.tsv")
    clips = load_clips(tmp_path)
    assert [(clip.path, clip.group, clip.caption, clip.split) for clip in clips.clips] == [
        ("clips/dev.mp3.wav", "dev7", "Hello.", "held_out"),
        ("clips/test.mp3.wav", "test7", "Hello.", "held_out"),
        ("clips/train.mp3.wav", "train7", "Hello.", "shown"),
    ]
    assert clips.notes[0] == "columns of dev.tsv: path; caption: sentence; group: client_id; passed over: age."


@pytest.mark.parametrize("name", ["manifest.json", "train_manifest.json", "clips.jsonl"])
def test_a_nemo_manifest_is_read_with_its_stretches(tmp_path, name):
    put(tmp_path / "a.wav", 2.0)
    rows = [
        {"audio_filepath": "a.wav", "offset": 0.5, "duration": 1.0, "text": "one", "label": "x"},
        {"audio_filepath": "a.wav", "offset": 1.5, "duration": 0.5, "text": "two", "label": "y"},
    ]
    clips = load_clips(table(tmp_path, "\n".join(map(json.dumps, rows)), name))
    assert stretches(clips) == [("a.wav", 0.5, 1.5, "x"), ("a.wav", 1.5, 2.0, "y")]


@pytest.mark.parametrize(
    "document",
    [
        [{"path": "a.wav", "label": "x"}, {"path": "b.wav", "label": "y"}],
        {"version": 1, "data": [{"path": "a.wav", "label": "x"}, {"path": "b.wav", "label": "y"}]},
    ],
)
def test_one_json_document_is_a_manifest_too(tmp_path, document):
    for name in "ab":
        put(tmp_path / f"{name}.wav")
    clips = load_clips(table(tmp_path, json.dumps(document, indent=1), "clips.json"))
    assert [(clip.path, clip.label) for clip in clips.clips] == [("a.wav", "x"), ("b.wav", "y")]


def test_fsd50k_without_its_labels_is_refused_by_name(tmp_path):
    put(tmp_path / "FSD50K.dev_audio" / "1.wav")
    with pytest.raises(InvalidInput, match=r"FSD50K.dev_audio without its labels: put FSD50K.ground_truth"):
        load_clips(tmp_path)


def test_a_table_that_is_not_read_is_named(tmp_path):
    put(tmp_path / "cat" / "1.wav")
    put(tmp_path / "dog" / "1.wav")
    table(tmp_path, "path,label\ndog/1.wav,hound\n", "labels.csv")
    clips = load_clips(tmp_path)
    assert [clip.label for clip in clips.clips] == ["cat", "dog"]
    assert clips.notes == ("Tables that are not read: labels.csv; name one to read its clips.",)


def test_the_one_table_of_a_folder_without_classes_is_read_whatever_its_name(tmp_path):
    put(tmp_path / "clips" / "1.wav")
    table(tmp_path, "path,sentence\nclips/1.wav,a dog barks\n", "validated.csv")
    (clip,) = load_clips(tmp_path).clips
    assert (clip.label, clip.caption) == (None, "a dog barks")


def test_a_path_that_leads_out_of_the_folder_in_another_spelling_stays_outside(tmp_path):
    put(tmp_path / "outside.wav")
    inside = tmp_path / "inside"
    put(inside / "good.wav")
    for written in ("..\\outside.wav", "%2e%2e/outside.wav", (tmp_path / "outside.wav").as_uri()):
        clips = load_clips(table(inside, json.dumps({"path": written}) + '\n{"path": "good.wav"}', "m.jsonl"))
        assert [clip.path for clip in clips.clips] == ["good.wav"]
        assert ["--allow-outside" in item.reason for item in clips.skipped] == [True]


def test_a_data_folder_of_kaldi_is_read_and_no_command_is_run(tmp_path):
    for name in "ab":
        put(tmp_path / f"{name}.wav", 2.0)
    table(tmp_path, "recA a.wav\nrecB b.wav\nrecC touch touched; cat a.wav |\n", "wav.scp")
    table(
        tmp_path,
        "u1 recA 0.0 0.5\nu2 recA 0.5 -1\nu3 recB 0 1\nu4 recC 0 1\nu5 recD 0 1\nu6 recB 1 0\nu7 recB\n",
        "segments",
    )
    table(tmp_path, "u1 ann\nu2 ann\nu3 ann\n", "utt2spk")
    table(tmp_path, "u1 good morning\nu3 good night\n", "text")
    table(tmp_path, "ann u1 u2 u3\n", "spk2utt")
    clips = load_clips(tmp_path)
    assert [(clip.path, clip.start_s, clip.end_s, clip.group, clip.caption) for clip in clips.clips] == [
        ("a.wav", 0.0, 0.5, "speaker ann", "good morning"),
        ("a.wav", 0.5, 2.0, "speaker ann", None),
        ("b.wav", 0.0, 1.0, "speaker ann", "good night"),
    ]
    assert reasons(clips) == {
        "segments:5": "its recording 'recD' has no file in wav.scp",
        "segments:6": "its end, 0, is not after its start, 1",
        "segments:7": "the line is no segment: utterance, recording, start, end",
        "touch touched; cat a.wav | (segments:4)": "a command, not a file: it is never run",
    }
    assert clips.notes[0].startswith(
        "The folder is read as one of Kaldi: wav.scp, segments, utt2spk, text; passed over"
    )
    assert not (tmp_path / "touched").exists()


def test_a_label_track_of_audacity_cuts_the_sound_beside_it(tmp_path):
    put(tmp_path / "a.wav", 2.0)
    put(tmp_path / "b.wav")
    table(tmp_path, "0.0\t0.5\tdog\n\\\t100.0\t200.0\n0,5\t1.5\tcat\n1.7\t1.7\tclick\n", "a.txt")
    table(tmp_path, "Recorded in the garden.\n", "b.txt")
    clips = load_clips(tmp_path)
    assert stretches(clips) == [("a.wav", 0.0, 0.5, "dog"), ("a.wav", 0.5, 1.5, "cat"), ("b.wav", 0.0, 0.25, None)]
    assert reasons(clips) == {"a.txt:4": "it labels a moment and no stretch"}


def test_the_meta_of_dcase_is_read_without_a_heading(tmp_path):
    for name in ("audio/b020_90.wav", "audio/b021_10.wav", "audio/a001.wav"):
        put(tmp_path / name)
    table(tmp_path, "audio/b020_90.wav\tbeach\tb020\naudio/b021_10.wav\tbus\tb021\n", "meta.txt")
    assert [(clip.label, clip.group) for clip in load_clips(tmp_path).clips] == [("beach", "b020"), ("bus", "b021")]
    table(tmp_path, "audio/a001.wav\tstreet\t0.0\t0.2\tsteps\ta001\n", "meta.txt")
    assert stretches(load_clips(tmp_path)) == [("audio/a001.wav", 0.0, 0.2, "steps")]
    table(tmp_path, "filename\tonset\toffset\tevent_label\naudio/a001.wav\t0.0\t0.2\tSpeech\n", "meta.csv")
    assert stretches(load_clips(tmp_path / "meta.csv")) == [("audio/a001.wav", 0.0, 0.2, "Speech")]


def test_a_table_without_a_heading_whose_columns_nobody_can_know_is_refused(tmp_path):
    put(tmp_path / "a.wav")
    with pytest.raises(InvalidInput, match="has no heading"):
        load_clips(table(tmp_path, "a.wav,1,2,3\n"))


def test_a_column_of_files_by_an_unknown_name_is_known_by_what_it_holds(tmp_path):
    put(tmp_path / "a.wav")
    clips = load_clips(table(tmp_path, "Aufnahme,label\na.wav,Hund\n"))
    assert clips.notes == ("columns of manifest.csv: path: Aufnahme; label.",)


# --- tables that break their shape ----------------------------------------------------------------------------------


def test_an_open_quotation_mark_swallows_no_clip(tmp_path):
    for number in range(4):
        put(tmp_path / f"{number}.wav")
    rows = '0.wav,dog,"a dog\n1.wav,cat,a cat\n2.wav,cat,a cat\n3.wav,dog,a dog\n'
    clips = load_clips(table(tmp_path, f"path,label,caption\n{rows}"))
    assert [(clip.path, clip.label, clip.caption) for clip in clips.clips] == [
        ("0.wav", "dog", "a dog"),
        ("1.wav", "cat", "a cat"),
        ("2.wav", "cat", "a cat"),
        ("3.wav", "dog", "a dog"),
    ]
    assert "manifest.csv:2 is read, although a quotation mark opens a cell and is never closed." in clips.notes


@pytest.mark.parametrize(
    "text", ["sep=;\npath;label\na.wav;dog\n", "\ufeffpath,label\r\na.wav,dog\r\n", "path|label\na.wav|dog\n"]
)
def test_tables_of_other_programs_are_read(tmp_path, text):
    put(tmp_path / "a.wav")
    (clip,) = load_clips(table(tmp_path, text)).clips
    assert (clip.path, clip.label) == ("a.wav", "dog")
