"""Letters that only look like Latin ones: of other alphabets, or drawn as symbols."""

import re
import unicodedata

LOOK_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u0261\u026a\u0131\u03bf\u03b1\u03b5\u03b9\u03bd\u03c1\u03c5\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijshdgiioaeivpuABEKMHOPCTXIJSABEZHIKMNOPTYX",
)
"""Letters of other alphabets, and the Latin ones that they look like."""
# Mathematical, full-width and circled letters.
_DRAWN = re.compile("[\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001d400-\U0001d7ff]+")
_SMALL_CAPITALS = str.maketrans(
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f"
    "\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
    "abcdefghijklmnoprstuvwyz",
)
_STRUCK = re.compile("(?:[^\\W_][\u0335-\u0338]+[ ,]?)+")
# Marks that compose with no letter before them, and what draws nothing between two.
_UNDRAWN = re.compile("(?<=[A-Za-z])[\u0300-\u036f\u115f\u1160\u17b4\u17b5\u200d\u2800\u3164\ufe0e\ufe0f\uffa0]+")


def mixes_alphabets(word: str) -> bool:
    """Whether a word has Latin letters beside letters that only look so; Russian and Greek words stay themselves."""
    folded = word.translate(LOOK_ALIKE)
    return folded != word and folded.isascii() and any("a" <= letter.lower() <= "z" for letter in word)


def in_plain_letters(text: str) -> str:
    """A text as it looks, in Latin letters, without what is struck through and without what draws nothing."""
    if text.isascii():
        return text
    text = _STRUCK.sub("", text).translate(_SMALL_CAPITALS)
    text = _DRAWN.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = re.sub(r"\w+", lambda match: match[0].translate(LOOK_ALIKE) if mixes_alphabets(match[0]) else match[0], text)
    return _UNDRAWN.sub("", unicodedata.normalize("NFC", text))
