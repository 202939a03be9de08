"""What people's answers say: how often the right description was picked, with intervals, and how far people agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from earmark.dissection.people.people import LETTERS, SheetKey
from earmark.errors import NotEnoughEvidence
from earmark.evidence import Record
from earmark.evidence.interval import wilson

Answers = Mapping[int, str]
"""One person's: the number of a question to a letter or ``none``."""


class Share(Record):
    """So many of so many, with Wilson's 95% interval."""

    right: int
    of: int
    share: float
    low: float
    high: float


class PeopleResult(Record):
    """What the people who filled in a sheet found."""

    people: int
    chance: float
    """The share that guessing among the letters would get."""
    found: Share
    """Questions in which more than half of those who answered picked the neuron's own description. Questions are
    counted and not answers, for the answers to one question are not independent."""
    by_outcome: dict[str, Share]
    """The same, by what held-out clips had said of the description."""
    by_person: tuple[Share, ...]
    none_fits: int
    """Answers that no description fits."""
    alpha: float | None
    """Krippendorff's alpha over letters, nominal: 1 where all agree, 0 as chance would have it."""
    alpha_reason: str | None


def judge_answers(key: SheetKey, filled: Sequence[Answers]) -> PeopleResult:
    """Count what people answered.

    Raises:
        NotEnoughEvidence: nobody answered anything.
    """
    answered = [answers for answers in filled if answers]
    if not answered:
        raise NotEnoughEvidence("no question of the sheet has been answered.")
    right: dict[int, list[bool]] = {}
    for answers in answered:
        for number, letter in answers.items():
            right.setdefault(number, []).append(letter == key.questions[number - 1].own)
    found = {number: 2 * sum(each) > len(each) for number, each in right.items()}
    outcomes = sorted({key.questions[number - 1].outcome for number in found})
    alpha = agreement(answered)
    return PeopleResult(
        people=len(answered),
        chance=1 / len(LETTERS),
        found=_share(list(found.values())),
        by_outcome={
            outcome: _share([one for number, one in found.items() if key.questions[number - 1].outcome == outcome])
            for outcome in outcomes
        },
        by_person=tuple(
            _share([letter == key.questions[number - 1].own for number, letter in answers.items()])
            for answers in answered
        ),
        none_fits=sum(letter == "none" for answers in answered for letter in answers.values()),
        alpha=alpha,
        alpha_reason=None
        if alpha is not None
        else "it takes two people, one question that both answered, two letters.",
    )


def agreement(filled: Sequence[Answers]) -> float | None:
    """Krippendorff's alpha for nominal answers, some of which may be missing.

    One minus observed over expected disagreement, both counted over pairs of answers to one question, each weighted
    by one over the answers to it less one (Krippendorff, Content Analysis, chapter on reliability).

    Returns:
        Alpha, or ``None`` where there is nothing to compare or all answers are the same letter.
    """
    units = [
        [answers[number] for answers in filled if number in answers]
        for number in sorted({number for answers in filled for number in answers})
    ]
    units = [unit for unit in units if len(unit) > 1]
    total = Counter(answer for unit in units for answer in unit)
    count = total.total()
    expected = sum(2 * total[one] * total[other] for one, other in combinations(total, 2))
    if not expected:
        return None
    observed = sum(2 * sum(a != b for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in units)
    return 1 - (count - 1) * observed / expected


def _share(values: Sequence[bool]) -> Share:
    low, high = wilson(sum(values), len(values))
    return Share(right=sum(values), of=len(values), share=sum(values) / len(values), low=low, high=high)


def told(result: PeopleResult) -> str:
    """The result in a few lines."""
    people = "1 person" if result.people == 1 else f"{result.people} people"
    lines = [f"{people}: right in {_told(result.found)} questions, where guessing gets {result.chance:.0%}"]
    lines += [f"  {outcome} on held-out clips: {_told(share)}" for outcome, share in result.by_outcome.items()]
    if result.people > 1:
        lines += [f"  person {number}: {_told(share)}" for number, share in enumerate(result.by_person, start=1)]
    agreed = f"{result.alpha:.2f}" if result.alpha is not None else f"not known, {result.alpha_reason}"
    lines.append(f"  answered 'none': {result.none_fits}; agreement (Krippendorff's alpha): {agreed}")
    return "\n".join(lines)


def _told(share: Share) -> str:
    return f"{share.right} of {share.of} ({share.share:.0%}, {share.low:.0%} to {share.high:.0%})"
