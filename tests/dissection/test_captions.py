"""Every clip is captioned once from every source, and nothing that was done is done again."""

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import ClipSet, load_clips
from earmark.dissection.describing.captions import (
    CIRCULAR_LABELS,
    Caption,
    CaptionConfig,
    Heard,
    ListeningModel,
    caption_clips,
    caption_sources,
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
