"""Unlearn concepts of a dissected network: choose, silence, check, keep, and export what stays forgotten."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain, count, product
from pathlib import Path

from earmark.dissection.networks import AudioNetwork, Tap
from earmark.dissection.networks.weights import fingerprint
from earmark.dissection.recipe import Reopened, reopen
from earmark.dissection.recording.activations import load_activations
from earmark.dissection.unlearning.attribution import gentler_passes
from earmark.dissection.unlearning.card import safe_name, write_card
from earmark.dissection.unlearning.config import BY_WORDS, Method, UnlearnConfig
from earmark.dissection.unlearning.export import (
    Exported,
    NotExported,
    export,
    export_erased,
    refuse_unremovable,
)
from earmark.dissection.unlearning.forgetting import Forgetting, erase, forget
from earmark.dissection.unlearning.leace import Eraser
from earmark.dissection.unlearning.listening import class_indices, plain_name, prepare_clips
from earmark.dissection.unlearning.ranking import Told, rank
from earmark.dissection.unlearning.subject import Concept, Subject
from earmark.dissection.unlearning.whom import Ranking
from earmark.errors import CannotWrite, InvalidInput, Mendable, UnknownName
from earmark.language import Embedder
from earmark.language.providers.minilm import SentenceVectors
from earmark.runs import Manifest, RunFolder
from earmark.runs.arguments import plainly
from earmark.runs.grants import NOTHING, Allowed
from earmark.workers import Progress, silent


def unlearn(
    path: Path | str,
    concepts: Sequence[str],
    out: Path | str,
    config: UnlearnConfig | None = None,
    *,
    network: str | AudioNetwork | None = None,
    allowed: Allowed = NOTHING,
    embedder: Embedder | None = None,
    remove: bool = True,
    progress: Progress = silent,
) -> RunFolder:
    """Silence concepts one by one, count the damage on held-out clips, and export a network for each.

    The shown clips of the run choose, its held-out clips judge. The original network is never changed.

    Args:
        path: a finished dissection.
        concepts: classes of the network, or words that its neurons carry.
        out: where the results go; new or empty, or the run of the same unlearning, stopped: it is gone on with.
        config: whom to silence, how, and how many.
        network: the network, where the dissection was not given it by name or it has moved.
        allowed: what the dissection may do though you did not begin it.
        embedder: sentence vectors for synonyms.
        remove: really remove hidden neurons in the exported network rather than zero them.
        progress: told how many concepts are done.

    Returns:
        A run with the table ``forgetting`` (and ``beside``, for other methods asked for), a card for each concept
        and, where the change can be written into weights exactly, a folder ``networks/CONCEPT``.

    Raises:
        UnknownName: no neuron carries a concept; the nearest names are given.
        RunConflict: the network or the clips have moved or changed since the dissection.
        NotGranted: the dissection is somebody else's and wants what you have not allowed.
        NotEnoughEvidence: there are no clips to choose by, to judge by, or to retain.
    """
    config = config or UnlearnConfig()
    if not concepts:
        raise InvalidInput("name at least one concept to unlearn.")
    arguments = {
        "run": str(Path(path).resolve()),
        "concepts": list(concepts),
        "config": asdict(config),
        "remove": remove,
    }
    manifest = Manifest.begin("unlearning", arguments, config.seed)
    RunFolder.refuse_other(Path(out), manifest)
    opened = reopen(path, network=network, allowed=allowed)
    wanted = _concepts(opened.network, concepts, config.method)
    taps = _silenceable(opened, config.taps)
    config.budget.count(sum(tap.width for tap in taps))
    if remove and config.method != "leace" and hasattr(opened.network.module, "save_pretrained"):
        refuse_unremovable(opened.network, taps)
    subject = _subject(opened, taps)
    for concept in wanted:
        subject.refuse_one_sided(concept)
    told = Told(opened, embedder or SentenceVectors())
    rankings = _rankings(told, subject, wanted, config)
    run = RunFolder.begin_or_continue(Path(out), manifest)
    if "supported" in (config.method, *config.beside):
        run.note(
            "Supported descriptions were verified on the held-out clips that judge here, too: read the figures of "
            "'supported' with that in mind."
        )
    if not run.is_done("forgetting"):
        with run.stage("forgetting") as counts:
            for number, (name, concept, ranking) in enumerate(zip(_names(wanted), wanted, rankings, strict=True)):
                # The row is written last: a concept that has one is done, with its network and its card.
                if not run.has_part("forgetting", number):
                    found, eraser = _forget(subject, concept, ranking, config)
                    if note := not_forgotten(found):
                        run.note(note)
                    exported = _export(subject, found, eraser, run.path / "networks" / name, remove)
                    write_card(run.path, name, found, exported, opened.network)
                    run.append("forgetting", Forgetting, [found], number)
                progress("unlearn", number + 1, len(wanted))
            run.finish("forgetting", Forgetting)
            counts["concepts"] = len(wanted)
    if config.beside and not run.is_done("beside"):
        with run.stage("beside") as counts:
            _beside(told, subject, wanted, config, run)
            counts["rows"] = run.count("beside")
    assert fingerprint(opened.network) == opened.run.manifest.arguments["fingerprint"]  # noqa: S101
    assert subject.is_restored()  # noqa: S101 - a hook left behind would be a defect of ours
    return run


def resume(
    path: Path | str,
    *,
    network: str | AudioNetwork | None = None,
    allowed: Allowed = NOTHING,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> RunFolder:
    """Go on with an unlearning that was stopped, to the same bytes as if it had not been.

    Args:
        path: the folder of the unlearning.
        network: as in :func:`unlearn`.
        allowed: as in :func:`unlearn`.
        embedder: as in :func:`unlearn`.
        progress: as in :func:`unlearn`.

    Raises:
        InvalidInput: the folder holds no unlearning.
        RunConflict: the network or the clips have moved or changed since the dissection.
    """
    asked = plainly(_Asked, RunFolder.open(Path(path)).manifest.arguments, f"{path} holds no unlearning")
    return unlearn(
        asked.run,
        asked.concepts,
        path,
        asked.config,
        network=network,
        allowed=allowed,
        embedder=embedder,
        remove=asked.remove,
        progress=progress,
    )


@dataclass(frozen=True)
class _Asked:
    """The arguments of an unlearning, as its manifest has them."""

    run: str
    concepts: list[str]
    config: UnlearnConfig
    remove: bool = True


def not_forgotten(found: Forgetting) -> str | None:
    """What a user can do where more than half of a class's accuracy is still there."""
    forget = found.damage.forget
    if forget is None or forget.after <= forget.before / 2:
        return None
    return (
        f"{found.concept} is not forgotten: no more can be silenced in these taps within what was allowed. Let more "
        "taps choose (leave --taps out), allow a larger budget or --retain-drop, or take another --method."
    )


def _beside(told: Told, subject: Subject, concepts: Sequence[Concept], config: UnlearnConfig, run: RunFolder) -> None:
    """The same concepts by other methods, without random prunes; what cannot be done is noted in the run."""
    for number, (method, concept) in enumerate(product(config.beside, concepts)):
        if run.has_part("beside", number):
            continue
        own = UnlearnConfig(method=method, random_prunes=0, seed=config.seed)
        if method != "leace":
            own = replace(config, method=method, beside=(), random_prunes=0)
        rows = []
        try:
            (ranking,) = _rankings(told, subject, [concept], own)
            rows.append(_forget(subject, concept, ranking, own)[0])
        except CannotWrite:
            raise
        except Mendable as error:
            run.note(f"{concept.name} by {method} is not shown: {error}")
        run.append("beside", Forgetting, rows, number)
    run.finish("beside", Forgetting)


def _concepts(network: AudioNetwork, names: Sequence[str], method: Method) -> list[Concept]:
    """What is to be forgotten, each once.

    Raises:
        UnknownName: a name is no class, and the method chooses by what classes do; the nearest are given.
    """
    classes = class_indices(network)
    found = {}
    for name in names:
        plain = plain_name(name)
        if plain not in classes and method not in BY_WORDS:
            raise UnknownName("class of the network", name, network.labels)
        index = classes.get(plain)
        found[plain] = Concept(network.labels[index] if index is not None else plain, index)
    return list(found.values())


def _rankings(told: Told, subject: Subject, concepts: Sequence[Concept], config: UnlearnConfig) -> list[Ranking | None]:
    """Who speaks most of each concept; ``None`` for LEACE, which asks no neuron."""
    if config.method == "leace":
        return [None] * len(concepts)
    most, cosine = config.budget.count(subject.neurons), config.synonym_cosine
    return [
        rank(told, subject, one, config.method, synonym_cosine=cosine, most=most, seed=config.seed) for one in concepts
    ]


def _forget(
    subject: Subject, concept: Concept, ranking: Ranking | None, config: UnlearnConfig
) -> tuple[Forgetting, Eraser | None]:
    draws = config.random_prunes
    if ranking is None:
        return erase(subject, concept, random_prunes=draws, seed=config.seed)
    otherwise: Iterable[Ranking] = ()
    if ranking.method == "passes" and concept.index is not None:
        otherwise = gentler_passes(subject.network, subject.taps, subject.choosing, concept.index, config.seed)
    found = forget(
        subject,
        ranking,
        concept,
        how=config.how,
        budget=config.budget,
        random_prunes=draws,
        seed=config.seed,
        otherwise=otherwise,
    )
    return found, None


def _subject(opened: Reopened, taps: Sequence[Tap]) -> Subject:
    names = {tap.name for tap in taps}
    recorded = [one for one in load_activations(opened.run) if one.tap.name in names]
    shown, held_out = (
        prepare_clips(opened.network, opened.clip_set, opened.clip_set.of(side), opened.config.batch_size)
        for side in ("shown", "held_out")
    )
    return Subject.listen(opened.network, taps, recorded, shown, held_out, _classifier(opened))


def _classifier(opened: Reopened) -> Tap | None:
    return next((tap for tap in opened.taps if tap.kind == "classifier"), None)


def _silenceable(opened: Reopened, globs: Sequence[str]) -> list[Tap]:
    usable = [tap for tap in opened.taps if tap.kind != "dictionary"]
    if not globs:
        inner = [tap for tap in usable if tap.kind != "classifier"]
        return inner or usable
    chosen = [tap for tap in usable if any(fnmatchcase(tap.name, glob) or tap.kind == glob for glob in globs)]
    if not chosen:
        raise UnknownName("recorded tap", globs[0], [tap.name for tap in usable])
    return chosen


def _export(
    subject: Subject, found: Forgetting, eraser: Eraser | None, folder: Path, remove: bool
) -> Exported | NotExported:
    """Weights that stay forgotten, or why there are none."""
    if not hasattr(subject.network.module, "save_pretrained"):
        return NotExported("the network is not one of transformers: silence its neurons while it runs")
    # Without a row it is what a killed sitting left.
    shutil.rmtree(folder, ignore_errors=True)
    try:
        if eraser is not None and subject.classifier is not None:
            return export_erased(subject.network, subject.classifier, eraser, folder)
        if found.how in ("zero", "mean"):
            masks = subject.masks({one.tap: one.neurons for one in found.silenced}, found.how)
            return export(subject.network, masks, folder, remove=remove)
    except CannotWrite:
        raise
    except InvalidInput as error:
        return NotExported(str(error).rstrip("."))
    return NotExported("weights cannot say values that change from clip to clip: silence with zero or mean")


def _names(concepts: Sequence[Concept]) -> list[str]:
    """A file name for each concept: two may read alike once they are safe."""
    names: list[str] = []
    for plain in (safe_name(concept.name) for concept in concepts):
        others = (f"{plain}-{number}" for number in count(2))
        names.append(next(name for name in chain([plain], others) if name not in names))
    return names
