"""From drafts to the one that goes out: the unfit dropped, the rest grounded, ranked, and read a second time."""

from collections import Counter
from collections.abc import Mapping, Sequence

from earmark.copywriting.config import CopyConfig
from earmark.copywriting.grounding.grounding import GroundedCopy, Withheld, ground, refused
from earmark.copywriting.rewards import Reward
from earmark.copywriting.writers.drafts import Brief, Draft
from earmark.copywriting.writers.filters import why_unfit
from earmark.language.structured import Answer


def best_copy(
    answer: Answer[list[Draft]], writer: str, brief: Brief, config: CopyConfig, rewards: Mapping[str, Reward]
) -> GroundedCopy:
    """Drop the unfit drafts, ground the rest, and keep the first by rewards or by the embedded order.

    Args:
        answer: what the writer brought, or why it brought nothing.
        writer: its name.
        brief: what it wrote from.
        config: what was wished for.
        rewards: what ranks; without any, :func:`embedded_order` does.
    """
    drafts = answer.value or []
    unfit: list[Withheld] = []
    grounded: list[tuple[Draft, GroundedCopy]] = []
    for draft in drafts:
        if reason := why_unfit(draft, brief):
            unfit.append(Withheld(text=draft.text, reason=f"the draft was dropped: {reason}"))
            continue
        grounded.append((draft, ground(draft, brief, config.rules, read_twice=False)))
    fit = [(draft, copy) for draft, copy in grounded if copy.refusal is None and _still_fits(copy, brief)]
    whole = [(draft, copy) for draft, copy in fit if not copy.withheld] or fit
    if whole:
        return _first_that_stands(_ranked(whole, brief, rewards), brief, config)
    reason = _why_nothing_was_left(answer, unfit, [copy for _, copy in grounded])
    withheld = tuple(dict.fromkeys((*unfit, *(item for _, copy in grounded for item in copy.withheld))))
    return refused(brief, writer, reason, config.rules).model_copy(update={"withheld": withheld[:20]})


def embedded_order(copy: GroundedCopy) -> tuple[float, ...]:
    """How drafts are ranked without rewards: the smaller comes first, and the first difference decides.

    Fewest sentences withheld, most things said, most voices behind the weakest of them, fewest repeated words.
    """
    said = [sentence for sentence in copy.sentences if sentence.supporting is not None]
    things = {piece.id for sentence in said for piece in sentence.evidence}
    words = [word for word in copy.text.lower().split() if len(word) > 3]
    repeated = 1 - len(set(words)) / len(words) if words else 1.0
    weakest = min((sentence.supporting or 0 for sentence in said), default=0)
    return (float(len(copy.withheld)), -float(len(things)), -float(weakest), round(repeated, 1))


def _first_that_stands(ranked: Sequence[Draft], brief: Brief, config: CopyConfig) -> GroundedCopy:
    """The first draft of which a second reading leaves everything; else the first of which it leaves something."""
    copies = (ground(draft, brief, config.rules) for draft in ranked)
    left: list[GroundedCopy] = []
    for copy in copies:
        if copy.refusal is None and _still_fits(copy, brief):
            if not copy.withheld:
                return copy
            left.append(copy)
    if left:
        return left[0]
    last = ground(ranked[0], brief, config.rules)
    reason = last.refusal or "a second reading leaves too little of every draft."
    return last.model_copy(update={"text": "", "sentences": (), "refusal": reason})


def _ranked(found: Sequence[tuple[Draft, GroundedCopy]], brief: Brief, rewards: Mapping[str, Reward]) -> list[Draft]:
    if not rewards:
        # The writer's own order decides between equals, so that no way of beginning wins by its first letter.
        ordered = sorted(found, key=lambda pair: embedded_order(pair[1]))
        return [draft for draft, _ in ordered]
    # Rewards have no common scale, so each ranks the drafts on its own and the mean of the ranks decides.
    places: Counter[str] = Counter()
    for reward in rewards.values():
        scores = reward([draft for draft, _ in found], [brief] * len(found))
        known = sorted({score for score in scores if score is not None}, reverse=True)
        for (draft, _), score in zip(found, scores, strict=True):
            places[draft.id] += known.index(score) if score is not None else len(known)
    return [draft for draft, _ in sorted(found, key=lambda pair: (places[pair[0].id], pair[0].text))]


def _still_fits(copy: GroundedCopy, brief: Brief) -> bool:
    """Whether what is left after withholding still says what it must."""
    return all(must.lower().rstrip(".") in copy.text.lower() for must in brief.must)


def _why_nothing_was_left(
    answer: Answer[list[Draft]], unfit: Sequence[Withheld], grounded: Sequence[GroundedCopy]
) -> str:
    drafts = answer.value
    if drafts is None:
        return f"the writer brought no draft: {answer.reason}."
    if not drafts:
        return (
            "the writer brought no draft that keeps the limits, says what it must and leaves out what it must never: "
            "wish for less, or give more room."
        )
    if grounded and grounded[0].refusal:
        return f"none of {len(drafts)} drafts is carried by the reviews: {grounded[0].refusal}"
    first = unfit[0].reason if unfit else "what was left no longer says what it must"
    return f"none of {len(drafts)} drafts is fit: {first}."
