"""The stages of a dissection, in order, each written when it is finished and read when the run is resumed.

Taps are described one at a time, so memory follows the widest tap and not the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from earmark.dissection.acoustics import AcousticScale, Measures, measure
from earmark.dissection.clips import Clip, ClipSet, read_waveform
from earmark.dissection.clips.heard import alike_note, captioner_note, heard_note, window_of
from earmark.dissection.concepts.clap import AudioTextVectors
from earmark.dissection.concepts.concept_list import readable_label
from earmark.dissection.concepts.concepts import (
    ClipConcepts,
    ConceptScore,
    LastLayerAccuracy,
    embed_sounds,
    last_layer_accuracy,
    match_captions,
    match_sounds,
    score_concepts,
)
from earmark.dissection.concepts.picking import PickConfig, pick_concepts
from earmark.dissection.concepts.similarity import ScoreName
from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.captions import (
    Caption,
    CaptionConfig,
    ListeningModel,
    caption_clips,
    caption_sources,
    hear_twice,
)
from earmark.dissection.describing.descriptions import Description
from earmark.dissection.describing.features import ClipFeatures, build_features
from earmark.dissection.describing.model_descriptions import describe_with_model
from earmark.dissection.describing.summaries import describe
from earmark.dissection.localisation.localisation import LocalisationConfig, Moment, localise
from earmark.dissection.localisation.tuning import TuningConfig, TuningCurve, TuningVerdict, confirm_claims, tune
from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.networks.weights import untrained_twin
from earmark.dissection.recording.activations import (
    Activations,
    all_saved,
    checkpoint_of,
    load_activations,
    save_activations,
)
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.dissection.recording.selection import NeuronEvidence, select
from earmark.dissection.verification.detection import Detection, detect_with_model
from earmark.dissection.verification.sounding import Sounding, sound_out
from earmark.dissection.verification.verification import Verification, too_few_to_judge, verify, with_untrained
from earmark.evidence import Record
from earmark.language import Embedder, FloatMatrix, LanguageModel
from earmark.language.orders import find_orders
from earmark.language.spending import spending
from earmark.runs import RunFolder
from earmark.workers import Progress, Threads, Workers

# Every score as published; the best names of all five are kept.
_SCORES: tuple[ScoreName, ...] = ("cosine", "cosine_cubed", "rank_reorder", "wpmi", "soft_wpmi")


class ClipMeasures(Record):
    """The acoustic measures of one clip: a row of the acoustics table."""

    clip_id: str
    measures: Measures


class NeuronRow(Record):
    """One neuron: a row of the neurons table."""

    tap: str
    index: int
    kind: str
    layer: int | None
    mean: float
    deviation: float
    dead: bool
    label: str | None
    """The class that a neuron of the classifier stands for."""


@dataclass(frozen=True)
class Walk:
    """One run on its way."""

    run: RunFolder
    network: AudioNetwork
    taps: Sequence[Tap]
    concepts: tuple[str, ...]
    clip_set: ClipSet
    config: DissectionConfig
    embedder: Embedder
    language_model: LanguageModel | None
    workers: Workers | None
    progress: Progress

    def go(self) -> None:
        """Every stage that is not done yet, in order."""
        self._keep_clips()
        recorded = self._record(self.network, "activations")
        measures = self._measure()
        captions = self._caption(measures)
        features = build_features(self.clip_set, captions, measures, self.embedder)
        self._describe(recorded, self._record_twin(), features, captions, self._hear())
        self._localise(recorded)
        if self.config.tuning:
            self._tune(recorded)

    def _keep_clips(self) -> None:
        if self.run.is_done("clips"):
            return
        with self.run.stage("clips") as counts:
            self.run.skip(self.clip_set.skipped)
            for note in self.clip_set.notes:
                self.run.note(note)
            self.run.write("clips", Clip, self.clip_set.clips)
            counts["shown"] = len(self.clip_set.of("shown"))
            counts["held_out"] = len(self.clip_set.of("held_out"))
            counts["skipped"] = len(self.clip_set.skipped)
            for order in (order for label in self.network.labels for order in find_orders(readable_label(label))):
                self.run.note(f"A class name of the network speaks to a machine and is no concept ({order.told()}).")
            if reason := too_few_to_judge(counts["held_out"]):
                self.run.note(f"no description can be supported or refuted: {reason}")
            if heard := heard_note(self.clip_set.clips, self._window_s):
                self.run.note(heard)

    @property
    def _window_s(self) -> float | None:
        return window_of(self.run.manifest.arguments)

    def _record(self, network: AudioNetwork, name: str) -> list[Activations]:
        if self.run.is_done(name):
            return load_activations(self.run, name)
        settings = RecordingConfig(
            pooling=self.config.pooling,
            per_side=self.config.per_side,
            batch_size=self.config.batch_size,
            precision=self.config.precision,
        )
        with self.run.stage(name) as counts:
            if all_saved(self.run, len(self.taps), name):
                recorded = load_activations(self.run, name)
            else:
                recording = record(
                    network,
                    self.clip_set,
                    self.taps,
                    settings,
                    self.config.seed,
                    read=lambda clip: read_waveform(self.clip_set.root, clip, network.rate_hz),
                    checkpoint=checkpoint_of(self.run, name),
                    progress=self.progress,
                )
                self.run.skip(recording.skipped)
                recorded = recording.activations
            save_activations(self.run, recorded, name)
            counts["taps"] = len(recorded)
            counts["neurons"] = sum(tap.width for tap in self.taps)
            counts["dead"] = sum(int(tap.dead.sum()) for tap in recorded)
            for tap in (one.tap.name for one in recorded if network is self.network and one.dead.all()):
                self.run.note(f"every neuron of {tap} is dead, the same for all clips: nothing is said of them.")
        return recorded

    def _record_twin(self) -> list[Activations]:
        """What the architecture alone gives, with fresh random weights; nothing where no such control is wanted."""
        if self.config.control != "untrained":
            return []
        return self._record(untrained_twin(self.network, self.config.seed), "untrained")

    def _measure(self) -> list[Measures]:
        if self.run.is_done("acoustics"):
            return [row.measures for row in self.run.read("acoustics", ClipMeasures)]
        with self.run.stage("acoustics") as counts:
            clips = self.clip_set.clips
            measured = (self.workers or Threads()).map(self._measure_one, clips)
            rows = []
            for row in measured:
                rows.append(row)
                self.progress("acoustics", len(rows), len(clips))
            self.run.write("acoustics", ClipMeasures, rows)
            counts["clips"] = len(rows)
        measures = [row.measures for row in rows]
        if alike := alike_note(clips, measures, self._window_s):
            self.run.note(alike)
        return measures

    def _measure_one(self, clip: Clip) -> ClipMeasures:
        waveform = read_waveform(self.clip_set.root, clip, self.network.rate_hz, self._window_s)
        return ClipMeasures(clip_id=clip.id, measures=measure(waveform, self.network.rate_hz))

    def _caption(self, measures: Sequence[Measures]) -> list[Caption]:
        if self.run.is_done("captions"):
            return self.run.read("captions", Caption)
        clips = self.clip_set.clips
        scale = AcousticScale.fit([one for clip, one in zip(clips, measures, strict=True) if clip.split == "shown"])
        heard = {clip.id: one for clip, one in zip(clips, measures, strict=True)}
        config = CaptionConfig(self.config.captions or None)
        with self.run.stage("captions") as counts, spending(self.run, "captions", self.language_model):
            captioner = self._captioner(config)
            captions = caption_clips(
                self.clip_set,
                config,
                self.run,
                acoustic=lambda clip: scale.caption(heard[clip.id]),
                captioner=captioner,
                workers=self.workers,
                progress=self.progress,
            )
            if captioner is not None:
                hear_twice(
                    self.clip_set,
                    captions,
                    captioner,
                    self.run,
                    self.embedder,
                    seed=self.config.seed,
                    workers=self.workers,
                )
            counts["captions"] = len(captions)
        return captions

    def _captioner(self, config: CaptionConfig) -> ListeningModel | None:
        if "model" not in caption_sources(self.clip_set, config) or self.language_model is None:
            return None
        captioner = ListeningModel(self.language_model)
        if cut := captioner_note(self.clip_set.clips, captioner.name, captioner.max_s, self._window_s):
            self.run.note(cut)
        return replace(captioner, max_s=min(captioner.max_s, self._window_s or captioner.max_s))

    def _hear(self) -> "_Sounds | None":
        """The clips' own vectors, where an audio-text model is named and descriptions are still to be made."""
        if self.config.clap is None or self.run.is_done("descriptions"):
            return None
        from earmark.dissection.concepts.clap import ClapVectors

        vectors = ClapVectors(self.config.clap)
        root, window_s = self.clip_set.root, self._window_s
        waveforms = (read_waveform(root, clip, vectors.rate_hz, window_s) for clip in self.clip_set.clips)
        return _Sounds(embed_sounds(waveforms, vectors), vectors)

    def _match(self, captions: Sequence[Caption], sounds: "_Sounds | None") -> list[ClipConcepts]:
        """Clips x concepts, from captions and from the sounds: small, so made again when a run is resumed."""
        matched = [match_captions(captions, self.clip_set.clips, self.concepts, self.embedder)]
        if sounds is not None:
            clips = range(len(self.clip_set.clips))
            matched.append(match_sounds(clips, sounds.rows, self.concepts, sounds.vectors))
        return matched

    def _describe(
        self,
        recorded: Sequence[Activations],
        untrained: Sequence[Activations],
        features: ClipFeatures,
        captions: Sequence[Caption],
        sounds: "_Sounds | None",
    ) -> None:
        """Tap by tap: evidence, closed concepts, descriptions, verdicts, the untrained twin's first."""
        if self.run.is_done("descriptions"):
            return
        matched = self._match(captions, sounds)
        with (
            self.run.stage("descriptions") as counts,
            spending(self.run, "descriptions", self.language_model) as keep_spending,
        ):
            tables = self._tables_by_tap()
            for number, (activations, twin) in enumerate(zip_longest(recorded, untrained)):
                if not all(self.run.has_part(name, number) for name in tables):
                    rivals = self._describe_twin(number, twin, features) if twin else None
                    self._describe_tap(number, activations, rivals, features, captions, matched, sounds)
                    keep_spending()
                self.progress("descriptions", number + 1, len(recorded))
            for name, kind in tables.items():
                self.run.finish(name, kind)
            self._judge_last_layer()
            descriptions = self.run.read("descriptions", Description)
            counts["described"] = sum(one.text is not None for one in descriptions)
            counts["refused"] = sum(one.text is None for one in descriptions)
            verdicts = self.run.read("verdicts", Verification)
            whole = [one for one in verdicts if one.subject == "description"]
            counts["supported"] = sum(one.verdict.outcome == "supported" for one in whole)

    def _judge_last_layer(self) -> None:
        """How often the classifier's neurons are named after the classes that they stand for."""
        classifier = next((tap for tap in self.taps if tap.kind == "classifier"), None)
        if classifier is None or len(self.network.labels) != classifier.width:
            return
        own = [row for row in self.run.read("concepts", ConceptScore) if row.tap == classifier.name]
        found = last_layer_accuracy(own, self.network.labels, self.concepts, self.embedder)
        self.run.write("last_layer", LastLayerAccuracy, found)

    def _describe_twin(self, number: int, activations: Activations, features: ClipFeatures) -> list[Verification]:
        """The untrained twin at one tap, described and judged in the same way."""
        descriptions = describe(activations, select(activations, self.clip_set), features, seed=self.config.seed)
        verdicts = verify(descriptions, activations, features, self.clip_set, seed=self.config.seed)
        self.run.append("untrained_descriptions", Description, descriptions, number)
        self.run.append("untrained_verdicts", Verification, verdicts, number)
        return verdicts

    def _describe_tap(
        self,
        number: int,
        activations: Activations,
        rivals: Sequence[Verification] | None,
        features: ClipFeatures,
        captions: Sequence[Caption],
        matched: Sequence[ClipConcepts],
        sounds: "_Sounds | None",
    ) -> None:
        evidence = select(activations, self.clip_set)
        scores = [row for one in matched for row in score_concepts(activations, one, _SCORES)]
        if self.language_model is not None:
            picked = pick_concepts(
                self.language_model,
                activations,
                self._captions_by_clip(captions),
                self.concepts,
                PickConfig(prompts=self.config.prompts, seed=self.config.seed),
                self.workers,
            )
            scores += picked.scores
            self.run.skip(picked.refused)
        descriptions = self._phrase(activations, evidence, features, captions)
        verdicts = verify(descriptions, activations, features, self.clip_set, seed=self.config.seed)
        if rivals is not None:
            verdicts = with_untrained(verdicts, rivals)
        self._ask_others(number, descriptions, activations, features, captions, sounds)
        self.run.append("neurons", NeuronRow, _neuron_rows(activations, self.network.labels), number)
        self.run.append("evidence", NeuronEvidence, evidence, number)
        self.run.append("concepts", ConceptScore, scores, number)
        self.run.append("descriptions", Description, descriptions, number)
        self.run.append("verdicts", Verification, verdicts, number)

    def _ask_others(
        self,
        number: int,
        descriptions: Sequence[Description],
        activations: Activations,
        features: ClipFeatures,
        captions: Sequence[Caption],
        sounds: "_Sounds | None",
    ) -> None:
        """Second opinions of the same descriptions on held-out clips: a language model's, and the sounds' own."""
        if self.config.verify_by == "model" and self.language_model is not None:
            detected = detect_with_model(
                self.language_model,
                descriptions,
                activations,
                self._captions_by_clip(captions),
                features,
                self.clip_set,
                workers=self.workers,
                seed=self.config.seed,
            )
            self.run.append("detections", Detection, detected, number)
        if sounds is not None:
            seed = self.config.seed
            heard = sound_out(
                descriptions, activations, sounds.rows, sounds.vectors, self.clip_set, features.groups, seed
            )
            self.run.append("soundings", Sounding, heard, number)

    def _tables_by_tap(self) -> dict[str, type[Record]]:
        by_model: dict[str, type[Record]] = {"detections": Detection} if self.config.verify_by == "model" else {}
        by_sound: dict[str, type[Record]] = {"soundings": Sounding} if self.config.clap is not None else {}
        return by_model | by_sound | (_BY_TWIN if self.config.control == "untrained" else {}) | _BY_TAP

    def _phrase(
        self,
        activations: Activations,
        evidence: Sequence[NeuronEvidence],
        features: ClipFeatures,
        captions: Sequence[Caption],
    ) -> list[Description]:
        if self.config.describe_by == "embedded" or self.language_model is None:
            return describe(activations, evidence, features, seed=self.config.seed)
        said = self._captions_by_clip(captions)
        return describe_with_model(
            self.language_model,
            activations,
            evidence,
            {clip.id: said[index] for index, clip in enumerate(self.clip_set.clips) if index in said},
            features,
            self.embedder,
            prompts=self.config.prompts,
            workers=self.workers,
            seed=self.config.seed,
        )

    def _captions_by_clip(self, captions: Sequence[Caption]) -> dict[int, str]:
        position = {clip.id: index for index, clip in enumerate(self.clip_set.clips)}
        said: dict[int, str] = {}
        for caption in captions:
            at = position[caption.clip_id]
            said[at] = f"{said[at]}. {caption.text}" if at in said else caption.text
        return said

    def _localise(self, recorded: Sequence[Activations]) -> None:
        if self.run.is_done("moments"):
            return
        with self.run.stage("moments") as counts:
            found = localise(
                self.network,
                self.clip_set,
                self.taps,
                recorded,
                read=lambda clip: read_waveform(self.clip_set.root, clip, self.network.rate_hz),
                config=LocalisationConfig(batch_size=self.config.batch_size),
                progress=self.progress,
            )
            for number, moments in enumerate(found):
                rows = moments.rows(self.clip_set)
                counts["moments"] = counts.get("moments", 0) + len(rows)
                self.run.append("moments", Moment, rows, number)
            self.run.finish("moments", Moment)

    def _tune(self, recorded: Sequence[Activations]) -> None:
        """Generated sweeps, and what they say of the claims about the properties that they move."""
        if self.run.is_done("tuning"):
            return
        described: dict[str, list[Description]] = {}
        for one in self.run.read("descriptions", Description):
            described.setdefault(one.neuron.tap, []).append(one)
        with self.run.stage("tuning") as counts:
            config = TuningConfig(batch_size=self.config.batch_size)
            tuned = tune(
                self.network, self.taps, recorded, config=config, seed=self.config.seed, progress=self.progress
            )
            for number, (tap, curves) in enumerate(zip(self.taps, tuned, strict=True)):
                rows = [curve.curve(index) for curve in curves for index in range(tap.width)]
                verdicts = confirm_claims(described.get(tap.name, ()), curves)
                self.run.append("tuning_curves", TuningCurve, rows, number)
                self.run.append("tuning_verdicts", TuningVerdict, verdicts, number)
                for verdict in verdicts:
                    outcome = verdict.verdict.outcome
                    counts[outcome] = counts.get(outcome, 0) + 1
            self.run.finish("tuning_curves", TuningCurve)
            self.run.finish("tuning_verdicts", TuningVerdict)


@dataclass(frozen=True)
class _Sounds:
    """Every clip's vector from an audio-text model, and the model."""

    rows: FloatMatrix
    vectors: AudioTextVectors


_BY_TAP: dict[str, type[Record]] = {
    "neurons": NeuronRow,
    "evidence": NeuronEvidence,
    "concepts": ConceptScore,
    "descriptions": Description,
    "verdicts": Verification,
}
_BY_TWIN: dict[str, type[Record]] = {"untrained_descriptions": Description, "untrained_verdicts": Verification}


def _neuron_rows(activations: Activations, labels: Sequence[str]) -> list[NeuronRow]:
    tap = activations.tap
    named = tap.kind == "classifier" and len(labels) == tap.width
    return [
        NeuronRow(
            tap=tap.name,
            index=index,
            kind=tap.kind,
            layer=tap.layer,
            mean=float(activations.mean[index]) if index not in activations.refused else 0.0,
            deviation=float(activations.deviation[index]) if index not in activations.refused else 0.0,
            dead=bool(activations.dead[index]),
            label=labels[index] if named else None,
        )
        for index in range(tap.width)
    ]
