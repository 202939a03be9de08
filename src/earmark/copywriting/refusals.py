"""Why a product gets no copy, said before anybody is asked to write."""

from collections import Counter

from earmark.copywriting.briefs import Reading
from earmark.copywriting.config import CopyConfig
from earmark.copywriting.goods import composer_of
from earmark.copywriting.summaries.praise import Support
from earmark.copywriting.writers.composer.points import points_of
from earmark.copywriting.writers.drafts import Brief

NOT_MENTIONED = "no review mentions"


def why_refused(brief: Brief, reading: Reading, config: CopyConfig) -> str | None:
    """Why no copy may be written, in a sentence with its reasons; ``None`` where it may."""
    stance = reading.stance
    if not reading.reviewed.reviews:
        why = Counter(skipped.reason for skipped in reading.reviewed.set_aside).most_common(3)
        aside = "; ".join(f"{count} set aside: {reason}" for reason, count in why)
        return (
            f"there is no review that can be used{f' ({aside})' if aside else ''}: it would need at least "
            f"{config.rules.least_voices} reviews by customers, in English, that praise the same thing."
        )
    if stance.stance == "disliked":
        return f"reviewers mostly dislike it ({stance.reason}), so praise would mislead."
    if reading.goods is not None:
        return composer_of(reading.goods, reading.reviewed, brief, config).why_too_little()
    if config.aspect and not any(summary.claims for summary in brief.summaries):
        return f"{NOT_MENTIONED} {config.aspect!r} with an opinion."
    support = Support(brief, config.rules)
    offered = points_of(support)
    if offered.carry_copy:
        return None
    reasons = Counter(reason for claim in support.claims if (reason := support.against_saying(claim)))
    told = "; ".join(reason for reason, _ in reasons.most_common(3))
    single = len(support.praise)
    voices = f"{single} thing{'s' if single != 1 else ''} praised by one voice only" if single else "no praise"
    return (
        f"no two of its {brief.reviews} usable reviews praise the same thing ({voices}{f'; {told}' if told else ''}): "
        "it would need a second voice."
        if brief.reviews > 1
        else f"it has one usable review ({voices}): praise needs a second voice."
    )
