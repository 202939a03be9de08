"""What the network does not hear of a clip is not measured, not put into words and not played, and the run says so."""

import io
import json
import sys

import numpy as np
import pytest
import soundfile

from earmark.dissection.acoustics import Measures
from earmark.dissection.clips import Clip
from earmark.dissection.clips.heard import alike_note, captioner_note, heard_note, seconds, window_of
from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.captions import Caption
from earmark.dissection.localisation.localisation import Moment
from earmark.dissection.recipe import dissect, resume
from earmark.dissection.walk import ClipMeasures
from earmark.errors import InvalidInput
from earmark.language.providers.scripted import Scripted
from earmark.report.dissection_data import page_data
from earmark.report.sounds import RATE_HZ, carry
from earmark.runs import RunFolder

RATE = 16_000
WINDOWED = """
from dataclasses import replace

from hearing import make as whole

from earmark.dissection.networks import TokenLayout


def make():
    network = whole()
    layout = TokenLayout(window_columns=50, columns=lambda samples: min(50, samples // 160), hop_s=0.01, span_s=0.01)
    return replace(network, prepare=lambda waves: network.prepare([wave[:8000] for wave in waves]), layout=layout)
"""


@pytest.fixture
def run(factory, tmp_path, embedder):
    """Twenty-six clips of 0.8 s before a network that hears 0.5 s; the last two differ after 0.6 s only."""
    (tmp_path / "windowed.py").write_text(WINDOWED)
    sys.modules.pop("windowed", None)
    (tmp_path / "clips").mkdir()
    time = np.arange(round(0.8 * RATE)) / RATE
    for number in range(25):
        wave = 0.3 * np.sin(2 * np.pi * (200 + 100 * number) * time)
        soundfile.write(tmp_path / "clips" / f"{number:02d}.wav", wave, RATE)
    wave[round(0.6 * RATE) :] = np.random.default_rng(0).uniform(-0.6, 0.6, len(wave) - round(0.6 * RATE))
    soundfile.write(tmp_path / "clips" / "25.wav", wave, RATE)
    listener = Scripted(lambda prompt: '{"caption": "a tone"}')
    config = DissectionConfig(captions=("acoustic", "model"), per_side=4)
    found = dissect("windowed:make", tmp_path / "clips", "run", config, embedder=embedder, language_model=listener)
    return found, listener


def test_clips_that_begin_alike_are_measured_and_captioned_alike_and_the_run_says_so(run):
    found, listener = run
    *_, one, other = found.read("clips", Clip)
    measures = {row.clip_id: row.measures for row in found.read("acoustics", ClipMeasures)}
    captions = {(row.clip_id, row.source): row.text for row in found.read("captions", Caption)}
    assert measures[one.id] == measures[other.id]
    assert captions[one.id, "acoustic"] == captions[other.id, "acoustic"]
    played = [part.audio_wav for asked in listener.asked for part in asked.data if part.audio_wav]
    assert {soundfile.info(io.BytesIO(wav)).duration for wav in played} == {0.5}
    heard, alike = (note for note in found.manifest.notes if "the network" in note)
    assert heard.startswith("the network hears the first 0.5 s of a clip, and 26 of 26 clips are longer: only this")
    assert alike.startswith("2 clips begin like another one and differ only where the network does not hear (24.wav,")


def test_moments_pictures_and_sounds_end_where_the_network_stops_listening(run):
    found, _ = run
    assert max(moment.end_s for moment in found.read("moments", Moment)) <= 0.5
    assert {clip.end_s for clip in page_data(found).clips} == {0.5}
    clips = found.read("clips", Clip)
    carried = carry(found.path.parent / "clips", clips, [0], 10**7, window_s=window_of(found.manifest.arguments))
    wave, _ = soundfile.read(io.BytesIO(carried.sounds[0]))
    assert len(wave) < 0.6 * RATE_HZ


def test_a_run_begun_before_this_was_asked_goes_on_with_whole_clips(run, embedder):
    found, listener = run
    manifest = json.loads((found.path / "manifest.json").read_text())
    del manifest["arguments"]["window_s"]
    manifest["stages"] = [stage for stage in manifest["stages"] if stage["name"] in ("clips", "activations")]
    (found.path / "manifest.json").write_text(json.dumps(manifest))
    (found.path / "acoustics.parquet").unlink(missing_ok=True)
    found.table("acoustics").unlink(missing_ok=True)
    again = resume(found.path, network="windowed:make", embedder=embedder, language_model=listener)
    *_, one, other = again.read("acoustics", ClipMeasures)
    assert one.measures != other.measures
    assert {clip.end_s for clip in page_data(RunFolder.open(found.path)).clips} == {0.8}


def clip(name, duration_s, split="shown"):
    return Clip(id=name, path=f"{name}.wav", end_s=duration_s, rate_hz=RATE, group=name, split=split)


def test_nothing_is_said_where_all_is_heard():
    short = [clip("a", 1.0), clip("b", 1.9)]
    assert heard_note(short, None) is None
    assert heard_note(short, 1.9) is None
    assert alike_note(short, [Measures(), Measures()], 1.9) is None
    assert captioner_note(short, "ear", 30.0, None) is None


def test_one_longer_clip_is_one_and_a_much_longer_one_is_to_be_cut():
    said = heard_note([clip("a", 1.0), clip("b", 12.0)], 10.175)
    assert said.startswith("the network hears the first 10 s of a clip, and 1 of 2 clips is longer: only")
    assert "Cut long recordings" not in said
    assert heard_note([clip("a", 60.0)], 10.175).endswith(
        "Cut long recordings into clips of that length to have all of them heard."
    )


def test_beginnings_on_both_sides_of_the_split_are_named():
    sides = [clip("a", 3.0), clip("b", 3.0, "held_out"), clip("c", 3.0)]
    said = alike_note(sides, [Measures(pitch_hz=1.0), Measures(pitch_hz=1.0), Measures(pitch_hz=2.0)], 1.9)
    assert said.startswith("2 clips begin like another one")
    assert "1 of these beginnings is both shown and held out" in said


def test_a_captioner_that_is_played_less_than_the_network_hears_is_named():
    clips = [clip("a", 40.0), clip("b", 20.0)]
    assert captioner_note(clips, "ear", 30.0, None) == (
        "ear was played the first 30 s of 1 of the clips, which the network hears longer."
    )
    assert captioner_note(clips, "ear", 30.0, 10.0) is None


@pytest.mark.parametrize(("duration_s", "said"), [(0.035, "0.035"), (1.935, "1.9"), (10.175, "10"), (30.0, "30")])
def test_a_duration_is_told_in_two_digits(duration_s, said):
    assert seconds(duration_s) == said


def test_a_manifest_that_holds_no_seconds_is_refused():
    assert window_of({}) is None
    for wrong in ("1.9", -1, True):
        with pytest.raises(InvalidInput, match="where seconds above zero belong"):
            window_of({"window_s": wrong})
