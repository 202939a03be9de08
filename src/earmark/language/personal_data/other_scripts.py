"""Names of people in scripts that English reviews hold now and then, by a capital or by the title beside them."""

import re
from collections.abc import Iterator

_UPPER = "".join(chr(code) for code in range(0x370, 0x590) if chr(code).isupper())  # Greek, Cyrillic, Armenian
_NAME = rf"[{_UPPER}][^\W\d_]+(?: [{_UPPER}][^\W\d_]+)?"
_NOBODY = r"(?!Нас |Нам |Мне |Меня |Мой |Моя |Он|Это|Все|Всё|Официант|Еда|Кухня|Η |Ο |Το )"
_HAN = "\u4e00-\u9fff"
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        # Only names have a capital inside a sentence; at its beginning the verb tells.
        rf"(?<=[^\W\d_,] )(?P<name>{_NAME})",
        rf"{_NOBODY}(?P<name>{_NAME})(?= (?:был[аи]?|бул[аи]|помог\w*|обслуж\w*|принес\w*|ήταν|-))",
        rf"(?P<name>[{_HAN}\u30a0-\u30ff]{{1,4}})(?=さん|様|氏|先生|先輩)",
        rf"(?P<name>[{_HAN}]{{1,2}})(?=女士|小姐|师傅|老师)",
        rf"(?:服务员|店长|经理|老板|厨师|店员|我叫)(?P<name>[{_HAN}]{{2,3}})",
        r"(?!고객|손님|사장|선생|직원)(?P<name>[\uac00-\ud7af]{2,4})(?= ?씨| ?님)",
        r"(?:السيدة?|اسمي|النادلة?|المدير)\s(?P<name>\w+)",
        r"(?:श्री|मेरा नाम)\s(?P<name>[\u0900-\u097f]+)",
        r"คุณ(?P<name>[\u0e00-\u0e7f]+)",
        r"(?:מר|גברת|קוראים לי)\s(?P<name>[\u0590-\u05ff]+)",
    )
)


def find_in_other_scripts(text: str) -> Iterator[tuple[int, int]]:
    """Where a text may name a person in a script other than Latin."""
    if not text.isascii():
        for shape in _SHAPES:
            yield from (match.span("name") for match in shape.finditer(text))
