"""Tuning curves: what each neuron does while one property of a generated sound moves, and what that says of a claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from earmark.dissection.acoustics import ATTRIBUTES
from earmark.dissection.describing.descriptions import Description, NeuronId
from earmark.dissection.localisation.sweeps import Property, make_sweeps
from earmark.dissection.networks import AudioNetwork, Pooling, Tap
from earmark.dissection.networks.listening import choose_device, exact, listening
from earmark.dissection.networks.pooling import pool, tokens_of
from earmark.dissection.recording.activations import Activations
from earmark.errors import InvalidInput
from earmark.evidence import Record, Verdict
from earmark.workers import Progress, silent

Floats = npt.NDArray[np.float32]
JUDGE = "tuning curve"

# Which way each measure of a clip goes when the property of a sweep rises.
_SWEPT: Mapping[str, tuple[Property, int]] = {
    "pitch_hz": ("pitch", 1),
    "loudness_db": ("loudness", 1),
    "bandwidth_hz": ("bandwidth", 1),
    "modulation_hz": ("modulation", 1),
    "noisiness": ("noise", 1),
    "harmonicity": ("noise", -1),
}


@dataclass(frozen=True)
class TuningConfig:
    """How curves are measured and when they settle a claim."""

    length_s: float = 2.0
    """Length of each generated sound; no longer than the network hears."""
    batch_size: int = 16
    """Sounds run at once."""
    device: str = "auto"
    """Where the network runs."""
    least_correlation: float = 0.6
    """A curve settles a claim when it rises or falls at least so steadily (mean Spearman over carriers)."""
    least_swing: float = 0.5
    """And moves the neuron by at least so many of its standard deviations over real clips."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        if self.length_s < 0.1 or self.batch_size < 1 or not 0 < self.least_correlation <= 1 or self.least_swing < 0:
            raise InvalidInput("tuning needs sounds of 0.1 s or more, a batch of one or more, and bounds above zero.")


class TuningCurve(Record):
    """One neuron's response while one property moves: a row of the tuning table."""

    neuron: NeuronId
    property: Property
    unit: str
    values: tuple[float, ...]
    responses: tuple[float, ...]
    """Mean over carriers."""
    correlation: float | None
    """Mean over carriers of Spearman's rank correlation; ``None`` where the neuron does not move at all."""
    swing: float
    """Highest response less lowest, in standard deviations over real clips."""


class TuningVerdict(Record):
    """What a tuning curve says of one attribute of a claim: a row of its table."""

    neuron: NeuronId
    attribute: str
    property: Property
    verdict: Verdict


@dataclass(frozen=True)
class Tuning:
    """The curves of one tap's neurons along one property."""

    tap: str
    property: Property
    unit: str
    values: tuple[float, ...]
    responses: Floats
    """(value, neuron), mean over carriers."""
    correlation: Floats
    """(neuron,), zero where nothing moves."""
    moves: npt.NDArray[np.bool_]
    """(neuron,)."""
    swing: Floats
    """(neuron,), in standard deviations over real clips."""

    def curve(self, index: int) -> TuningCurve:
        """One neuron's curve."""
        return TuningCurve(
            neuron=NeuronId(tap=self.tap, index=index),
            property=self.property,
            unit=self.unit,
            values=self.values,
            responses=tuple(self.responses[:, index].tolist()),
            correlation=float(self.correlation[index]) if self.moves[index] else None,
            swing=float(self.swing[index]),
        )


def tune(
    network: AudioNetwork,
    taps: Sequence[Tap],
    recorded: Sequence[Activations],
    *,
    config: TuningConfig | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> list[list[Tuning]]:
    """Play every sweep to the network.

    Args:
        network: the network that was recorded.
        taps: its taps, in the order of ``recorded``.
        recorded: the recordings: how activations are pooled, and how much neurons vary over real clips.
        config: how curves are measured.
        seed: draws phases and noise.
        progress: told how many sounds are done.

    Returns:
        For each tap, its curves along each property.
    """
    config = config or TuningConfig()
    sweeps = make_sweeps(network.rate_hz, min(config.length_s, network.layout.window_s or config.length_s), seed)
    poolings: list[Pooling] = [one.pooling for one in recorded]
    found: list[list[Tuning]] = [[] for _ in taps]
    total = sum(len(sweep.values) * len(sweep.carriers) for sweep in sweeps)
    done = 0
    for sweep in sweeps:
        sounds = [sound for carrier in sweep.carriers for sound in carrier]
        heard = _hear(network, taps, poolings, sounds, config)
        done += len(sounds)
        progress("tuning", done, total)
        for number, (tap, responses) in enumerate(zip(taps, heard, strict=True)):
            curves = responses.reshape(len(sweep.carriers), len(sweep.values), -1)
            mean = curves.mean(0)
            correlation, moves = steadiness(curves)
            deviation = recorded[number].deviation
            spread = np.where(deviation > 0, deviation, np.inf)
            swing = (np.ptp(mean, axis=0) / spread).astype(np.float32)
            found[number].append(
                Tuning(tap.name, sweep.property, sweep.unit, sweep.values, mean, correlation, moves, swing)
            )
    return found


def _hear(
    network: AudioNetwork,
    taps: Sequence[Tap],
    poolings: Sequence[Pooling],
    sounds: Sequence[npt.NDArray[np.float32]],
    config: TuningConfig,
) -> list[Floats]:
    """Every tap's activations of some sounds of one length, each (sound, neuron)."""
    device = choose_device(config.device)
    network.module.to(device)
    heard = [np.zeros((len(sounds), tap.width), dtype=np.float32) for tap in taps]
    first, samples = 0, [len(sounds[0])]

    def keep(number: int, values: Tensor) -> None:
        tokens = tokens_of(values, taps[number], len(samples))
        pooled = pool(tokens, taps[number], network.layout, poolings[number], samples)
        heard[number][first : first + len(samples)] = pooled.float().cpu().numpy()

    with listening(network, taps, keep) as forward, exact(device, "fp32"):
        for first in range(0, len(sounds), config.batch_size):
            batch = sounds[first : first + config.batch_size]
            samples = [len(sound) for sound in batch]
            forward({name: value.to(device) for name, value in network.prepare(batch).items()})
    return heard


def steadiness(curves: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """How steadily curves rise: the mean over carriers of Spearman's correlation with the ascending values.

    Args:
        curves: (carrier, value, neuron).

    Returns:
        (neuron,) correlations, and which neurons move on any carrier.
    """
    from scipy.stats import rankdata

    ranks = rankdata(curves, axis=1)
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    steps = np.arange(curves.shape[1]) - (curves.shape[1] - 1) / 2
    spread = np.sqrt((ranks**2).sum(axis=1) * (steps**2).sum())
    each = np.divide((ranks * steps[None, :, None]).sum(axis=1), spread, out=np.zeros_like(spread), where=spread > 0)
    return each.mean(axis=0).astype(np.float32), np.asarray((spread > 0).any(axis=0))


def confirm(attribute: str, curve: TuningCurve, claim_id: str, config: TuningConfig | None = None) -> Verdict | None:
    """Say whether a curve confirms or refutes that a neuron goes with an attribute.

    Args:
        attribute: the name of an acoustic attribute.
        curve: the neuron's curve along the property that the attribute speaks of.
        claim_id: the claim that says so.
        config: when a curve settles a claim.

    Returns:
        ``None`` where the curve is of another property.
    """
    config = config or TuningConfig()
    spoken = swept(attribute)
    if spoken is None or spoken[0] != curve.property:
        return None
    if curve.correlation is None:
        reason = f"sounds that differ only in {curve.property} do not move it."
        return Verdict(claim_id=claim_id, outcome="undecided", score=None, judge=JUDGE, reason=reason)
    agreement = curve.correlation * spoken[1]
    best = curve.values[int(np.argmax(curve.responses))]
    peak = f"its response to {curve.property} is highest at {best:.3g} {curve.unit}"
    if curve.swing < config.least_swing:
        outcome, reason = "undecided", f"{curve.property} alone moves it by {curve.swing:.2f} of its deviation."
    elif agreement >= config.least_correlation:
        outcome, reason = "supported", f"{peak}."
    elif agreement <= -config.least_correlation:
        outcome, reason = "refuted", f"{peak}, the other way."
    else:
        outcome, reason = "undecided", f"{peak}, and neither rises nor falls steadily."
    return Verdict.model_validate(
        {"claim_id": claim_id, "outcome": outcome, "score": agreement, "judge": JUDGE, "reason": reason}
    )


def confirm_claims(
    descriptions: Sequence[Description], tuning: Sequence[Tuning], config: TuningConfig | None = None
) -> list[TuningVerdict]:
    """Judge every acoustic attribute that is claimed of a tap's neurons and that a sweep can settle.

    Args:
        descriptions: of one tap's neurons.
        tuning: the tap's curves.
        config: when a curve settles a claim.
    """
    by_property = {one.property: one for one in tuning}
    verdicts = []
    for description in descriptions:
        for said in description.claims:
            for phrase in said.phrases:
                spoken = swept(phrase.attribute) if phrase.attribute else None
                if spoken is None or phrase.attribute is None or spoken[0] not in by_property:
                    continue
                curve = by_property[spoken[0]].curve(description.neuron.index)
                verdict = confirm(phrase.attribute, curve, said.claim.id, config)
                if verdict is not None:
                    verdicts.append(
                        TuningVerdict(
                            neuron=description.neuron,
                            attribute=phrase.attribute,
                            property=spoken[0],
                            verdict=verdict,
                        )
                    )
    return verdicts


def swept(attribute: str) -> tuple[Property, int] | None:
    """The sweep that can settle an attribute, and which way the attribute goes along it; ``None`` where none can."""
    found = next((one for one in ATTRIBUTES if one.name == attribute), None)
    if found is None or found.measure not in _SWEPT:
        return None
    name, sign = _SWEPT[found.measure]
    return name, sign * found.direction
