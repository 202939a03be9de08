"""All five closed-concept scores for a layer of AST-base, beside the published formulas on the same matrices.

    make bench NAME=similarity

3,072 neurons x 2,000 clips x 50 concepts. The published side follows the papers' description a neuron at a time,
vectorised over concepts, in PyTorch; it gets the same float64 matrices, the same number of threads and the same
process, and its random baseline orders (five draws) are drawn as published. Both are run in turn; the target is a
ratio of medians of at most 0.5. Their scores are compared too.

Then the two sanity tests of arXiv 2506.05774 in small: neurons that detect a concept with some noise must be given
that concept rather than one that lost half of its clips (missing labels), or gained as many wrong ones (extra labels).
"""

import json
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

from earmark.dissection.concepts.similarity import SCORES, score_layer

RATES = (0.005, 0.02, 0.1, 0.3)
NEURONS, CLIPS, CONCEPTS, SEED, ROUNDS = 3072, 2000, 50, 0, 5
RESULTS = Path(__file__).parent / "results"


def published_scores(P: torch.Tensor, A: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
    """The five scores as the papers describe them; P is (clip, concept), A (clip, neuron)."""
    return {
        "cosine": cosine(P, A),
        "cosine_cubed": cosine((P - P.mean(0)) ** 3, (A - A.mean(0)) ** 3),
        "rank_reorder": rank_reorder(P, A, torch.Generator().manual_seed(seed)),
        "wpmi": information(P, A, clips=28, scale=2, weight=0.6, membership=torch.ones(28, dtype=P.dtype)),
        "soft_wpmi": information(
            P,
            A,
            clips=100,
            scale=10,
            weight=1,
            membership=0.998 - torch.arange(100, dtype=P.dtype) / 100 * (0.998 - 0.97),
        ),
    }


def cosine(P: torch.Tensor, A: torch.Tensor) -> torch.Tensor:
    return (A / A.norm(dim=0)).T @ (P / P.norm(dim=0))


def rank_reorder(P: torch.Tensor, A: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    count = len(A) // 20
    values, clips = A.topk(count, dim=0)
    rows = []
    for neuron in range(A.shape[1]):
        descending = values[:, neuron]
        similarities = P[clips[:, neuron]]
        rank = similarities.argsort(dim=0, descending=True).argsort(dim=0)
        error = (descending[:, None] - descending[rank]).abs().pow(3).mean(0)
        draws = [descending[torch.randperm(count, generator=generator)] for _ in range(5)]
        any_order = (descending[None] - torch.stack(draws)).abs().pow(3).mean()
        rows.append(-error / any_order / similarities.mean(0).sqrt())
    return torch.stack(rows)


def information(
    P: torch.Tensor, A: torch.Tensor, clips: int, scale: float, weight: float, membership: torch.Tensor
) -> torch.Tensor:
    probability = torch.softmax(scale * P, dim=1)
    chosen = A.topk(clips, dim=0).indices
    given = torch.stack(
        [
            torch.log(1 + membership[:, None] * (probability[chosen[:, neuron]] - 1)).sum(0)
            for neuron in range(A.shape[1])
        ]
    )
    return given - weight * (torch.logsumexp(given, dim=0, keepdim=True) - np.log(A.shape[1]))


def agreement(ours: np.ndarray, theirs: np.ndarray, name: str) -> dict[str, float]:
    """Largest relative difference; for rank reorder after removing its random factor of each neuron."""
    if name == "rank_reorder":
        ours, theirs = (scores / scores.mean(axis=1, keepdims=True) for scores in (ours, theirs))
    scale = np.maximum(np.abs(theirs), np.abs(theirs).max() * 1e-6)
    return {
        "largest_relative_difference": float((np.abs(ours - theirs) / scale).max()),
        "same_best_concept": float((ours.argmax(1) == theirs.argmax(1)).mean()),
    }


def sanity(rate: float, clips: int = CLIPS, neurons: int = 60, noise: float = 0.5) -> dict[str, tuple[float, float]]:
    """Share of detectors that keep their concept against its half and against its double."""
    generator = np.random.default_rng(SEED)
    true = generator.random((clips, neurons)) < rate
    half = true & (generator.random(true.shape) < 0.5)
    double = true | (generator.random(true.shape) < rate)
    activations = (true + generator.normal(scale=noise, size=true.shape)).astype(np.float32)
    own = np.arange(neurons)
    kept: dict[str, list[float]] = {name: [] for name in SCORES}
    for rival in (half, double):
        for name, scores in score_layer(activations, 0.1 + 0.5 * np.concatenate([true, rival], axis=1)).items():
            kept[name].append(float((scores[own, own] > scores[own, neurons + own]).mean()))
    return {name: (missing, extra) for name, (missing, extra) in kept.items()}


def measure(function, rounds: int) -> list[float]:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    generator = np.random.default_rng(SEED)
    activations = generator.normal(size=(CLIPS, NEURONS)).astype(np.float32)
    concepts = generator.uniform(0.02, 0.6, size=(CLIPS, CONCEPTS))
    A, P = torch.from_numpy(activations.astype(np.float64)), torch.from_numpy(concepts)
    with torch.inference_mode():
        theirs = published_scores(P, A, SEED)
        ours = score_layer(activations, concepts)
        seconds: dict[str, list[float]] = {"earmark": [], "published": []}
        for _ in range(ROUNDS):
            seconds["earmark"] += measure(lambda: score_layer(activations, concepts), 1)
            seconds["published"] += measure(lambda: published_scores(P, A, SEED), 1)
        apart = {
            name: {
                "earmark_s": statistics.median(measure(lambda name=name: score_layer(activations, concepts, [name]), 3))
            }
            | agreement(ours[name], theirs[name].numpy(), name)
            for name in SCORES
        }
    rates = {rate: sanity(rate) for rate in RATES}
    medians = {side: statistics.median(values) for side, values in seconds.items()}
    result = {
        "what": f"five scores, {NEURONS} neurons x {CLIPS} clips x {CONCEPTS} concepts",
        "seed": SEED,
        "median_s": medians,
        "spread_s": {side: [min(values), max(values)] for side, values in seconds.items()},
        "ratio": medians["earmark"] / medians["published"],
        "target_ratio": 0.5,
        "by_score": apart,
        "sanity_missing_and_extra_labels_by_share_of_positives": rates,
        "machine": {
            "processor_threads": torch.get_num_threads(),
            "load": Path("/proc/loadavg").read_text().split()[:3] if Path("/proc/loadavg").exists() else None,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
        },
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "similarity.json").write_text(json.dumps(result, indent=2) + "\n")
    lines = [
        f"# Closed-concept scores: {result['what']}",
        "",
        "| | median s | fastest to slowest |",
        "|---|---|---|",
        *(
            f"| {side} | {medians[side]:.2f} | {min(values):.2f} to {max(values):.2f} |"
            for side, values in seconds.items()
        ),
        "",
        f"Ratio {result['ratio']:.2f} (target: at most 0.50). Float64 on both sides, one process, run in turn.",
        "",
        "| score | alone, s | largest relative difference from the published formula | same best concept |",
        "|---|---|---|---|",
        *(
            f"| {name} | {row['earmark_s']:.2f} | {row['largest_relative_difference']:.1e} "
            f"| {row['same_best_concept']:.1%} |"
            for name, row in apart.items()
        ),
        "",
        "Rank reorder is compared up to a factor for each neuron, which is drawn at random as published.",
        "",
        "Sanity tests, by the share of clips that have the concept: detectors that keep their concept",
        "against one with half of its clips (missing) and one with as many wrong clips again (extra).",
        "",
        f"| score | {' | '.join(f'{rate:.1%}: missing, extra' for rate in rates)} |",
        "|---" * (len(rates) + 1) + "|",
        *(
            f"| {name} | {' | '.join('{:.0%}, {:.0%}'.format(*rates[rate][name]) for rate in rates)} |"
            for name in SCORES
        ),
    ]
    (RESULTS / "similarity.md").write_text("\n".join(lines) + "\n")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
