"""The tables of a dissection's run, joined into what its page shows.

The tables are read as plain rows, so the page needs neither torch nor the wing that wrote them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from statistics import median
from typing import Any

from pydantic import ValidationError

from earmark.dissection.clips.heard import window_of
from earmark.errors import InvalidInput
from earmark.report.dissection_figures import chance, figures_of, shares
from earmark.report.dissection_records import (
    ConceptList,
    DissectionData,
    NeuronDetail,
    Outcome,
    PageClaim,
    PageClip,
    PageLayer,
    PageMoment,
    PageNeuron,
    PageTuning,
)
from earmark.runs import RunFolder

Row = Mapping[str, Any]
_Key = tuple[str, int]

_MOST_NEURONS = 6000
_MOST_SKIPPED = 500
_NAMES_SHOWN = 5


def page_data(run: RunFolder) -> DissectionData:
    """Gather what the page of a dissection shows.

    Raises:
        InvalidInput: the run is of another kind, or has no descriptions yet.
    """
    if run.manifest.kind != "dissection":
        raise InvalidInput(f"{run.path} is a run of {run.manifest.kind}, not a dissection.")
    try:
        return _Gathering(run).data()
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise InvalidInput(
            f"{run.path} holds tables that are none of a dissection: put them back from a copy, or start a new run."
        ) from error


class _Gathering:
    """The tables of one run, joined by neuron. Every method answers one question about them."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.rows = {name: _rows(run, name) for name in ("neurons", "descriptions")}
        if not self.rows["descriptions"]:
            raise InvalidInput(f"{run.path} holds no descriptions yet: 'earmark resume {run.path}' goes on with it.")
        self.verdicts = _by_neuron(_rows(run, "verdicts"))
        self.evidence = {_key(row["neuron"]): row for row in _rows(run, "evidence")}
        self.moments = {(_key(row["neuron"]), row["clip_id"]): row for row in _rows(run, "moments")}
        self.closed = _closed_lists(_rows(run, "concepts"))
        self.descriptions = {_key(row["neuron"]): row for row in self.rows["descriptions"]}
        self.window_s = window_of(run.manifest.arguments) or inf
        self.clip_rows = {row["id"]: row for row in _rows(run, "clips")}
        self.captions: dict[str, list[str]] = defaultdict(list)
        for row in _rows(run, "captions"):
            self.captions[row["clip_id"]].append(row["text"])
        self.places: dict[str, int] = {}
        self.detections = _by_neuron(_rows(run, "detections"))
        self.soundings = _by_neuron(_rows(run, "soundings"))
        self.tuning: dict[str, list[Row]] = defaultdict(list)
        for row in _rows(run, "tuning_verdicts"):
            self.tuning[row["verdict"]["claim_id"]].append(row)
        self.twin: dict[str, list[float]] = defaultdict(list)
        for row in _rows(run, "untrained_verdicts"):
            if row["subject"] == "description" and row["pearson"] is not None:
                self.twin[row["neuron"]["tap"]].append(row["pearson"])

    def data(self) -> DissectionData:
        layers = list(dict.fromkeys(row["tap"] for row in self.rows["neurons"]))
        scored = [self._neuron(layers.index(row["tap"]), row) for row in self.rows["neurons"]]
        kept = _most_telling(scored)
        neurons = tuple(scored[place] for place in kept)
        details = tuple(self._detail((layers[neuron.layer], neuron.index)) for neuron in neurons)
        return DissectionData(
            title=f"{self._network()}: {len(scored):,} neurons in words",
            network=self._network(),
            version=self.run.manifest.earmark_version,
            counts=self._counts(scored),
            figures=tuple(figures_of(scored)),
            facts=tuple(self._facts()),
            notes=tuple(self._notes(len(scored), len(neurons))),
            layers=tuple(
                self._layer(place, name, short, scored)
                for place, (name, short) in enumerate(zip(layers, _short(layers), strict=True))
            ),
            neurons=neurons,
            details=details,
            clips=tuple(self._clip(name) for name in self.places),
            skipped=self.run.manifest.skipped[:_MOST_SKIPPED],
        )

    def _neuron(self, layer: int, row: Row) -> PageNeuron:
        key = (row["tap"], row["index"])
        said = self.descriptions.get(key)
        verdict = next((item for item in self.verdicts[key] if item["subject"] == "description"), None)
        failure = (
            said["failure"] if said else "it does not vary over the shown clips" if row["dead"] else "not described"
        )
        closed = [name for each in self.closed[key] for name, _ in each.concepts]
        return PageNeuron(
            layer=layer,
            index=row["index"],
            text=said["text"] if said else None,
            failure=failure,
            outcome=_outcome(said, verdict),
            pearson=_rounded(verdict, "pearson"),
            low=_rounded(verdict, "pearson_low"),
            high=_rounded(verdict, "pearson_high"),
            auprc=_rounded(verdict, "auprc"),
            specific=verdict["specific"] if verdict else None,
            informativeness=_rounded(verdict, "informativeness"),
            label=row["label"],
            words=tuple(dict.fromkeys([*(said["open_concepts"] if said else ()), *closed, *_texts(row["label"])])),
        )

    def _detail(self, key: _Key) -> NeuronDetail:
        said = self.descriptions.get(key)
        sides = self.evidence.get(key, {"high": (), "low": ()})
        strongest = {item["id"]: self._moment(key, item) for item in sides["high"]}
        verdicts = {item["claim_id"]: item for item in self.verdicts[key] if item["subject"] == "claim"}
        whole = next((item for item in self.verdicts[key] if item["subject"] == "description"), None)
        claims = [self._claim(item["claim"], verdicts, whole, strongest) for item in (said["claims"] if said else ())]
        return NeuronDetail(
            claims=tuple(claims),
            strongest=tuple(strongest.values()),
            weakest=tuple(self._moment(key, item) for item in sides["low"]),
            closed=tuple(self.closed[key]),
            open=tuple(said["open_concepts"] if said else ()),
            withheld=tuple(said["withheld"] if said else ()),
            opinions=(
                *(_detected(row) for row in self.detections[key]),
                *(_sounded(row) for row in self.soundings[key]),
            ),
        )

    def _claim(
        self, claim: Row, verdicts: Mapping[str, Row], whole: Row | None, strongest: Mapping[str, PageMoment]
    ) -> PageClaim:
        # A lone claim is the whole description, and is judged as that where it has no verdict of its own.
        found = verdicts.get(claim["id"], whole)
        return PageClaim(
            text=claim["text"],
            outcome=found["verdict"]["outcome"] if found else None,
            reason=found["verdict"]["reason"] if found else None,
            pearson=_rounded(found, "pearson"),
            low=_rounded(found, "pearson_low"),
            high=_rounded(found, "pearson_high"),
            clips=tuple(strongest[each] for each in claim["evidence_ids"] if each in strongest),
            tuning=tuple(
                PageTuning(
                    attribute=row["attribute"], outcome=row["verdict"]["outcome"], reason=row["verdict"]["reason"]
                )
                for row in self.tuning[claim["id"]]
            ),
        )

    def _moment(self, key: _Key, evidence: Row) -> PageMoment:
        clip_id = evidence["excerpt"]["source_id"]
        moment = self.moments.get((key, clip_id))
        return PageMoment(
            clip=self.places.setdefault(clip_id, len(self.places)),
            strength=_three_digits(evidence["strength"]),
            start_s=round(moment["start_s"], 3) if moment else None,
            end_s=round(moment["end_s"], 3) if moment else None,
        )

    def _clip(self, clip_id: str) -> PageClip:
        row = self.clip_rows.get(clip_id)
        if row is None:
            raise InvalidInput(f"{self.run.path} names the clip {clip_id}, which is not in its table of clips.")
        kept = {name: row[name] for name in ("path", "start_s", "label", "author", "licence", "source_url")}
        end_s = min(row["end_s"], row["start_s"] + self.window_s)
        return PageClip(id=clip_id, words=tuple(dict.fromkeys(self.captions[clip_id])), end_s=end_s, **kept)

    def _layer(self, place: int, name: str, short: str, scored: Sequence[PageNeuron]) -> PageLayer:
        mine = [neuron for neuron in scored if neuron.layer == place]
        found = [neuron.pearson for neuron in mine if neuron.pearson is not None]
        sources = [
            item["held_out_sources"]
            for n in mine
            for item in self.verdicts[name, n.index]
            if item["pearson"] is not None
        ]
        return PageLayer(
            name=name,
            short=short,
            neurons=len(mine),
            judged=len(found),
            supported=sum(neuron.outcome == "supported" for neuron in mine),
            median=round(median(found), 3) if found else None,
            scores=shares(found) if found else None,
            null=chance(min(sources)) if sources else None,
            twin=shares(self.twin[name]) if self.twin[name] else None,
        )

    def _counts(self, scored: Sequence[PageNeuron]) -> dict[str, int]:
        sides = Counter(row["split"] for row in self.clip_rows.values())
        return {
            "neurons": len(scored),
            "shown": sides["shown"],
            "held_out": sides["held_out"],
            "skipped": len(self.run.manifest.skipped),
        }

    def _network(self) -> str:
        # Only the last part of a path: a page is made to be passed on.
        return (
            str(self.run.manifest.arguments.get("network", "a network")).rstrip("/\\").replace("\\", "/").split("/")[-1]
        )

    def _notes(self, neurons: int, kept: int) -> Iterable[str]:
        yield from self.run.manifest.notes
        if kept < neurons:
            yield f"Here are the {kept:,} neurons whose descriptions fare best, of {neurons:,}; the tables hold all."

    def _facts(self) -> Iterable[tuple[str, str]]:
        manifest = self.run.manifest
        yield "made", f"{manifest.day}, seed {manifest.seed}"
        yield "earmark", " ".join(filter(None, (manifest.earmark_version, manifest.git)))
        for name, value in manifest.arguments.get("config", {}).items():
            if value not in (None, [], "", False):
                yield name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield "platform", manifest.platform
        yield "packages", ", ".join(f"{name} {version}" for name, version in sorted(manifest.packages.items()))


def _detected(row: Row) -> str:
    if row["auprc"] is None:
        return f"{row['judge']}: {row['reason']}"
    return (
        f"{row['judge']}, reading {row['clips']} held-out captions: AUPRC {row['auprc']:.2f} (chance "
        f"{row['auprc_chance']:.2f}, embedded {row['embedded_auprc']:.2f}), F1 {row['f1']:.2f} (chance "
        f"{row['f1_chance']:.2f})"
    )


def _sounded(row: Row) -> str:
    if row["pearson"] is None:
        return f"{row['judge']}: {row['reason']}"
    area = "" if row["auprc"] is None else f", AUPRC {row['auprc']:.2f} (chance {row['auprc_chance']:.2f})"
    return f"{row['judge']}, hearing {row['clips']} held-out clips: Pearson {row['pearson']:.2f}{area}"


def _most_telling(scored: Sequence[PageNeuron]) -> list[int]:
    """The places of the neurons that a page can hold, the best described where there are too many, in order."""
    order = sorted(
        range(len(scored)), key=lambda place: -2.0 if (r := scored[place].pearson) is None else r, reverse=True
    )
    return sorted(order[:_MOST_NEURONS])


def _closed_lists(rows: Iterable[Row]) -> dict[_Key, list[ConceptList]]:
    found: dict[_Key, dict[str, list[tuple[int, str, float | None]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        source = " by ".join(filter(None, (row["source"], (row["score_name"] or "").replace("_", " "))))
        score = None if row["score"] is None else _three_digits(row["score"])
        found[row["tap"], row["neuron"]][source].append((row["rank"], row["concept"], score))
    lists: dict[_Key, list[ConceptList]] = defaultdict(list)
    for key, sources in found.items():
        for source, names in sources.items():
            best = tuple((name, score) for _, name, score in sorted(names, key=lambda item: item[0])[:_NAMES_SHOWN])
            lists[key].append(ConceptList(source=source, concepts=best))
    return lists


def _outcome(said: Row | None, verdict: Row | None) -> Outcome:
    if said is None or said["text"] is None:
        return "silent"
    outcome: Outcome = verdict["verdict"]["outcome"] if verdict else "undecided"
    return outcome


def _rows(run: RunFolder, name: str) -> list[dict[str, Any]]:
    return run.rows(name) if run.has(name) else []


def _by_neuron(rows: Iterable[Row]) -> dict[_Key, list[Row]]:
    found: dict[_Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[_key(row["neuron"])].append(row)
    return found


def _key(neuron: Row) -> _Key:
    return neuron["tap"], neuron["index"]


def _texts(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def _rounded(row: Row | None, name: str) -> float | None:
    return None if row is None or row[name] is None else round(row[name], 4)


def _short(names: Sequence[str]) -> list[str]:
    """Names without the parts that all begin with, and no longer than a label beside a chart can be."""
    parts = [name.split(".") for name in names]
    shared = 0
    while len(parts) > 1 and all(len(each) > shared + 1 and each[shared] == parts[0][shared] for each in parts):
        shared += 1
    left = [".".join(each[shared:]) for each in parts]
    return [name if len(name) <= 26 else f"\u2026{name[-25:]}" for name in left]


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")
