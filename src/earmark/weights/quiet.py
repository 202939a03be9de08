"""Silence for the libraries that load models: what matters of what they say is returned, not printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from logging import CRITICAL, getLogger


@contextmanager
def quiet() -> Iterator[None]:
    """No loading report and no progress bar of transformers and of the hub."""
    from transformers.utils import logging

    hub = getLogger("huggingface_hub")
    level, bars, hub_level = logging.get_verbosity(), logging.is_progress_bar_enabled(), hub.level
    logging.set_verbosity(CRITICAL)
    hub.setLevel(CRITICAL)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        hub.setLevel(hub_level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
