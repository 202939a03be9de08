"""Tie judging words to what they judge, by where they stand."""

from earmark.copywriting.grounding.marking import Marks

_LINKS = {"and", ",", "&", "or", "both", "the", "a", "an", "yet"}
COPULA = frozenset({"is", "are", "was", "were", "be", ":", "as", "so", "too", "also"})

Tie = tuple[str, str | None, int, int]
"""Target, judging word or ``None``, and the characters where the target and the judging word begin."""


def attached(marks: Marks) -> tuple[list[Tie], list[str]]:
    """Tie judging words to targets; and the judging words that are tied to none."""
    groups = _groups(marks)
    said: list[Tie] = []
    loose: list[str] = []
    judged: set[int] = set()
    for number, (kind, members, _, end) in enumerate(groups):
        if kind != "descriptor":
            continue
        before = next((g for g in range(number - 1, -1, -1) if groups[g][0] == "target"), None)
        after = next((g for g in range(number + 1, len(groups)) if groups[g][0] == "target"), None)
        tied = []
        if after is not None and groups[after][2] == end:
            tied.append(after)
            if before is not None and _copula_between(marks, groups[before][3], groups[number][2]):
                tied.append(before)
        else:
            tied = [before] if before is not None else [after] if after is not None else []
        loose += [] if tied else [word for word, _ in members]
        for other in tied:
            # "the crisp fries": only the first of the targets that follow; "fries and wings are crisp": all before it.
            targets = groups[other][1][:1] if other == after and other != before else groups[other][1]
            judged.update(place for _, place in targets)
            said += [(target, word, place, spoken) for target, place in targets for word, spoken in members]
    for kind, members, _, _ in groups:
        if kind == "target":
            said += [(target, None, place, place) for target, place in members if place not in judged]
    return sorted(said, key=lambda tie: tie[3]), loose


Group = tuple[str, list[tuple[str, int]], int, int]


def _groups(marks: Marks) -> list[Group]:
    """Runs of targets or of judging words, linked by commas and "and": kind, (key, character), first, end."""
    groups: list[Group] = []
    linked = False
    for number, owner in enumerate(marks.owners):
        token = marks.tokens[number]
        if owner and owner[0] in ("target", "descriptor"):
            if number and marks.owners[number - 1] == owner and _continues(marks, number):
                kind, members, first, _ = groups[-1]
                groups[-1] = (kind, members, first, number + 1)
            elif linked and groups and groups[-1][0] == owner[0]:
                kind, members, first, _ = groups[-1]
                groups[-1] = (kind, [*members, (owner[1], token.start)], first, number + 1)
            else:
                groups.append((owner[0], [(owner[1], token.start)], number, number + 1))
            linked = True
        elif token.lower not in _LINKS:
            linked = False
    return groups


def _continues(marks: Marks, number: int) -> bool:
    """Whether a token is a further word of the same name ("front desk") and not the name again."""
    return marks.tokens[number].start - marks.tokens[number - 1].end <= 1


def _copula_between(marks: Marks, start: int, end: int) -> bool:
    """Whether nothing but a form of "to be" stands between: "the fries are crisp", not "fries, and a crisp crust"."""
    between = [token.lower for token in marks.tokens[start:end]]
    return bool(set(between) & COPULA) and all(word in COPULA or word == "," for word in between)
