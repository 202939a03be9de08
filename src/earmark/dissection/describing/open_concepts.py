"""Open concepts: the nouns, verbs and adjectives of a description, as lemmas.

Paper: AND (arXiv 2406.16990), module C. Whole words only ("ring" is not in "pouring"), and what is denied is left out.
"""

import re
from collections.abc import Sequence

from earmark.dissection.describing.phrases import RECORDING_WORDS, read_caption

_SCAFFOLD = frozenset({"either", "or", "something", "clip", "such", "also", "other"})


def open_concepts(text: str, attributes: Sequence[str] = ()) -> tuple[str, ...]:
    """The concepts that a text names, each once, in order; measured attributes whole, at the end.

    Args:
        text: a description.
        attributes: the measured attributes that the text names: ``broken by silence`` is one concept, and not two.

    >>> open_concepts("either a dog barking, high-pitched, or pouring rain without thunder")
    ('dog', 'bark', 'high-pitched', 'pour', 'rain')
    >>> open_concepts("a dog; quiet and broken by silence", ["quiet", "broken by silence"])
    ('dog', 'quiet', 'broken by silence')
    """
    for attribute in sorted(attributes, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(attribute)}(?![\w-])", ",", text)
    found = dict.fromkeys(
        token.lemma
        for token in read_caption(text)
        if token.part in ("noun", "verb", "adjective") and not {token.word, token.lemma} & (RECORDING_WORDS | _SCAFFOLD)
    )
    return tuple(found | dict.fromkeys(attributes))
