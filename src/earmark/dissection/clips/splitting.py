"""Divide a probing set once into shown and held out, whole recordings at a time."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from earmark.dissection.clips.clip import Split
from earmark.evidence import content_id

Node = TypeVar("Node", bound=Hashable)


def hold_out(groups: Sequence[str], labels: Sequence[str | None], share: float, seed: int) -> list[Split]:
    """Choose the held-out clips by group, in random order, with about the same share of every label.

    Groups are walked label by label in the order of a seeded hash, and one is held out whenever that keeps the share of
    clips held out so far nearest to the share asked for, so that neither a label nor the whole drifts by more than a
    group.

    Args:
        groups: (clip,) the recording that each clip comes from.
        labels: (clip,) its class, where there is one; a group counts under its most frequent label.
        share: of the clips that should be held out, between 0 and 1.
        seed: of the order.

    Returns:
        (clip,) the side of each clip; clips of one group are on one side.
    """
    sizes = Counter(groups)
    by_group: dict[str, Counter[str]] = defaultdict(Counter)
    for group, label in zip(groups, labels, strict=True):
        by_group[group][label or ""] += 1
    stratum = {group: min(counts, key=lambda label: (-counts[label], label)) for group, counts in by_group.items()}
    order = sorted(sizes, key=lambda group: (_lot(stratum[group], seed), stratum[group], _lot(group, seed), group))
    held: set[str] = set()
    clips_held = clips_seen = 0
    for group in order:
        clips_seen += sizes[group]
        if clips_held + sizes[group] / 2 < share * clips_seen:
            held.add(group)
            clips_held += sizes[group]
    return ["held_out" if group in held else "shown" for group in groups]


def merge_groups(keys: Sequence[Iterable[str]]) -> list[str]:
    """Give clips that share any key one group, however long the chain of shared keys.

    Args:
        keys: (clip,) what ties it to others: the group it is listed under, its file, its sound; the first is the name.

    Returns:
        (clip,) the group's name: the smallest first key in it.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    clips = [tuple(each) for each in keys]
    for each in clips:
        for key in each[1:]:
            parent[root(key)] = root(each[0])
    names: dict[str, str] = {}
    for each in clips:
        top = root(each[0])
        names[top] = min(names.get(top, each[0]), each[0])
    return [names[root(each[0])] for each in clips]


def groups_on_both_sides(groups: Sequence[str], sides: Sequence[Split]) -> list[str]:
    """The groups that stand on both sides of a split: none, in a split that may be used."""
    seen: Mapping[str, set[Split]] = defaultdict(set)
    for group, side in zip(groups, sides, strict=True):
        seen[group].add(side)
    return sorted(group for group, found in seen.items() if len(found) > 1)


def _lot(text: str, seed: int) -> str:
    return content_id(str(seed), text)
