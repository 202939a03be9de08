"""Splits that a data set carries in the names of its folders and tables: train/ and test/, train.tsv and dev.tsv.

AudioSet: Gemmeke et al., ICASSP 2017. Clotho: Drossos et al., ICASSP 2020. Common Voice: Ardila et al., LREC 2020.
FSD50K: Fonseca et al., IEEE/ACM TASLP 2022.
"""

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from earmark.dissection.clips.clip import Split
from earmark.dissection.clips.listing import SPLITS, Listing, shown_path
from earmark.dissection.clips.manifests import Table
from earmark.dissection.clips.rows import ENDINGS, read_rows
from earmark.errors import InvalidInput
from earmark.runs import Skipped

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.tsv")
# What stands beside the split's word in the name of such a table.
_BESIDE = frozenset(
    [
        "manifest",
        "metadata",
        "meta",
        "captions",
        "clotho",
        "segments",
        "balanced",
        "unbalanced",
        "data",
        "set",
        "dataset",
        "list",
    ]
)
_FSD50K = {"dev.csv": ("FSD50K.dev_audio", "shown"), "eval.csv": ("FSD50K.eval_audio", "held_out")}
_NAMES_OF_CLASSES = "class_labels_indices.csv"


def split_folders(folder: Path, *, lone: bool = True) -> dict[str, Split]:
    """The folders of a split directly below a folder, none where its folders are classes.

    A class may be called "train", the vehicle: such a folder is a split only beside one of another split, or where
    there is no other folder.

    Args:
        folder: where to look.
        lone: whether one folder alone can be a split.
    """
    try:
        inside = [entry.name for entry in sorted(folder.iterdir()) if entry.is_dir() and entry.name[0] != "."]
    except OSError:
        return {}
    found = {name: SPLITS[name.lower()] for name in inside if name.lower() in SPLITS}
    return found if len(found) > 1 or (lone and len(found) == len(inside)) else {}


class FolderSides:
    """Which side of a split files lie on by their folders, at any depth."""

    def __init__(self, root: Path) -> None:
        """Nothing is read before it is asked for."""
        self._root = root
        self._below: dict[tuple[str, ...], dict[str, Split]] = {}
        self.told: dict[str, Split] = {}
        """The folders of a split that were met."""

    def of(self, path: str) -> tuple[Split | None, tuple[str, ...]]:
        """The side of a file, ``None`` where it lies in no folder of a split; and its other folders."""
        folders = PurePosixPath(path.replace("\\", "/")).parts[:-1]
        for place, name in enumerate(folders):
            above = folders[:place]
            if above not in self._below:
                self._below[above] = split_folders(self._root.joinpath(*above), lone=not above)
            if side := self._below[above].get(name):
                self.told["/".join(folders[: place + 1])] = side
                return side, (*above, *folders[place + 1 :])
        return None, folders


def with_folder_sides(listing: Listing) -> Listing:
    """Keep the split of folders where it has two sides and no row says another; what lies beside them has no side."""
    if any(clip.split for clip in listing.clips):
        return listing
    sides = FolderSides(listing.root)
    found = [(clip, sides.of(clip.path)[0]) for clip in listing.clips]
    if not sides.told:
        return listing
    names = list(sides.told)
    listed = ", ".join(names[:6]) + (" and others" if len(names) > 6 else "")
    if len(set(sides.told.values())) < 2:
        note = f"The folders {listed} give no split of two sides: the clips are divided anew."
        return replace(listing, notes=(*listing.notes, note))
    reason = f"it lies beside the folders of the split ({listed}): move it into one of them"
    beside = (Skipped(uri=shown_path(Path(clip.path), Path()), reason=reason) for clip, side in found if side is None)
    told = ", ".join(f"{name} ({side.replace('_', ' ')})" for name, side in list(sides.told.items())[:6])
    return Listing(
        listing.root,
        tuple(replace(clip, split=side) for clip, side in found if side is not None),
        (*listing.skipped, *beside),
        (*listing.notes, f"The split is that of the folders {told}; --held-out divides the clips anew."),
    )


def split_tables(root: Path) -> list[Table]:
    """The tables of a folder that hold one side of a split each, none where there are not two of them.

    Raises:
        InvalidInput: the audio of FSD50K is there without the tables that say what it is.
    """
    truth = root / "FSD50K.ground_truth"
    if truth.is_dir():
        return [_in_fsd50k(truth / name) for name in _FSD50K if (truth / name).is_file()]
    if missing := next((folder for folder, _ in _FSD50K.values() if (root / folder).is_dir()), None):
        raise InvalidInput(f"{root} holds {missing} without its labels: put FSD50K.ground_truth beside it.")
    found: list[Table] = []
    for file in sorted(root.iterdir()):
        if file.suffix.lower() in ENDINGS and file.is_file() and (word := _split_word(file.stem)):
            folder = word if (root / word).is_dir() else ""
            found.append(Table(file, root, folder, SPLITS[word.lower()]))
    return found if len({table.split for table in found}) > 1 else []


def table_of(file: Path) -> Table:
    """One table, and where its paths start."""
    if file.name in _FSD50K and file.parent.name == "FSD50K.ground_truth":
        return _in_fsd50k(file)
    word = _split_word(file.stem)
    return Table(file, file.parent, word if word and (file.parent / word).is_dir() else "")


def with_named_classes(listing: Listing) -> Listing:
    """Say AudioSet's classes by their names, where its list of them lies beside the clips."""
    if not any(label.startswith(("/m/", "/t/")) for clip in listing.clips for label in clip.labels):
        return listing
    names = listing.root / _NAMES_OF_CLASSES
    if not names.is_file():
        note = f"The classes are ids of AudioSet: put {_NAMES_OF_CLASSES} beside the clips to read their names."
        return replace(listing, notes=(*listing.notes, note))
    named = {str(row.get("mid")): str(row.get("display_name")) for _, row in read_rows(names).rows}
    clips = (replace(clip, labels=tuple(named.get(one, one) for one in clip.labels)) for clip in listing.clips)
    note = f"columns of {_NAMES_OF_CLASSES}: mid; display_name."
    return replace(listing, clips=tuple(clips), notes=(*listing.notes, note))


def _in_fsd50k(file: Path) -> Table:
    folder, split = _FSD50K[file.name]
    return Table(file, file.parent.parent, folder, "shown" if split == "shown" else "held_out")


def _split_word(stem: str) -> str | None:
    """The word of a split in a table's name, where everything beside it only says that it is a table."""
    pieces = [piece for piece in re.split(r"[^A-Za-z]+", stem) if piece]
    words = [piece for piece in pieces if piece.lower() in SPLITS]
    beside = {piece.lower() for piece in pieces} - SPLITS.keys()
    return words[0] if len(words) == 1 and beside <= _BESIDE else None
