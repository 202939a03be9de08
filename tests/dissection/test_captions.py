"""Every clip is captioned once from every source, and nothing that was done is done again."""

import io
import json

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import ClipSet, load_clips
from earmark.dissection.describing.caption_checks import CaptionAgreement, why_no_caption
from earmark.dissection.describing.captions import (
    CIRCULAR_LABELS,
    Caption,
    CaptionConfig,
    Heard,
    ListeningModel,
    caption_clips,
    caption_sources,
    hear_twice,
)
from earmark.errors import InvalidInput, UnknownName
from earmark.language.providers.scripted import Scripted
from earmark.runs import Manifest, RunFolder
from earmark.workers import Threads


@pytest.fixture
def clips(tmp_path) -> ClipSet:
    folder = tmp_path / "clips"
    folder.mkdir()
    rows = ["path,label,caption"]
    for number in range(40):
        tone = 0.5 * np.sin(2 * np.pi * (300 + number) * np.arange(1600) / 8000)
        soundfile.write(folder / f"{number:02d}.wav", tone, 8000)
        caption = "a bell\u202e rings" if number % 2 else ""
        rows.append(f"{number:02d}.wav,door_bell,{caption}")
    (folder / "manifest.csv").write_text("\n".join(rows))
    return load_clips(folder)


@pytest.fixture
def run(tmp_path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", Manifest.begin("dissection", {}, seed=0))


class Listener:
    """A captioner that counts how often it was asked about each clip."""

    name = "listener"

    def __init__(self, dies_at: int | None = None) -> None:
        self.asked: list[str] = []
        self.dies_at = dies_at

    def caption(self, root, clip) -> Heard:
        self.asked.append(clip.path)
        if len(self.asked) == self.dies_at:
            raise KeyboardInterrupt
        return Heard(None, "it refused") if clip.path == "07.wav" else Heard(f"I hear {clip.path}")


def test_by_default_the_manifests_words_stand_beside_the_acoustic_ones(clips, run):
    captions = caption_clips(clips, CaptionConfig(), run, acoustic=lambda clip: f"high {clip.path}")
    assert [caption.source for caption in captions] == ["acoustic"] * 40 + ["column"] * 20
    assert captions[0] == Caption(clip_id=clips.clips[0].id, source="acoustic", text="high 00.wav")
    assert captions[40] == Caption(clip_id=clips.clips[1].id, source="column", text="a bell rings")
    assert run.manifest.notes == ()


def test_labels_are_used_only_when_asked_and_the_run_says_that_they_are_circular(clips, run):
    assert "labels" not in caption_sources(clips, CaptionConfig())
    captions = caption_clips(clips, CaptionConfig(sources=("labels",)), run)
    assert {caption.text for caption in captions} == {"door bell"}
    assert run.manifest.notes == (CIRCULAR_LABELS,)


def test_a_killed_run_asks_for_no_caption_twice_that_it_kept(clips, run):
    config, alone = CaptionConfig(sources=("model",)), Threads(1)
    first = Listener(dies_at=36)
    with pytest.raises(KeyboardInterrupt):
        caption_clips(clips, config, run, captioner=first, workers=alone)
    second = Listener()
    captions = caption_clips(clips, config, RunFolder.open(run.path), captioner=second, workers=alone)
    assert len(captions) == 39
    # 32 were kept, one of them a refusal, which is worth a second question.
    assert second.asked == ["07.wav", *(f"{number:02d}.wav" for number in range(32, 40))]
    assert sorted(caption.text for caption in captions) == [f"I hear {n:02d}.wav" for n in range(40) if n != 7]


def test_a_finished_table_is_read_and_nobody_is_asked(clips, run):
    config = CaptionConfig(sources=("model",))
    before = caption_clips(clips, config, run, captioner=Listener())
    again = Listener()
    assert caption_clips(clips, config, RunFolder.open(run.path), captioner=again) == before
    assert again.asked == []


def test_a_refusal_is_no_caption_and_is_listed(clips, run):
    captions = caption_clips(clips, CaptionConfig(sources=("model",)), run, captioner=Listener())
    assert len(captions) == 39
    assert [(item.uri, item.reason) for item in run.manifest.skipped] == [("07.wav", "no model caption: it refused")]


def test_a_model_that_listens_gets_the_clip_as_wav_and_its_words_are_cleaned(clips, run):
    model = Scripted(lambda prompt: '{"caption": "a \\u200bbell\\u001b[31m\\n rings"}')
    captions = caption_clips(clips, CaptionConfig(sources=("model",)), run, captioner=ListeningModel(model))
    assert {caption.text for caption in captions} == {"a bell[31m rings"}
    assert len(model.asked) == 40
    (sound,) = model.asked[0].data
    assert sound.audio_wav is not None
    assert sound.audio_wav[:4] == b"RIFF"
    # Nothing of the clip's own words travels along: the model says what it hears.
    assert {message.text for prompt in model.asked for message in prompt.data} == {"the recording"}
    assert model.asked[0].instructions == model.asked[1].instructions


def test_a_long_clip_of_another_format_is_cut_and_converted(tmp_path):
    stereo = np.random.default_rng(0).normal(scale=0.1, size=(8000 * 40, 2))
    soundfile.write(tmp_path / "long.flac", stereo, 8000)
    soundfile.write(tmp_path / "short.wav", stereo[:8000], 8000)
    listening = ListeningModel(Scripted(lambda prompt: '{"caption": "noise"}'))
    loaded = load_clips(tmp_path)
    for clip in loaded.clips:
        listening.caption(loaded.root, clip)
    sounds = [soundfile.info(io.BytesIO(asked.data[0].audio_wav)) for asked in listening.model.asked]
    assert [(one.format, one.channels, one.samplerate, one.duration) for one in sounds] == [
        ("WAV", 1, 16_000, 30.0),
        ("WAV", 1, 16_000, 1.0),
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I'm sorry, but I cannot listen to audio.", "it refuses"),
        ("As an AI language model I have no ears.", "it refuses"),
        ("No audio was provided.", "it refuses"),
        ("dog dog dog dog dog", "it repeats itself"),
        ("a bell rings, a bell rings, a bell rings, a bell rings", "it repeats itself"),
        ("...", "it says nothing"),
        ("A dog barks twice and a bell rings while rain falls on a tin roof.", None),
        ("Someone says: I can hear you, I can hear you.", None),
        ("A woman who is unable to stop laughing.", None),
    ],
)
def test_refusals_and_loops_are_no_captions(said, reason):
    assert (why_no_caption(said) or "").startswith(reason or "")
    assert (why_no_caption(said) is None) == (reason is None)


def test_a_refusal_inside_a_well_formed_reply_is_set_aside_with_its_reason(clips, run):
    model = Scripted(lambda prompt: '{"caption": "I am sorry, I cannot hear the recording."}')
    config = CaptionConfig(sources=("model",))
    assert caption_clips(clips, config, run, captioner=ListeningModel(model)) == []
    assert {item.reason for item in run.manifest.skipped} == {
        'no model caption: scripted gave no caption: it refuses ("I am sorry")'
    }


def test_a_sample_is_heard_twice_and_the_agreement_is_told_beside_chance(clips, run):
    def answer(prompt):
        number = len(prompt.data[0].audio_wav) + prompt.data[0].audio_wav[400]
        return json.dumps({"caption": f"bell {number}" if prompt.temperature == 0 or number % 2 else "a door"})

    captioner = ListeningModel(Scripted(answer))
    captions = caption_clips(clips, CaptionConfig(sources=("model",)), run, captioner=captioner)
    asked = len(captioner.model.asked)
    hear_twice(clips, captions, captioner, run, Letters(), seed=3)
    again = captioner.model.asked[asked:]
    assert len(again) == 20
    assert {(prompt.temperature, prompt.seed) for prompt in again} == {(0.7, 4)}
    rows = run.read("caption_agreement", CaptionAgreement)
    first = {caption.clip_id: caption.text for caption in captions}
    assert all(row.first == first[row.clip_id] for row in rows)
    assert all((row.cosine > 0.999) == (row.first == row.second) for row in rows)
    (note,) = run.manifest.notes
    assert "heard 20 clips twice" in note
    assert "those of different clips at" in note


class Letters:
    """Texts as counts of their characters."""

    name = "letters"

    def embed(self, texts):
        counts = np.array([[text.count(chr(code)) for code in range(32, 128)] for text in texts], dtype=np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_a_model_that_talks_nonsense_yields_no_caption(clips, run):
    captions = caption_clips(
        clips, CaptionConfig(sources=("model",)), run, captioner=ListeningModel(Scripted(lambda prompt: "no json"))
    )
    assert captions == []
    assert len(run.manifest.skipped) == 40


def test_sources_that_the_clips_do_not_offer_are_refused(clips, run):
    bare = ClipSet(
        clips.root, tuple(clip.model_copy(update={"caption": None, "label": None}) for clip in clips.clips), ()
    )
    with pytest.raises(InvalidInput, match="no clip has a caption"):
        caption_sources(bare, CaptionConfig(sources=("column",)))
    with pytest.raises(InvalidInput, match="no clip has a label"):
        caption_sources(bare, CaptionConfig(sources=("labels",)))
    with pytest.raises(InvalidInput, match="--model"):
        caption_clips(bare, CaptionConfig(sources=("model",)), run)
    with pytest.raises(UnknownName, match="no source of captions matches 'colum'; the nearest are column"):
        CaptionConfig(sources=("colum",))


def test_captions_by_labels_say_every_label_of_a_clip(clips, run):
    labelled = [clips.clips[0].model_copy(update={"other_labels": ("metal", "musical_instrument")})]
    (caption,) = caption_clips(ClipSet(clips.root, tuple(labelled), ()), CaptionConfig(("labels",)), run)
    assert caption.text == "door bell, metal, musical instrument"
