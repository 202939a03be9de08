"""Make a review plain text: no markup, no control characters, no escapes, one kind of apostrophe.

Offsets everywhere count in the cleaned text, which is what is kept.
"""

import re
import unicodedata

from earmark.language.spelling import fold_apostrophes, unescaped

# Scripts and styles, and what the customer struck out.
_DROPPED_BLOCKS = re.compile(
    r"<(script|style|s|del|strike)\b[^>]{0,500}>.{0,2000}?</\1\s*>"
    r"|(?<!~)~~(?=\S)[^~\n]{1,500}(?<=\S)~~(?!~)",
    re.IGNORECASE | re.DOTALL,
)
# Tags that no browser knows and that mockers write.
_MOCKING = re.compile(r"</?\s*(?:sarcasm|sarc|irony|snark)\s*/?>", re.IGNORECASE)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]{0,200}>", re.IGNORECASE)
# A letter must follow the bracket, so that "<3" and "< 5 minutes" stay what the customer wrote.
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|<!--.{0,5000}?-->", re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")
# A bare CR, a literal backslash-n left by an export, and Unicode's own line ends.
_LINE_ENDS = re.compile("\r\n?|\\\\n|[\x0b\x0c\x85\u2028\u2029]")


def clean_text(raw: str, limit: int) -> str:
    """Strip markup and control characters, and fold white space; at most ``limit`` characters, cut at a space.

    The work is bounded too: what lies far beyond the limit is never looked at.
    """
    text = raw[: 4 * limit]
    text = _DROPPED_BLOCKS.sub(" ", text)
    text = _TAGS.sub(" ", _BREAKS.sub("\n", _MOCKING.sub(" (sarcasm) ", text)))
    # Entities after tags, so that "&lt;b&gt;" is text that a person wrote about markup and never becomes markup.
    text = _LINE_ENDS.sub("\n", unescaped(text))
    text = _SPACES.sub(" ", text)
    if not text.replace("\n", " ").isprintable():
        text = "".join(character for character in text if not _is_control(character))
    # Behind the control characters, which may stand where an apostrophe stood.
    text = fold_apostrophes(unicodedata.normalize("NFC", text)).replace("\ufffd", "")
    text = _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit // 2, limit)
    return text[: cut if cut > 0 else limit]


def _is_control(character: str) -> bool:
    """Control, format (zero width, direction marks), unassigned and lone surrogate characters, but no line end."""
    if character == "\n" or " " <= character <= "~":
        return False
    # The zero-width joiner and the variation selector hold emoji together.
    if character in "\u200d\ufe0f":
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cn", "Cs", "Co")
