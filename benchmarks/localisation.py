"""How often the exciting stretch is where a sound was planted, by occlusion and by the patches' own activations.

    make bench NAME=localisation

Every clip is 2 s of faint noise with 0.7 s of one sample sound at a random place. For the strong clips of every neuron
of the reference network, the stretch that is found is compared with the place. The network's head reads tokens for the
whole clip, so occlusion is what earmark does; the same neurons' activations at the patches are the cheaper rival.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from earmark.dissection.clips import Clip, ClipSet
from earmark.dissection.localisation.localisation import LocalisationConfig, localise
from earmark.dissection.networks.loading import load_network
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.samples.sounds import SOUND_CLASSES, make_sound

RESULTS = Path(__file__).parent / "results"
SEED, PER_CLASS, RATE_HZ, LENGTH_S, NEAR_S = 9000, 8, 16000, 0.7, 0.2


def planted() -> tuple[ClipSet, dict[str, np.ndarray], dict[str, float]]:
    """Clips, their waveforms, and where the sound begins in each."""
    rng = np.random.default_rng(SEED)
    clips, waves, places = [], {}, {}
    length = round(LENGTH_S * RATE_HZ)
    for index, kind in enumerate([kind for _ in range(PER_CLASS) for kind in SOUND_CLASSES]):
        sound = make_sound(kind, np.random.default_rng([SEED, index])).waveform
        power = np.convolve(sound**2, np.ones(length), "valid")
        loudest = int(power.argmax())
        wave = 0.003 * rng.standard_normal(2 * RATE_HZ)
        start = int(rng.integers(0, len(wave) - length))
        wave[start : start + length] += sound[loudest : loudest + length]
        name = f"{index:05d}"
        clips.append(Clip(id=name, path=name, end_s=2.0, rate_hz=RATE_HZ, group=name, split="shown"))
        waves[name], places[name] = wave.astype(np.float32), start / RATE_HZ
    return ClipSet(Path(), tuple(clips), ()), waves, places


def main() -> None:
    network = load_network("reference")
    taps = find_taps(network)
    clip_set, waves, places = planted()

    def read(clip: Clip) -> np.ndarray:
        return waves[clip.id]

    recorded = record(network, clip_set, taps, RecordingConfig(), SEED, read=read).activations
    config = LocalisationConfig(length_s=LENGTH_S)
    by_frames = [replace(one, pooling="mean") for one in recorded]
    begins = np.array([places[clip.id] for clip in clip_set.clips])
    hits = {}
    for name, what in (("occlusion", recorded), ("patches", by_frames)):
        hits[name] = [
            float((np.abs(one.start_s - begins[one.clips]) <= NEAR_S)[one.found].mean())
            for one in localise(network, clip_set, taps, what, read=read, config=config)
        ]
    rng = np.random.default_rng(SEED)
    anywhere = float((np.abs(rng.permutation(begins) - begins) <= NEAR_S).mean())
    result = {
        "what": f"share of stretches that begin within {NEAR_S} s of the planted sound",
        "seed": SEED,
        "clips": len(clip_set.clips),
        "taps": [tap.name for tap in taps],
        "hits": hits,
        "chance": anywhere,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "localisation.json").write_text(json.dumps(result, indent=2) + "\n")
    lines = [
        f"# Where in the clip: {result['what']}",
        "",
        (
            f"{len(clip_set.clips)} clips, the 12 strongest of every neuron of the reference network, seed {SEED}. "
            f"The place of another clip's sound: {anywhere:.0%}."
        ),
        "",
        "| tap | occlusion | patches |",
        "|---|---|---|",
        *(
            f"| {tap.name} | {silent:.0%} | {'(occlusion)' if tap.kind == 'classifier' else f'{patch:.0%}'} |"
            for tap, silent, patch in zip(taps, hits["occlusion"], hits["patches"], strict=True)
        ),
    ]
    (RESULTS / "localisation.md").write_text("\n".join(lines) + "\n")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
