"""Mapping a function over items, here or elsewhere, and telling how far it is."""

from earmark.workers.plan import Progress, Workers, silent
from earmark.workers.threads import Threads

__all__ = ["Progress", "Threads", "Workers", "silent"]
