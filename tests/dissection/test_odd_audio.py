"""Audio files as they come: every format that can be decoded is, and the rest is skipped with the true reason."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import ClipConfig, ClipSet, load_clips, read_waveform
from earmark.errors import InvalidInput

RATE = 8000


def tone(seconds: float = 1.0, pitch_hz: float = 440.0, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def put(file: Path, samples: np.ndarray, rate: int = RATE, **how) -> Path:
    soundfile.write(file, samples, rate, **how)
    return file


def wav(data: bytes, *, rate: int = RATE, channels: int = 1, bits: int = 16, promised: int | None = None) -> bytes:
    """A WAV of whole numbers whose header says what it is told to say."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block, block, bits)
    size = len(data) if promised is None else promised
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 2**32 - 1)) + body


def pcm(samples: np.ndarray) -> bytes:
    return (32767 * samples).astype("<i2").tobytes()


def reasons(clips: ClipSet) -> dict[str, str]:
    return {item.uri: item.reason for item in clips.skipped}


def only_wave(folder: Path) -> np.ndarray:
    clips = load_clips(folder)
    assert clips.skipped == ()
    (clip,) = clips.clips
    return read_waveform(clips.root, clip, clip.rate_hz)


def reason_of(folder: Path) -> str:
    put(folder / "good.wav", tone(pitch_hz=300))
    clips = load_clips(folder)
    assert [clip.path for clip in clips.clips] == ["good.wav"]
    (reason,) = reasons(clips).values()
    return reason


# --- what is read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "form", "subtype"),
    [
        ("wav", "WAV", "PCM_U8"),
        ("wav", "WAV", "PCM_24"),
        ("wav", "WAV", "DOUBLE"),
        ("wav", "WAV", "GSM610"),
        ("wav", "WAV", "IMA_ADPCM"),
        ("wav", "WAV", "MS_ADPCM"),
        ("wav", "WAV", "ULAW"),
        ("wav", "WAV", "G721_32"),
        ("wav", "WAVEX", "PCM_16"),
        ("wav", "RF64", "PCM_16"),
        ("w64", "W64", "PCM_16"),
        ("aiff", "AIFF", "PCM_16"),
        ("aifc", "AIFF", "FLOAT"),
        ("au", "AU", "ULAW"),
        ("caf", "CAF", "ALAC_16"),
        ("voc", "VOC", "PCM_U8"),
        ("sph", "NIST", "PCM_16"),
        ("m4a", "WAV", "PCM_16"),
    ],
)
def test_every_format_that_can_be_decoded_is_read_whole_and_in_stretches(tmp_path, ending, form, subtype):
    put(tmp_path / f"a.{ending}", tone(), format=form, subtype=subtype)
    wave = only_wave(tmp_path)
    assert len(wave) == pytest.approx(RATE, rel=0.05)
    assert np.corrcoef(wave[:7000], tone()[:7000])[0, 1] > 0.99
    (tmp_path / "m.csv").write_text(f"path,start,end\na.{ending},0.5,0.75\na.{ending},0.1,0.35\n")
    clips = load_clips(tmp_path / "m.csv")
    for clip in clips.clips:
        there = read_waveform(clips.root, clip, RATE)
        start = round(clip.start_s * RATE)
        assert np.corrcoef(there, tone()[start : start + 2000])[0, 1] > 0.98


def test_a_flac_of_unknown_length_is_read_to_its_end_and_in_stretches(tmp_path):
    raw = bytearray(put(tmp_path / "a.flac", tone()).read_bytes())
    raw[21] &= 0xF0
    raw[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(raw)
    np.testing.assert_allclose(only_wave(tmp_path), tone(), atol=1e-4)
    clips = load_clips(tmp_path, ClipConfig(clip_s=0.3))
    assert [(clip.start_s, clip.end_s) for clip in clips.clips] == [(0.0, 0.3), (0.3, 0.6), (0.6, 0.9)]
    np.testing.assert_allclose(read_waveform(tmp_path, clips.clips[1], RATE), tone()[2400:4800], atol=1e-4)


@pytest.mark.parametrize("promised", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000])
def test_a_wav_whose_header_was_written_before_its_end_was_known_is_read_whole(tmp_path, promised):
    (tmp_path / "a.wav").write_bytes(wav(pcm(tone()), promised=promised))
    np.testing.assert_allclose(only_wave(tmp_path), tone(), atol=1e-4)


def test_an_mp3_behind_a_picture_or_junk_is_read(tmp_path):
    raw = put(tmp_path / "a.mp3", tone(rate=16000), 16000).read_bytes()
    (tmp_path / "a.mp3").write_bytes(b"ID3\x04\0\0\0\0\x0f\x00" + bytes(0x780) + raw)
    (tmp_path / "b.mp3").write_bytes(bytes(300) + put(tmp_path / "b.mp3", tone(1, 700, 16000), 16000).read_bytes())
    assert [clip.path for clip in load_clips(tmp_path).clips] == ["a.mp3", "b.mp3"]


# --- channels and levels --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_channels_that_cancel_each_other_are_heard_by_the_loudest_and_told(tmp_path, offset):
    left = tone()
    put(tmp_path / "a.wav", np.stack([left + offset, -0.995 * left + offset], axis=1), subtype="FLOAT")
    np.testing.assert_allclose(only_wave(tmp_path), left + offset, atol=1e-6)
    (note,) = load_clips(tmp_path).notes
    assert note.startswith("In 1 of 1 clips the channels cancel each other (opposite phase)")


def test_channels_that_do_not_cancel_are_mixed_by_their_mean(tmp_path):
    rng = np.random.default_rng(0)
    many = 0.1 * rng.standard_normal((RATE, 8)).astype(np.float32)
    put(tmp_path / "a.wav", many, subtype="FLOAT")
    np.testing.assert_allclose(only_wave(tmp_path), many.mean(axis=1), atol=1e-6)
    assert load_clips(tmp_path).notes == ()


@pytest.mark.parametrize("peak", [1.5, 3.0, 7.9])
def test_floats_beyond_full_scale_keep_their_shape_and_are_told(tmp_path, peak):
    put(tmp_path / "a.wav", 2 * peak * tone(), subtype="FLOAT")
    wave = only_wave(tmp_path)
    assert np.abs(wave).max() == 1
    np.testing.assert_allclose(wave, tone() / np.abs(tone()).max(), atol=1e-6)
    assert f"({peak:.3g} times)" in load_clips(tmp_path).notes[0]


# --- what is skipped ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["WAV", "AIFF", "AU", "W64", "RF64"])
def test_a_file_that_was_cut_off_is_skipped_and_its_reason_says_how_much_is_there(tmp_path, form):
    raw = put(tmp_path / "a.wav", tone(2.0), format=form, subtype="PCM_16").read_bytes()
    (tmp_path / "a.wav").write_bytes(raw[: len(raw) // 2])
    assert reason_of(tmp_path).startswith("broken off: it ends after 1.0")


def test_a_stretch_that_lies_before_the_break_is_used(tmp_path):
    raw = put(tmp_path / "a.wav", tone(2.0)).read_bytes()
    (tmp_path / "a.wav").write_bytes(raw[: len(raw) // 2])
    (tmp_path / "m.csv").write_text("path,start,end\na.wav,0.2,0.7\n")
    assert [clip.end_s for clip in load_clips(tmp_path / "m.csv").clips] == [0.7]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.wav", b"", "empty: the file has no bytes"),
        ("a.wav", b"just words\n", "not audio: it holds text"),
        ("a.wav", bytes(2000), "broken: it begins with nothing but zeros"),
        ("a.mp3", b"<!DOCTYPE html><html>404</html>", "not audio: it holds a web page: download the sound again"),
        ("a.wav", b"version https://git-lfs.github.com/spec/v1\n", "not audio: it holds a pointer of Git LFS"),
        ("a.wav", b"PK\x03\x04" + bytes(50), "not audio: it holds a ZIP archive: unpack it"),
        ("a.m4a", b"\0\0\0\x20ftypM4A " + bytes(50), "it holds an MP4 container (m4a, mp4, mov), which is not decoded"),
        ("a.wav", b"\0\0\0\x20ftypisom" + bytes(50), "it holds an MP4 container (m4a, mp4, mov), which is not decoded"),
        ("a.webm", b"\x1a\x45\xdf\xa3" + bytes(50), "it holds a Matroska container (webm, mka, mkv), which is not"),
        ("a.wma", bytes.fromhex("3026b2758e66cf11") + bytes(50), "it holds a Windows Media container (wma, asf)"),
        ("a.aac", b"\xff\xf1\x50\x80" + bytes(50), "it holds AAC, which is not decoded here"),
        ("a.avi", b"RIFF\x10\0\0\0AVI LIST" + bytes(50), "it holds an AVI video, which is not decoded here"),
        ("a.dsf", b"nothing known", ".dsf files are not decoded here: convert it to wav, flac, ogg or mp3"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt ", "broken: no decoder recognises it"),
        ("a.wav", wav(pcm(tone()), rate=1), "its rate is 1 Hz, where 1000 to 768000 Hz can be used"),
        ("a.wav", wav(pcm(tone()), rate=10_000_000), "its rate is 10000000 Hz, where 1000 to 768000 Hz can be used"),
        ("a.wav", wav(pcm(tone()), channels=64), "it has 64 channels, more than the 32 that are mixed down"),
        ("a.wav", wav(b"\x01\x02"), "too short: 0.000 s, where 0.1 s are needed"),
        ("a.wav", wav(pcm(np.full(RATE, 0.4))), "silent: "),
    ],
)
def test_what_no_decoder_takes_is_skipped_with_the_true_reason(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    assert reason_of(tmp_path).startswith(reason)


def test_samples_that_are_no_numbers_are_told(tmp_path):
    samples = tone()
    samples[4000] = np.inf
    put(tmp_path / "a.wav", samples, subtype="FLOAT")
    assert reason_of(tmp_path) == "broken: some of its samples are not numbers"


@pytest.mark.parametrize("form", ["W64", "CAF", "AIFF", "AU"])
def test_a_header_that_claims_more_than_there_can_be_costs_no_memory(tmp_path, form):
    raw = bytearray(put(tmp_path / "a.wav", tone(), format=form, subtype="PCM_16").read_bytes())
    mark = {"W64": b"data", "CAF": b"data", "AIFF": b"SSND", "AU": b".snd"}[form]
    at = raw.index(mark) + {"W64": 16, "CAF": 4, "AIFF": 4, "AU": 8}[form]
    size = {"W64": struct.pack("<Q", 2**60), "CAF": struct.pack(">q", 2**60)}.get(form, struct.pack(">I", 2**31 - 1))
    raw[at : at + len(size)] = size
    (tmp_path / "a.wav").write_bytes(raw)
    put(tmp_path / "good.wav", tone(pitch_hz=300))
    clips = load_clips(tmp_path)
    assert len(clips.clips) + len(clips.skipped) == 2
    assert all(clip.end_s < 2 for clip in clips.clips)


def test_links_in_circles_pipes_and_folders_with_the_name_of_a_sound_are_skipped(tmp_path):
    put(tmp_path / "good.wav", tone())
    (tmp_path / "circle.wav").symlink_to("circle.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    clips = load_clips(tmp_path)
    assert reasons(clips) == {
        "circle.wav": "a link that leads back to itself",
        "pipe.wav": "not a plain file",
        "folder.wav": "a folder, not a file; what lies in it is listed",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is hidden from root")
def test_a_file_that_may_not_be_read_is_told_so(tmp_path):
    put(tmp_path / "a.wav", tone()).chmod(0)
    assert reason_of(tmp_path) == "unreadable: Permission denied"


# --- pieces ---------------------------------------------------------------------------------------------------------


def test_long_files_are_cut_into_pieces_that_stay_on_one_side(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(4):
        put(tmp_path / f"{number}.wav", 0.1 * rng.standard_normal(round(3.2 * RATE)))
    put(tmp_path / "short.wav", tone(0.5))
    clips = load_clips(tmp_path, ClipConfig(clip_s=1.0))
    mine = [(clip.start_s, clip.end_s) for clip in clips.clips if clip.path == "0.wav"]
    assert mine == [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]
    assert len(clips.clips) == 13
    assert len({clip.group for clip in clips.clips}) == 5
    shown, held = ({clip.group for clip in clips.of(side)} for side in ("shown", "held_out"))
    assert shown & held == set()
    assert clips.notes == ("Files cut into pieces of 1 s: 4; a rest of less than half a piece is left out.",)


def test_a_rest_of_half_a_piece_is_kept_and_a_silent_piece_is_told(tmp_path):
    samples = np.concatenate([tone(), np.zeros(RATE, np.float32), tone(0.5)])
    put(tmp_path / "a.wav", samples)
    clips = load_clips(tmp_path, ClipConfig(clip_s=1.0, max_clip_s=1.5))
    assert [(clip.start_s, clip.end_s) for clip in clips.clips] == [(0.0, 1.0), (2.0, 2.5)]
    (reason,) = reasons(clips).values()
    assert reason.startswith("its piece from 1.00 s on: silent")


def test_pieces_of_no_length_are_refused():
    with pytest.raises(InvalidInput, match="--clip-seconds"):
        ClipConfig(clip_s=0.01)


# --- the terminal ---------------------------------------------------------------------------------------------------


def test_a_decoder_writes_nothing_to_the_terminal_and_our_own_words_stay(tmp_path):
    raw = put(tmp_path / "cut.mp3", tone(3.0, rate=16000), 16000).read_bytes()
    (tmp_path / "cut.mp3").write_bytes(raw[: len(raw) // 2] + b"\xff\xfbjunk" * 200)
    for name in ("page.mp3", "page2.mp3"):
        (tmp_path / name).write_text(f"<!DOCTYPE html><html>{name}</html>")
    put(tmp_path / "good.wav", tone())
    script = (
        "import sys, os\nfrom pathlib import Path\nfrom earmark.dissection.clips import load_clips\n"
        "def progress(stage, done, total): os.write(2, b'%d\\n' % done); print('here', file=sys.stderr)\n"
        f"load_clips(Path({str(tmp_path)!r}), progress=progress)\n"
        "import ctypes; libc = ctypes.CDLL(None)\n"
        "libc.fputs(b'again\\n', ctypes.c_void_p.in_dll(libc, 'stderr'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "1\nhere\n2\nhere\n3\nhere\n4\nhere\nagain\n"
