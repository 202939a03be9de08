"""Every error that earmark raises on purpose.

::

    EarmarkError
    ├── Mendable               the user can mend it; the sentence says how        exit 2
    │   ├── InvalidInput       a file, table, option or value cannot be used
    │   │   └── CannotWrite    a disk is full, or a file or folder may not be written
    │   ├── NotEnoughEvidence  fewer clips, reviews or held-out items than needed
    │   ├── UnknownName        no such tap, concept, column or run; nearest ones named
    │   ├── MissingExtra       an optional part is not installed; install line given
    │   ├── RunConflict        an output folder holds another run, or a changed one
    │   ├── NotGranted         somebody else's run wants what only the user may allow; the words to say given
    │   ├── ModelUnavailable   one question got no usable reply after every try
    │   │   └── QuestionTooLong  it does not fit into what the model can read at once
    │   └── ModelRefused       a server refuses the key, the model's name or the request, or is not there
    └── BudgetSpent            stopped early by a budget, everything kept           exit 3

Anything else that escapes is a defect of ours (exit 1). A message is one clear sentence that says what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class EarmarkError(Exception):
    """The root of every error raised on purpose."""

    exit_code = 1


class Mendable(EarmarkError):
    """Something the user can mend."""

    exit_code = 2


class InvalidInput(Mendable):
    """A file, table, option or value that cannot be used."""


class CannotWrite(InvalidInput):
    """A disk that is full, or a file or folder that may not be written."""


class NotEnoughEvidence(Mendable):
    """Fewer clips, reviews or held-out items than the request needs."""


class UnknownName(Mendable):
    """A name that matches nothing, with the nearest names that exist.

    Args:
        kind: what was looked for, as a noun ("tap", "concept").
        name: what the user wrote.
        known: the names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        choices = sorted(set(known))
        near = get_close_matches(name, choices, n=5, cutoff=0.3) or choices[:5]
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        super().__init__(f"no {kind} matches {name!r}{hint}.")


class MissingExtra(Mendable):
    """An optional part that is not installed.

    Args:
        module: the module that could not be imported.
        extra: the extra of earmark that brings it.
    """

    def __init__(self, module: str, extra: str) -> None:
        self.name = module
        super().__init__(f"this needs the package {module!r}: pip install 'earmark[{extra}]'.")


class RunConflict(Mendable):
    """An output folder that holds another run, or a run whose inputs have changed."""


class NotGranted(Mendable):
    """A run that the user did not begin wants to run code, open pickles, leave its folder or ask a host."""


class ModelUnavailable(Mendable):
    """One question got no usable reply after every try; others may fare better."""


class QuestionTooLong(ModelUnavailable):
    """One question, with the room for its reply, does not fit into what the model can read at once."""


class ModelRefused(Mendable):
    """A server refuses the key, the model's name or the request, or is not there: asking on would not help."""


class BudgetSpent(EarmarkError):
    """Stopped early by a budget, with everything done so far kept."""

    exit_code = 3
