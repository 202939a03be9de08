"""A dissection's run folder made of records, with real sounds, so that pages can be tested without a network."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.dissection.clips import Clip, ClipSet, load_clips
from earmark.dissection.concepts.concepts import ConceptScore
from earmark.dissection.describing.captions import Caption
from earmark.dissection.describing.descriptions import Description, NeuronClaim, NeuronId, Phrase
from earmark.dissection.localisation.localisation import Moment
from earmark.dissection.recording.selection import NeuronEvidence
from earmark.dissection.verification.verification import Verification
from earmark.dissection.walk import NeuronRow
from earmark.evidence import Claim, Evidence, Excerpt, Record, Verdict, content_id
from earmark.runs import Manifest, RunFolder, Skipped

PLANTED = "<script>window.caught = 1</script><img src=x onerror='window.caught = 2'></script>\u2028&lt;"
WORDS = ("steady hum", "dog barking", "high-pitched beeps", "crackling fire", "slow wind", "rising siren")
RATE = 16_000


def make_clips(folder: Path, count: int = 40) -> ClipSet:
    """Tones of different pitch and rhythm, some captions and addresses of them planted, with authors and licences."""
    folder.mkdir(parents=True)
    rows = ["path,label,caption,group,author,licence,source_url"]
    for number in range(count):
        seconds = np.arange(2 * RATE) / RATE
        wave = 0.4 * np.sin(2 * np.pi * (150 + 60 * number) * seconds) * (0.55 + 0.45 * np.sin(2 * np.pi * 2 * seconds))
        wave += 0.02 * np.random.default_rng(number).standard_normal(len(wave))
        soundfile.write(folder / f"{number:03d}.wav", wave, RATE)
        caption = PLANTED.replace(",", "") if number % 6 == 3 else f"a tone number {number}"
        url = "javascript:window.caught=3" if number % 6 == 4 else f"https://example.com/{number}"
        rows.append(f'{number:03d}.wav,class {number % 4},"{caption}",{number // 2},Ann Example,CC0,{url}')
    (folder / "broken.wav").write_text("no audio")
    rows.append("broken.wav,,,,,,")
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    return load_clips(folder)


def make_run(folder: Path, neurons: int = 60, taps: int = 3) -> RunFolder:
    """A finished run of so many neurons in so many taps, everything in it made up, seeded."""
    clips = make_clips(folder / "clips")
    arguments = {
        "network": "/models/small-net",
        "clips": str(folder / "clips"),
        "config": {"pooling": "head", "seed": 0},
    }
    run = RunFolder.create(folder / "run", Manifest.begin("dissection", arguments, seed=0))
    run.skip([*clips.skipped, Skipped(uri=PLANTED, reason=PLANTED)])
    run.note("Captions include the clips' class labels: such scores are circular.")
    captions = [Caption(clip_id=clip.id, source="column", text=clip.caption or "") for clip in clips.clips]
    tables: dict[type[Record], list[Record]] = {}
    dice = np.random.default_rng(7)
    for place in range(neurons):
        neuron = NeuronId(tap=f"encoder.layers.{place % taps}.mlp.fc1.act", index=place // taps)
        for record in _neuron_records(neuron, place, clips, dice):
            tables.setdefault(type(record), []).append(record)
    run.write("clips", Clip, clips.clips)
    run.write("captions", Caption, captions)
    names = {
        NeuronRow: "neurons",
        NeuronEvidence: "evidence",
        Moment: "moments",
        ConceptScore: "concepts",
        Description: "descriptions",
        Verification: "verdicts",
    }
    for record, name in names.items():
        run.write(name, record, tables.get(record, []))
    return run


def _neuron_records(neuron: NeuronId, place: int, clips: ClipSet, dice: np.random.Generator):
    shown = clips.of("shown")
    row = {"tap": neuron.tap, "index": neuron.index, "kind": "mlp_hidden", "layer": place % 3}
    dead = place % 20 == 19
    yield NeuronRow(**row, mean=0.1, deviation=0.5, dead=dead, label=None)
    if dead:
        yield Description(neuron=neuron, text=None, failure="it does not vary over the shown clips")
        return
    chosen = dice.permutation(len(shown))[:8]
    if place == 0:
        chosen = np.arange(8)
    high = tuple(_evidence(shown[clip], f"{place} {rank}", "for", 3 - rank / 4) for rank, clip in enumerate(chosen[:5]))
    low = tuple(_evidence(shown[clip], f"{place} {rank} low", "against", -1) for rank, clip in enumerate(chosen[5:]))
    yield NeuronEvidence(neuron=neuron, high=high, low=low)
    for item in high:
        yield Moment(neuron=neuron, clip_id=item.excerpt.source_id, start_s=0.5, end_s=1.5)
    text = PLANTED if place == 1 else f"{WORDS[place % 6]}, {WORDS[(place // 2 + 1) % 6]}"
    claim = Claim(id=content_id(str(neuron)), text=text, evidence_ids=tuple(item.id for item in high))
    phrase = Phrase(text=text, kind="words", weight=1.0)
    yield Description(
        neuron=neuron,
        text=text,
        claims=(NeuronClaim(claim=claim, phrases=(phrase,)),),
        open_concepts=("hum", "dog"),
        withheld=("noise",),
    )
    yield ConceptScore(
        tap=neuron.tap, neuron=neuron.index, source="DB", score_name="wpmi", rank=1, concept=PLANTED, score=0.41
    )
    pearson = float(np.clip(dice.normal(0.3 + 0.1 * (place % 3), 0.15), -0.3, 0.95))
    for subject, claim_id in (("description", None), ("claim", claim.id)):
        yield _verification(neuron, subject, claim_id, text, pearson)


def _evidence(clip: Clip, name: str, side: str, strength: float) -> Evidence:
    excerpt = Excerpt(source_id=clip.id, start=clip.start_s, end=clip.end_s, unit="seconds")
    return Evidence(id=content_id(name), excerpt=excerpt, side=side, strength=strength, split="shown")


def _verification(neuron: NeuronId, subject: str, claim_id: str | None, text: str, pearson: float) -> Verification:
    outcome = "supported" if pearson > 0.2 else "refuted" if pearson < -0.1 else "undecided"
    reason = None if outcome == "supported" else "not told from chance on held-out clips (q = 0.4)."
    verdict = Verdict(
        claim_id=claim_id or "whole", outcome=outcome, score=pearson, judge="held-out pearson", reason=reason
    )
    whole = subject == "description"
    return Verification(
        neuron=neuron,
        subject=subject,
        claim_id=claim_id,
        text=text,
        verdict=verdict,
        pearson=pearson,
        pearson_low=pearson - 0.12,
        pearson_high=pearson + 0.1,
        auprc=max(0.05, pearson) if whole else None,
        specific=pearson > 0.35 if whole else None,
        informativeness=max(0.05, pearson / 2) if whole else None,
        held_out_clips=20,
        held_out_sources=30,
    )


@pytest.fixture(scope="session")
def dissected(tmp_path_factory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("dissected"))


@pytest.fixture(scope="session")
def planted() -> str:
    """Markup that stands in a caption, a description, a concept and a file name of the run."""
    return PLANTED


@pytest.fixture(scope="session")
def make():
    """Make another run: ``make(folder, neurons=..., taps=...)``."""
    return make_run
