"""Silence a concept within a budget, and report what was lost on clips that chose nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.recording.activations import Activations
from earmark.dissection.unlearning.aftermath import Aftermath, last_hidden, probe_auc, relearning_steps
from earmark.dissection.unlearning.damage import Damage, assess
from earmark.dissection.unlearning.listening import Logits, PreparedClips, logits_of
from earmark.dissection.unlearning.masks import Ablation, NeuronMask, masks_from, matched_random, silenced
from earmark.dissection.unlearning.whom import Ranking
from earmark.errors import InvalidInput
from earmark.evidence import Record

_RESAMPLED = 64


@dataclass(frozen=True)
class Budget:
    """How much may be silenced. One of the three; by default as much as the retained classes can bear."""

    neurons: int | None = None
    """So many neurons."""
    share: float | None = None
    """This share of all neurons of the taps."""
    retain_drop: float | None = None
    """As many as forget most while the retained classes lose at most this accuracy on the shown clips (0.03)."""

    def __post_init__(self) -> None:
        given = [value for value in (self.neurons, self.share, self.retain_drop) if value is not None]
        if len(given) > 1:
            raise InvalidInput("give one of --budget, --share and --retain-drop.")
        if self.neurons is not None and self.neurons < 1:
            raise InvalidInput("a budget is at least 1 neuron.")
        if self.share is not None and not 0 < self.share < 1:
            raise InvalidInput("a share lies between 0 and 1: silencing everything is no unlearning.")
        if self.retain_drop is not None and not 0 <= self.retain_drop < 1:
            raise InvalidInput("--retain-drop lies between 0 and 1.")

    def count(self, of: int) -> int | None:
        """The neurons to silence out of so many, ``None`` where the retained classes decide.

        Raises:
            InvalidInput: it would be all of them.
        """
        if self.neurons is None and self.share is None:
            return None
        count = self.neurons if self.neurons is not None else max(1, round((self.share or 0) * of))
        if count >= of:
            raise InvalidInput(f"a budget of {count} would silence all {of} neurons: nothing would be left.")
        return count


class SilencedTap(Record):
    """The silenced neurons of one tap."""

    tap: str
    neurons: tuple[int, ...]


class Forgetting(Record):
    """One concept silenced by one method: who, what it cost, and what chance would have cost."""

    concept: str
    method: str
    how: Ablation
    silenced: tuple[SilencedTap, ...]
    neurons: int
    of: int
    """Neurons of the taps."""
    damage: Damage
    """On held-out clips, which chose nothing."""
    random_forget: tuple[float, ...]
    """Accuracy on the target after random prunes matched in tap and count, one each."""
    random_retained: tuple[float, ...]
    before: Aftermath
    after: Aftermath


@dataclass(frozen=True)
class Subject:
    """A network with the clips that choose and the clips that judge, listened to once before anything is silenced."""

    network: AudioNetwork
    taps: Sequence[Tap]
    recorded: Sequence[Activations]
    choosing: PreparedClips
    judging: PreparedClips
    choosing_before: Logits
    judging_before: Logits
    classifier: Tap | None
    """The tap of the output layer, where there is one."""

    @classmethod
    def listen(
        cls,
        network: AudioNetwork,
        taps: Sequence[Tap],
        recorded: Sequence[Activations],
        choosing: PreparedClips,
        judging: PreparedClips,
        classifier: Tap | None,
    ) -> "Subject":
        """Run the untouched network over both sides.

        Raises:
            InvalidInput: a clip both chooses and judges.
        """
        if set(choosing.clip_ids) & set(judging.clip_ids):
            raise InvalidInput("a clip would both choose neurons and judge the choice.")
        return cls(
            network,
            taps,
            recorded,
            choosing,
            judging,
            logits_of(network, choosing),
            logits_of(network, judging),
            classifier,
        )


def forget(
    subject: Subject,
    ranking: Ranking,
    target: int,
    *,
    how: Ablation = "zero",
    budget: Budget | None = None,
    random_prunes: int = 20,
    seed: int = 0,
) -> Forgetting:
    """Silence the neurons that speak most of a class, and report the damage.

    Args:
        subject: the network and its clips.
        ranking: whom to silence first.
        target: the class, as an index of the network's labels.
        how: what stands in a silenced neuron's place.
        budget: how much may be silenced.
        random_prunes: matched random prunes to compare with.
        seed: of the random prunes.

    Raises:
        InvalidInput: the budget silences everything.
    """
    chosen = choose_within(subject, ranking, target, how, budget or Budget())
    masks = subject_masks(subject, chosen, how)
    with silenced(subject.network, masks):
        after = logits_of(subject.network, subject.judging)
    damage = assess(subject.judging_before, after, subject.judging.classes, subject.network.labels, target)
    drawn = [_random_damage(subject, masks, target, seed + draw) for draw in range(random_prunes)]
    return Forgetting(
        concept=subject.network.labels[target],
        method=ranking.method,
        how=how,
        silenced=tuple(SilencedTap(tap=tap, neurons=tuple(sorted(own))) for tap, own in chosen.items()),
        neurons=sum(map(len, chosen.values())),
        of=sum(tap.width for tap in subject.taps),
        damage=damage,
        random_forget=tuple(one.forget_after for one in drawn),
        random_retained=tuple(one.retained_after for one in drawn),
        before=aftermath(subject, [], target, damage.forget_before),
        after=aftermath(subject, masks, target, damage.forget_before),
    )


def choose_within(
    subject: Subject, ranking: Ranking, target: int, how: Ablation, budget: Budget
) -> dict[str, list[int]]:
    """The neurons to silence: a fixed number, or as many as forget most within what the others may lose."""
    of = sum(tap.width for tap in subject.taps)
    count = budget.count(of)
    if count is not None:
        return ranking.best(count)
    allowed = 0.03 if budget.retain_drop is None else budget.retain_drop
    own = subject.choosing.classes == target
    kept_before = _accuracy(subject.choosing_before, subject.choosing.classes, ~own)
    best: tuple[float, int] | None = None
    for count in _counts(min(ranking.speaking, of - 1)):
        with silenced(subject.network, subject_masks(subject, ranking.best(count), how)):
            logits = logits_of(subject.network, subject.choosing)
        lost = kept_before - _accuracy(logits, subject.choosing.classes, ~own)
        forgotten = _accuracy(logits, subject.choosing.classes, own)
        if lost <= allowed and (best is None or (forgotten, count) < best):
            best = (forgotten, count)
        # Nothing is left to forget, or the others have long lost too much: more neurons only cost more.
        if (best is not None and best[0] == 0) or lost > 3 * allowed + 0.1:
            break
    return ranking.best(best[1] if best else 1)


def subject_masks(subject: Subject, chosen: Mapping[str, Sequence[int]], how: Ablation) -> list[NeuronMask]:
    """Masks of chosen neurons with what stands in their place, from the shown clips' own activations."""
    if how == "zero":
        return masks_from(subject.taps, chosen)
    fills: dict[str, npt.NDArray[np.float32]] = {}
    for one in subject.recorded:
        fills[one.tap.name] = one.mean if how == "mean" else one.shown[:_RESAMPLED]
    return masks_from(subject.taps, chosen, fills)


def aftermath(subject: Subject, masks: Sequence[NeuronMask], target: int, accuracy_before: float) -> Aftermath:
    """What is left of the class in the last hidden layer under these masks."""
    classifier = subject.classifier
    if classifier is None:
        return Aftermath(probe_auc=None, relearning_steps=None)
    train, test = (
        last_hidden(subject.network, classifier, prepared, silenced(subject.network, masks))
        for prepared in (subject.choosing, subject.judging)
    )
    choosing, judging = subject.choosing.classes, subject.judging.classes
    return Aftermath(
        probe_auc=probe_auc(train, choosing == target, test, judging == target),
        relearning_steps=relearning_steps(
            subject.network, classifier, (train, choosing), (test, judging), target, 0.9 * accuracy_before
        ),
    )


def _random_damage(subject: Subject, masks: Sequence[NeuronMask], target: int, seed: int) -> Damage:
    with silenced(subject.network, matched_random(masks, np.random.default_rng(seed))):
        after = logits_of(subject.network, subject.judging)
    return assess(subject.judging_before, after, subject.judging.classes, subject.network.labels, target)


def _counts(most: int) -> list[int]:
    """From one neuron to all that speak, doubling."""
    counts, count = [], 1
    while count < most:
        counts.append(count)
        count *= 2
    return [*counts, most] if most else []


def _accuracy(logits: Logits, classes: Any, rows: Any) -> float:
    return float((logits[rows].argmax(1) == classes[rows]).mean())
