"""What a file holds that no decoder here reads, told by its first bytes and by its name."""

import re

READ_ENDINGS = frozenset(
    [
        ".wav",
        ".wave",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".snd",
        ".caf",
        ".w64",
        ".rf64",
        ".voc",
        ".sph",
    ]
)
# Audio or video by name that nothing installed here decodes: listed as skipped, never passed over in silence.
UNREAD_ENDINGS = frozenset(
    [
        ".m4a",
        ".m4b",
        ".mp4",
        ".m4v",
        ".aac",
        ".wma",
        ".asf",
        ".webm",
        ".mka",
        ".mkv",
        ".amr",
        ".3gp",
        ".ape",
        ".wv",
        ".dsf",
        ".dff",
        ".mpc",
        ".ra",
        ".ac3",
        ".dts",
        ".mov",
        ".avi",
        ".mpg",
        ".mpeg",
        ".mid",
        ".midi",
    ]
)
CONVERT = "convert it to wav, flac, ogg or mp3"

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (rb"....ftyp", "an MP4 container (m4a, mp4, mov)"),
        (rb"\x1a\x45\xdf\xa3", "a Matroska container (webm, mka, mkv)"),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media container (wma, asf)"),
        (rb"\xff[\xf0\xf1\xf8\xf9]", "AAC"),
        (rb"ADIF", "AAC"),
        (rb"RIFF....AVI ", "an AVI video"),
        (rb"\x00\x00\x01[\xb3\xba]", "an MPEG video"),
        (rb"FLV\x01", "a Flash video"),
        (rb"#!AMR", "AMR speech"),
        (rb"MAC ", "Monkey's Audio"),
        (rb"wvpk", "WavPack"),
        (rb"MThd", "MIDI notes"),
        (rb"\.RMF", "a RealMedia container"),
        (rb"DSD |FRM8", "DSD audio"),
    )
)
_NO_AUDIO: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), name)
    for pattern, name in (
        (rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)", "a web page: download the sound again"),
        (rb"version https://git-lfs", "a pointer of Git LFS: fetch the sound with 'git lfs pull'"),
        (rb"/annex/|\.git/annex", "a pointer of git-annex: fetch the sound with 'git annex get'"),
        (rb"(\xef\xbb\xbf)?\s*<\?xml", "XML"),
        (rb"\x00\x05\x16\x07", "what a Mac notes about a file beside it (AppleDouble)"),
        (rb"PK\x03\x04", "a ZIP archive: unpack it"),
        (rb"\x1f\x8b", "a gzip archive: unpack it"),
        (rb"%PDF", "a PDF"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture"),
        (rb"\x7fELF|MZ\x90", "a program"),
    )
)

_HEADERS = (b"RIFF", b"RIFX", b"FORM", b"fLaC", b"OggS", b"ID3", b"caff", b".snd")


def undecoded(beginning: bytes) -> str | None:
    """The reason why audio with these first bytes cannot be decoded here, ``None`` where it may be."""
    for pattern, name in _SIGNATURES:
        if pattern.match(beginning):
            return f"it holds {name}, which is not decoded here: {CONVERT}"
    return None


def unrecognised(beginning: bytes, ending: str) -> str:
    """The reason why a file that no decoder took cannot be used."""
    for pattern, name in _NO_AUDIO:
        if pattern.match(beginning):
            return f"not audio: it holds {name}"
    if ending in UNREAD_ENDINGS:
        return f"{ending} files are not decoded here: {CONVERT}"
    if not beginning.strip(b"\0"):
        return "broken: it begins with nothing but zeros"
    if not beginning.startswith(_HEADERS) and all(byte >= 32 or byte in b"\t\r\n\f" for byte in beginning):
        return "not audio: it holds text"
    return "broken: no decoder recognises it"
