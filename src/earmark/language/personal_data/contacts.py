"""E-mail addresses, links and handles, also as people write them to get past filters."""

import re
import tomllib
from importlib.resources import files

from earmark.language.personal_data.pattern import Kind, Pattern

E_MAIL = Kind("e-mail", "an e-mail address")
LINK = Kind("link", "a link")
HANDLE = Kind("handle", "a handle")

_AT, _DOT = r"(?:@|[(\[{<]\s?(?:at|a|@)\s?[)\]}>])", r"(?:\.|[(\[{<]\s?dot\s?[)\]}>])"
# From its first letter and without a second try, so that a long word takes no long time.
_LOCAL = r"(?<![\w.+'-])[\w.+'-]++"
_MAILERS = "gmail|googlemail|yahoo|hotmail|icloud|aol|protonmail|gmx|yandex|outlook dot com"
_DATA = tomllib.loads(files(__package__).joinpath("contacts.toml").read_text(encoding="utf-8"))
_ENDINGS, _WORD_ENDINGS, _PLATFORMS = (
    f"(?:{'|'.join(_DATA[key].split())})" for key in ("endings", "word_endings", "platforms")
)
# A capital after the dot begins a sentence ("forever.The").
_DOMAIN = (
    r"(?<![\w.@])(?<!\w-)(?=[\w-]+\.[\w-])(?:[\w-]+\.)*?(?=[\w-]*[^\W\d_])[\w-]+"
    r"\.(?-i:(?![A-Z][a-z])|(?=(?:Com|Net|Org)\b))"
)
_CUE = (
    r"(?:visit|see|(?:site|website|blog|link|url|page|shop|store)(?: is)?|go(?:es)? to"
    r"|check(?: out)?|find (?:me|us)|at|on|web):?\s"
)
_NICK = r"@?(?P<value>[^\W\d][\w.#$-]{2,}\w)"


def _pattern(kind: Kind, expression: str, needs: str = "") -> Pattern:
    return Pattern(kind, re.compile(expression, re.IGNORECASE), needs=needs)


CONTACTS = (
    # jane.roe@localhost; jane @ example . com; jane (at) example [dot] com
    _pattern(E_MAIL, rf"{_LOCAL}@[\w-]+(?:\.[\w-]+)*|{_LOCAL}\s?{_AT}\s?[\w-]+(?:\s?{_DOT}\s?[\w-]+)+"),
    # jane dot roe at example dot com; jane_at_example_dot_com; jane at gmail
    _pattern(E_MAIL, rf"{_LOCAL}(?: dot [\w.+-]+)* at [\w-]+(?: dot [\w-]+)+"),
    _pattern(E_MAIL, r"(?<![^\W_])(?<!\.)[a-z\d.]+[_-]at[_-][a-z\d]+[_-]dot[_-]\w+"),
    _pattern(E_MAIL, rf"{_LOCAL} (?:at|@) (?:{_MAILERS})\b(?:\.\w+)?"),
    # JANE AT example.com; jane.roe at example.com
    _pattern(E_MAIL, rf"{_LOCAL} (?-i:AT) [\w-]+(?:\.[\w-]+)+"),
    _pattern(E_MAIL, rf"(?<![\w.+'-])(?=[\w.+'-]*[.\d_+]\w){_LOCAL} at [\w-]+\.{_ENDINGS}\b"),
    _pattern(E_MAIL, r"\b(?:e-?mail|gmail)(?: address)?(?: is|\s?[:=])\s(?P<value>[\w.+-]*[\d._][\w.+-]*)"),
    _pattern(LINK, r"!?\[[^\]]*\]\([^)]*\)|\b[a-z][a-z\d+]{1,20}:/{2,3}\S+|\bwww\.\S+|///\w+\.\w+\.\w+"),
    _pattern(LINK, rf"{_DOMAIN}{_ENDINGS}\b(?![\w'-])(?:[/:?#][^\s,;)]*)?"),
    _pattern(LINK, rf"{_DOMAIN}{_WORD_ENDINGS}\b[/:?][^\s,;)]+"),
    _pattern(LINK, rf"\b{_CUE}(?P<value>{_DOMAIN}{_WORD_ENDINGS})\b(?![\w'-])"),
    _pattern(LINK, rf"{_DOMAIN}{_WORD_ENDINGS}(?=[)!?]|\.?\s*$)"),
    _pattern(LINK, rf"(?<![\w.])(?<!\w-)(?=[\w-]*[\d-])[\w-]++\.(?-i:(?![A-Z])){_WORD_ENDINGS}\b"),
    _pattern(LINK, r"(?<![\w-])[\w-]++ (?:dot|\(dot\)|\[dot\]) (?:com|net|org|io|co)\b"),
    _pattern(HANDLE, r"(?<![\w.])@\w[\w.-]*\w|(?<!\w)u/\w{3,}|\b\w{2,32}#\d{4}\b|(?<![\w$])\$[a-z]\w{2,}"),
    _pattern(HANDLE, rf"\b{_PLATFORMS}(?: (?:handle|user ?name|user|name|account|id|tag|page))?\s?[:=-]\s?{_NICK}"),
    _pattern(HANDLE, rf"\b(?:handle|user ?name|screen ?name|gamertag)(?: on \w+)?(?: is|\s?[:=]) ?{_NICK}"),
    _pattern(HANDLE, rf"(?<![\w.])(?P<value>(?=[\w.]*[\d_])[a-z_][\w.]{{3,}}) on {_PLATFORMS}\b"),
    _pattern(HANDLE, rf"\bmy {_PLATFORMS}(?: name| account| id| tag)? (?:is|=) ?{_NICK}"),
    _pattern(
        HANDLE,
        rf"\b{_PLATFORMS}(?: (?:is|name|user|at|as|under|me))? (?:@ ?)?(?P<value>(?=[\w.#]*[\d_#])[a-z_][\w.#-]{{3,}})",
    ),
    _pattern(
        HANDLE,
        rf"\b(?:follow|add|find|dm|message|text|reach|tag|contact|pm)\s(?:(?:me|us|him|her)\s)?(?:on|at|via) "
        rf"{_PLATFORMS}(?:\s?:| at| as| under| @)? (?!(?:and|for|to|if|or|because|so|but|with|when)\b){_NICK}",
    ),
)
