from pathlib import Path
from random import Random

import pytest

from earmark.errors import InvalidInput
from earmark.language.text_files import Encoding, detect_encoding, read_text

ENGLISH = [
    "The bread wasn\u2019t fresh.", "The caf\u00e9 was lovely \u2014 we\u2019d come back.",
    "\u201cFresh\u201d, they said\u2026",
    "Na\u00efve waiters, superb cr\u00e8me br\u00fbl\u00e9e.", "It cost \u00a35.", "The jalape\u00f1o dip was tame.",
    "Nothing odd in here.", "Se\u00f1or Lopez\u2019s tacos were tasty.",
]  # fmt: skip
POLISH = ["Chleb by\u0142 \u015bwie\u017cy, obs\u0142uga mi\u0142a.", "Pok\u00f3j by\u0142 \u017c\u00f3\u0142ty."]
RUSSIAN = ["\u0425\u043b\u0435\u0431 \u0431\u044b\u043b \u0441\u0432\u0435\u0436\u0438\u0439."]
JAPANESE = ["\u30d1\u30f3\u306f\u7f8e\u5473\u3057\u3044\u3067\u3059\u3002"]
CHINESE = ["\u9762\u5305\u5f88\u65b0\u9c9c\u3002"]
TRADITIONAL = ["\u9eb5\u5305\u5f88\u65b0\u9bae\u3002"]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
WRITTEN_IN = {
    **dict.fromkeys((*UNICODE, "cp1252", "latin-1", "mac_roman"), ENGLISH),
    "cp1250": POLISH, "cp1251": RUSSIAN, "cp932": JAPANESE, "gb18030": CHINESE, "big5": TRADITIONAL,
}  # fmt: skip


@pytest.mark.parametrize("encoding", WRITTEN_IN)
@pytest.mark.parametrize("lines", [1, 3, 30])
def test_files_are_read_in_the_encoding_they_were_written_in(tmp_path: Path, encoding: str, lines: int) -> None:
    random = Random(f"{encoding} {lines}")
    for _ in range(5):
        text = "product,text\n" + "".join(f"Bakery,{random.choice(WRITTEN_IN[encoding])}\n" for _ in range(lines))
        file = tmp_path / "reviews.csv"
        file.write_bytes(raw := text.encode(encoding, "ignore"))
        assert read_text(file) == raw.decode(encoding).removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("stray", "read"),
    [
        (b"Caf\xe9 closed", "Caf\u00e9 closed"),
        (b"it wasn\x92t open", "it wasn\u2019t open"),
        (b"it wasn\xe2\x80t open", "it wasn\ufffdt open"),
    ],
)
def test_bytes_that_are_not_utf_8_are_read_alone_and_told(tmp_path: Path, stray: bytes, read: str) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes("It wasn\u2019t fresh.\nIt wasn\u2019t warm.\n".encode() + stray + b"\n")
    assert read_text(file) == f"It wasn\u2019t fresh.\nIt wasn\u2019t warm.\n{read}\n"
    assert detect_encoding(file) == Encoding("utf-8", strays=1, lines=(3,))
    assert detect_encoding(file).told() == ("1 place is not UTF-8 (line 3): these bytes alone are read as Windows-1252")


def test_a_sound_file_needs_no_word_and_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("It wasn\u2019t fresh.", encoding="utf-8")
    assert detect_encoding(file).told() is None
    file.write_text("It wasn\u2019t fresh.", encoding="mac_roman")
    assert detect_encoding(file).told() == "it is read as Mac Roman, not UTF-8"


def test_a_damaged_cell_of_a_long_file_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(b"The bread was fresh.\n" * 500 + b"\x81\xff\n")
    assert read_text(file).endswith("fresh.\n\ufffd\u00ff\n")


def test_what_is_no_text_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(b"lamp,\x81\x8d\xff\xfe good\n")
    with pytest.raises(InvalidInput, match="encoding that cannot be told: save it as UTF-8"):
        read_text(file)
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        read_text(tmp_path / "missing.csv")
