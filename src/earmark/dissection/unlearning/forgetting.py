"""Silence a concept, and report what was lost on clips that chose nothing, beside what chance would have cost."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Literal

import numpy as np

from earmark.dissection.unlearning.aftermath import Aftermath, aftermath
from earmark.dissection.unlearning.budget import Budget, choose_within
from earmark.dissection.unlearning.damage import Damage, assess
from earmark.dissection.unlearning.erasing import erased, fit_erasers
from earmark.dissection.unlearning.leace import Eraser
from earmark.dissection.unlearning.listening import logits_of
from earmark.dissection.unlearning.masks import Ablation, NeuronMask, matched_random, silenced
from earmark.dissection.unlearning.subject import Concept, Silencing, Subject
from earmark.dissection.unlearning.whom import Ranking
from earmark.errors import InvalidInput
from earmark.evidence import Record

How = Literal["zero", "mean", "resample", "erase"]


class SilencedTap(Record):
    """The silenced neurons of one tap."""

    tap: str
    neurons: tuple[int, ...]


class TradeOff(Record):
    """What another count of neurons by the same ranking would have done to the held-out clips; for the picture only."""

    neurons: int
    forget: float | None
    """Accuracy on the target."""
    retained: float
    """Accuracy on all other clips."""


class Forgetting(Record):
    """One concept silenced by one method: who, what it cost, and what chance would have cost."""

    concept: str
    method: str
    how: How
    """``erase``: a direction was removed and no neuron."""
    silenced: tuple[SilencedTap, ...]
    neurons: int
    of: int
    """Neurons of the taps."""
    directions: int
    """Directions removed from what the classifier reads (LEACE)."""
    damage: Damage
    """On held-out clips, which chose nothing."""
    curve: tuple[TradeOff, ...]
    """A quarter, half and twice as many neurons, fewest first."""
    random_forget: tuple[float, ...]
    """Accuracy on the target after random prunes matched in tap and count (erasers of random clips for LEACE)."""
    random_retained: tuple[float, ...]
    before: Aftermath
    after: Aftermath


def forget(
    subject: Subject,
    ranking: Ranking,
    concept: Concept,
    *,
    how: Ablation = "zero",
    budget: Budget | None = None,
    random_prunes: int = 20,
    seed: int = 0,
    otherwise: Iterable[Ranking] = (),
) -> Forgetting:
    """Silence the neurons that speak most of a concept, and report the damage.

    Args:
        subject: the network and its clips.
        ranking: whom to silence first.
        concept: what is to be forgotten.
        how: what stands in a silenced neuron's place.
        budget: how much may be silenced.
        random_prunes: matched random prunes to compare with.
        seed: of the random prunes.
        otherwise: rankings to take instead where the first leaves the class some accuracy and one of them less.

    Raises:
        InvalidInput: the budget silences everything.
        NotEnoughEvidence: a side lacks clips of the class, or of all others.
    """
    subject.refuse_one_sided(concept)
    ranking, chosen = choose_within(subject, ranking, concept, how, budget or Budget(), otherwise)
    masks = subject.masks(chosen, how)
    draws = [matched_random(masks, np.random.default_rng(seed + draw)) for draw in range(random_prunes)]
    return _judge(
        subject,
        concept,
        _by_masks(subject, masks),
        [_by_masks(subject, drawn) for drawn in draws],
        method=ranking.method,
        how=how,
        curve=_curve(subject, ranking, concept, how, sum(map(len, chosen.values()))),
        chosen=tuple(SilencedTap(tap=tap, neurons=tuple(sorted(own))) for tap, own in chosen.items()),
    )


def erase(subject: Subject, concept: Concept, *, random_prunes: int = 20, seed: int = 0) -> tuple[Forgetting, Eraser]:
    """Remove the direction of a class from what the classifier reads (LEACE), and report the damage.

    Args:
        subject: the network and its clips.
        concept: the class.
        random_prunes: erasers of as many shown clips drawn at random to compare with.
        seed: of the draws.

    Raises:
        InvalidInput: the concept is no class, or the network has no output layer.
        NotEnoughEvidence: a side lacks clips of the class, or of all others.
    """
    if concept.index is None or subject.classifier is None:
        lacking = f"{concept.name!r} is no class" if concept.index is None else "the network has no output layer"
        raise InvalidInput(f"leace removes the direction of a class before the output layer, and {lacking}.")
    subject.refuse_one_sided(concept)
    eraser, *draws = fit_erasers(
        subject.network, subject.classifier, subject.choosing, concept.index, random_prunes, seed
    )
    by = partial(partial, erased, subject.network, subject.classifier)
    changes = [by(drawn) for drawn in draws]
    found = _judge(subject, concept, by(eraser), changes, method="leace", how="erase", directions=eraser.directions)
    return found, eraser


def _judge(
    subject: Subject,
    concept: Concept,
    silencing: Silencing,
    random: Sequence[Silencing],
    *,
    method: str,
    how: How,
    chosen: tuple[SilencedTap, ...] = (),
    curve: tuple[TradeOff, ...] = (),
    directions: int = 0,
) -> Forgetting:
    """What a change to the network costs on the judging clips, beside random changes."""
    damage = _damage(subject, concept, silencing)
    drawn = [_damage(subject, concept, one) for one in random]
    accuracy = damage.forget.before if damage.forget else 0.0
    return Forgetting(
        concept=concept.name,
        method=method,
        how=how,
        silenced=chosen,
        neurons=sum(len(one.neurons) for one in chosen),
        of=subject.neurons,
        directions=directions,
        damage=damage,
        curve=curve,
        random_forget=tuple(one.forget.after for one in drawn if one.forget),
        random_retained=tuple(one.retained.after for one in drawn),
        before=aftermath(subject, nullcontext, concept.index, accuracy),
        after=aftermath(subject, silencing, concept.index, accuracy),
    )


def _curve(subject: Subject, ranking: Ranking, concept: Concept, how: Ablation, chosen: int) -> tuple[TradeOff, ...]:
    most = min(ranking.speaking, subject.neurons - 1)
    counts = sorted({count for count in (chosen // 4, chosen // 2, 2 * chosen) if 0 < count <= most})
    found = []
    for count in counts:
        damage = _damage(subject, concept, _by_masks(subject, subject.masks(ranking.best(count), how)))
        forgotten = damage.forget.after if damage.forget else None
        found.append(TradeOff(neurons=count, forget=forgotten, retained=damage.retained.after))
    return tuple(found)


def _damage(subject: Subject, concept: Concept, silencing: Silencing) -> Damage:
    with silencing():
        after = logits_of(subject.network, subject.judging)
    judging = subject.judging
    return assess(subject.judging_before, after, judging.classes, subject.network.labels, concept.index)


def _by_masks(subject: Subject, masks: Sequence[NeuronMask]) -> Silencing:
    return partial(silenced, subject.network, masks)
