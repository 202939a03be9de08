"""Text as it was meant: escapes undone, broken encodings mended, and every way to type ``wasn't`` made one.

A lost apostrophe turns a denial into praise, so it is looked for here, once, where text enters: reviews, copy that a
person wrote, the seller's facts, drafts and replies of a model. Everything behind it knows two apostrophes, ``'`` and
U+2019.
"""

import html
import re

import ftfy

from earmark.language.letters import in_plain_letters

_ESCAPED_AT_MOST = 4
"""How many times one text may have been escaped on its way here."""
_BACKSLASHED = re.compile(
    r"""\\+(?:(?P<mark>["'/`])|(?P<units>u[0-9a-f]{4}(?:\\+u[0-9a-f]{4})*)|(?P<bytes>x[89a-f][0-9a-f](?:\\+x[89a-f][0-9a-f])*))""",
    re.IGNORECASE,
)
# What html.unescape leaves: entities that lost an end, and percent codes.
# "&not fresh": an ampersand and a word that would become a sign.
_NO_ENTITY = re.compile(r"&(?=not\b(?!;))", re.IGNORECASE)
_MAIMED = re.compile(
    r"&?(?:apos|[lr]squo|#0*39|#8217|#x0*27|#x2019);|&(?:apos|[lr]squo)\b|%27|%E2%80%99", re.IGNORECASE
)

# Accents, primes, quotation marks and modifier letters that stand for an apostrophe between letters.
_LIKE_AN_APOSTROPHE = (
    "\u00b4`\u02b9-\u02bf\u02c8\u02ca\u02cb\u2018\u201b\u2032\u2035\u055a\u05f3\ua78b\ua78c\uff07\uff40\ufffd"
)
_APOSTROPHE = re.compile(rf"(?<=[^\W\d_])[{_LIKE_AN_APOSTROPHE}](?=[^\W\d_])")
_AUXILIARY = (
    "(?:was|were|is|are|does|do|did|has|have|had|ca|could|would|should|wo|sha|need|must|ai|might|may|dare|ought)"
)
# What keyboards, fonts and exports leave for an apostrophe or beside it: marks, blanks, letters of no English word.
_ODD = r"[^A-Za-z0-9\n]"
_N, _T = "[n\u00f1\u0144\u0148\u0149\u01f9]", "[t\u0165]"
# wasn`t, wasn t, wasn?t, was'nt, was n't, cann't, can'nt, wasnt, wasnt'
_DENIAL = re.compile(
    rf"(?<![\w'\u2019])({_AUXILIARY}){_ODD}{{0,3}}(?:{_N}{_ODD}{{0,2}})?({_N}){_ODD}{{0,6}}?({_T})(?![\w$]|-\w)",
    re.IGNORECASE,
)
_PLAIN_DENIAL = re.compile(rf"{_AUXILIARY}n['\u2019]t", re.IGNORECASE)
# "n o t", "N.O.T.", and signs of logic.
_SPELT_OUT = re.compile(r"(?<![\w.])(n)[ .*_-]{1,2}(o)[ .*_-]{1,2}(t)(?![\w-])", re.IGNORECASE)
_SIGN = re.compile(r"\s*[\u00ac\u2260]\s*")
_RUN_TOGETHER = re.compile(rf"\b({_AUXILIARY})(not)\b", re.IGNORECASE)


def as_meant(text: str) -> str:
    """A text with its escapes undone and its apostrophes folded; the number of characters may change.

    Undoing it twice changes nothing more.
    """
    return fold_apostrophes(unescaped(text))


def unescaped(text: str) -> str:
    """A text without HTML entities, backslashes before quotation marks, codes of characters, and UTF-8 read as else."""
    for _ in range(_ESCAPED_AT_MOST):
        before = text
        if "&" in text or ";" in text or "%" in text:
            text = _MAIMED.sub("'", html.unescape(_NO_ENTITY.sub("& ", text)))
        if "\\" in text:
            text = _BACKSLASHED.sub(_unbackslashed, text)
        if text == before:
            break
    return text if text.isascii() else ftfy.fix_encoding(text)


def _unbackslashed(match: "re.Match[str]") -> str:
    if match["mark"]:
        return match["mark"]
    if match["bytes"]:
        raw = bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", match["bytes"].lower().replace("x", "")))
        return raw.decode("utf-8", "replace") if len(raw) > 1 else raw.decode("cp1252", "replace")
    codes = re.findall(r"[0-9a-fA-F]{4}", match["units"])
    return b"".join(bytes.fromhex(code) for code in codes).decode("utf-16-be", "replace")


def fold_apostrophes(text: str) -> str:
    """A text in which what stands for an apostrophe is one, above all in the denials that hang on it.

    ``wasn t``, ``wasn?t``, ``was'nt``, ``wasn\ufffdt``, ``wasnt`` and the like become ``wasn't``, ``wasnot`` becomes
    ``was not``.
    """
    text = _APOSTROPHE.sub("'", in_plain_letters(text))
    text = _SIGN.sub(" not ", _SPELT_OUT.sub(r"\1\2\3", text))
    return _RUN_TOGETHER.sub(r"\1 \2", _DENIAL.sub(_denial, text))


def _denial(match: "re.Match[str]") -> str:
    word, n, t = match[1], match[2], match[3]
    # "IS NT$500", "Don. T": one word is written in letters of one size.
    if _PLAIN_DENIAL.fullmatch(match[0]) or n.isupper() != t.isupper() or (n.isupper() and not word.isupper()):
        return match[0]
    return word + ("N'T" if n.isupper() else "n't")
