"""The whole of wing 1 in one call: from a network and a folder of clips to descriptions with verdicts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from earmark.dissection.clips import Clip, ClipConfig, ClipSet, load_clips
from earmark.dissection.concepts.concept_list import load_concepts
from earmark.dissection.config import DissectionConfig
from earmark.dissection.describing.captions import CaptionConfig, caption_sources
from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.networks.loading import is_factory, load_network
from earmark.dissection.networks.pooling import check_pooling
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.recording.activations import load_activations
from earmark.dissection.walk import Walk
from earmark.errors import InvalidInput, NotEnoughEvidence, RunConflict
from earmark.language import Embedder, LanguageModel
from earmark.language.budget import counted
from earmark.language.choose import EMBEDDED, asks_somebody, open_model, shared_cache
from earmark.language.embedder import EachTextOnce
from earmark.language.providers.minilm import SentenceVectors
from earmark.runs import Manifest, RunFolder
from earmark.runs.arguments import plainly
from earmark.runs.grants import NOTHING, Allowed, refuse_ungranted
from earmark.workers import Progress, Workers, silent


def dissect(
    network: str | AudioNetwork,
    clips: Path | str,
    out: Path | str,
    config: DissectionConfig | None = None,
    *,
    embedder: Embedder | None = None,
    language_model: LanguageModel | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> RunFolder:
    """Describe the neurons of an audio network, and judge every description on clips kept apart.

    Args:
        network: a folder, a hub id, ``package.module:factory``, ``reference``, or an :class:`AudioNetwork`.
        clips: a folder or manifest (see :func:`~earmark.dissection.clips.load_clips`).
        out: where the run goes; new or empty.
        config: what decides the result.
        embedder: sentence vectors; the packaged MiniLM by default.
        language_model: used instead of the one that ``config.model`` names.
        workers: for decoding and for asking models.
        progress: told how far each stage is.

    Returns:
        The finished run: tables clips, acoustics, captions, neurons, evidence, moments, concepts, descriptions and
        verdicts (with ``verify_by`` detections, with ``clap`` soundings), and the recorded arrays.

    Raises:
        Mendable: anything that the user can mend, before anything is written where that is possible.
        BudgetSpent: stopped early by a budget; everything so far is kept, and :func:`resume` goes on.
    """
    config = config or DissectionConfig()
    RunFolder.refuse_taken(Path(out))
    opened = load_network(network, trust_pickle=config.trust_pickle) if isinstance(network, str) else network
    check_pooling(opened, config.pooling)
    model = _language_model(config.model, language_model)
    taps = find_taps(opened, config.taps)
    concepts = load_concepts(Path(config.concepts) if config.concepts else None, opened.labels)
    clip_config = ClipConfig(held_out=config.held_out, allow_outside=config.allow_outside, clip_s=config.clip_s)
    clip_set = load_clips(clips, clip_config, config.seed, workers=workers, progress=progress)
    _refuse_too_few(clip_set, config.per_side)
    if "model" in caption_sources(clip_set, CaptionConfig(config.captions)) and model is None:
        raise InvalidInput("captions by a model need one that listens: name it with --model.")
    if config.describe_by == "model" and model is None:
        raise InvalidInput("descriptions by a model need one: name it with --model.")
    if config.verify_by == "model" and model is None:
        raise InvalidInput("verdicts by a model need one: name it with --model.")
    arguments = {
        "network": opened.name,
        "clips": str(Path(clips).resolve()),
        "fingerprint": fingerprint(opened),
        "window_s": opened.layout.window_s,
        "config": asdict(config),
    }
    if is_factory(opened.name):
        arguments["imported_from"] = str(Path.cwd())
    run = RunFolder.create(Path(out), Manifest.begin("dissection", arguments, config.seed))
    walk = Walk(run, opened, taps, concepts, clip_set, config, _embedder(embedder), model, workers, progress)
    walk.go()
    return run


def resume(
    path: Path | str,
    *,
    network: str | AudioNetwork | None = None,
    allowed: Allowed = NOTHING,
    embedder: Embedder | None = None,
    language_model: LanguageModel | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> RunFolder:
    """Go on with a dissection that was stopped, to the same bytes as if it had not been.

    Args:
        path: the run folder.
        network: the network, where it was not given by name or has moved.
        allowed: what the run may do though you did not begin it.
        embedder: as in :func:`dissect`.
        language_model: as in :func:`dissect`.
        workers: as in :func:`dissect`.
        progress: as in :func:`dissect`.

    Raises:
        RunConflict: the network or the clips have changed since the run began.
        NotGranted: the run is somebody else's and wants what you have not allowed.
    """
    if language_model is None:
        _refuse_to_ask(RunFolder.open(Path(path)), allowed)
    opened = reopen(path, network=network, allowed=allowed, workers=workers, progress=progress)
    config = opened.config
    model = _language_model(config.model, language_model)
    concepts = load_concepts(Path(config.concepts) if config.concepts else None, opened.network.labels)
    walk = Walk(
        opened.run,
        opened.network,
        opened.taps,
        concepts,
        opened.clip_set,
        config,
        _embedder(embedder),
        model,
        workers,
        progress,
    )
    walk.go()
    return opened.run


@dataclass(frozen=True)
class Reopened:
    """A run with the network and the clips that it began with, found unchanged."""

    run: RunFolder
    config: DissectionConfig
    network: AudioNetwork
    taps: Sequence[Tap]
    clip_set: ClipSet


@dataclass(frozen=True)
class _Arguments:
    """What the manifest of a dissection names, at the least."""

    network: str
    clips: str
    fingerprint: str
    config: DissectionConfig


def reopen(
    path: Path | str,
    *,
    network: str | AudioNetwork | None = None,
    allowed: Allowed = NOTHING,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Reopened:
    """Open a dissection again with everything that it was made from.

    Args:
        path: the run folder.
        network: the network, where it was not given by name or has moved.
        allowed: what the run may do though the user did not begin it.
        workers: who decodes.
        progress: told how many files have been looked into.

    Raises:
        InvalidInput: the folder holds no dissection.
        RunConflict: the network or the clips have moved or changed since the run began.
        NotGranted: the run is somebody else's and wants what is not allowed.
    """
    run = RunFolder.open(Path(path))
    if run.manifest.kind != "dissection":
        raise InvalidInput(f"{path} is a {run.manifest.kind} run and no dissection.")
    arguments = run.manifest.arguments
    plainly(_Arguments, arguments, f"{path} holds no dissection")
    config = DissectionConfig.from_plain(arguments["config"])
    named = arguments["network"]
    refuse_ungranted(
        run.path,
        run.manifest,
        allowed,
        code=named if network is None and is_factory(named) else None,
        pickle=config.trust_pickle,
        outside=config.allow_outside,
    )
    opened = network if isinstance(network, AudioNetwork) else _named_again(run, network, config, allowed)
    if fingerprint(opened) != arguments["fingerprint"]:
        raise RunConflict(f"the network {opened.name} has changed since {path} began: start a new run.")
    clip_config = ClipConfig(held_out=config.held_out, allow_outside=config.allow_outside, clip_s=config.clip_s)
    clip_set = load_clips(arguments["clips"], clip_config, config.seed, workers=workers, progress=progress)
    if run.has("clips") and tuple(run.read("clips", Clip)) != clip_set.clips:
        raise RunConflict(f"the clips in {arguments['clips']} have changed since {path} began: start a new run.")
    return Reopened(run, config, opened, _taps_of(run, opened, config.taps), clip_set)


def _taps_of(run: RunFolder, network: AudioNetwork, globs: Sequence[str]) -> list[Tap]:
    """The taps that a run recorded: before globs kept to the listed taps, that was more than they take now."""
    if not globs or not run.is_done("activations"):
        return find_taps(network, globs)
    recorded = [one.tap for one in load_activations(run)]
    named = {
        tap.name: tap for tap in find_taps(network, [*globs, *(t.name for t in recorded if t.kind != "dictionary")])
    }
    return [named[tap.name] for tap in recorded]


def _named_again(run: RunFolder, given: str | None, config: DissectionConfig, allowed: Allowed) -> AudioNetwork:
    """The network by the name that the user gives now, or else by the one in the manifest."""
    named, folder = run.manifest.arguments["network"], run.manifest.arguments.get("imported_from")
    if given is not None:
        return load_network(given, trust_pickle=config.trust_pickle or allowed.trust_pickle)
    try:
        return load_network(named, trust_pickle=config.trust_pickle, imported_from=Path(folder) if folder else None)
    except InvalidInput as error:
        raise RunConflict(
            f"the network that {run.path} was made from cannot be loaded from {named} any more ({error}) "
            "Put it back, or give it where it lies now."
        ) from error


def _refuse_to_ask(run: RunFolder, allowed: Allowed) -> None:
    """Refuse to open a model because a manifest of somebody else names it."""
    model = DissectionConfig.from_plain(run.manifest.arguments.get("config", {})).model or EMBEDDED
    refuse_ungranted(run.path, run.manifest, allowed, model=model, asks=asks_somebody(model))


def _refuse_too_few(clip_set: ClipSet, per_side: int) -> None:
    shown = len(clip_set.of("shown"))
    if shown < 2 * per_side:
        raise NotEnoughEvidence(
            f"{shown} shown clips are too few for {per_side} at each end of a ranking: give more clips, or a smaller "
            "--per-side."
        )


def _embedder(given: Embedder | None) -> Embedder:
    return EachTextOnce(given or SentenceVectors())


def _language_model(name: str, given: LanguageModel | None) -> LanguageModel | None:
    asked = given or open_model(name, cache=shared_cache(name))
    return None if asked is None else counted(asked)
