"""The prompt that a policy reads: style as control pieces, the aspect, and the chosen evidence with its counts."""

from typing import get_args

from earmark.copywriting.drafts import Channel, Length, Style, Tone

CONTROLS = tuple(f"<{word}>" for kind in (Tone, Length, Channel) for word in get_args(kind))
"""One piece for every tone, length and channel."""


def style_prefix(style: Style) -> str:
    """The control pieces of a style: ``<warm><short><shop>``."""
    return f"<{style.tone}><{style.length}><{style.channel}>"


def share_word(supporting: int, reviews: int) -> str:
    """A count as a policy reads it: a word for the share, since digits are only ever copied."""
    if supporting <= 1:
        return "one"
    share = supporting / max(reviews, 1)
    bands = ((0.9, "nearly all"), (0.6, "most"), (0.4, "about half"), (0.2, "many"), (0.0, "some"))
    return next(word for least, word in bands if share >= least)
