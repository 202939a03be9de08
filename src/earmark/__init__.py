"""earmark: short descriptions of things that cannot describe themselves, each sentence with its evidence.

Two wings stand on one spine: :mod:`earmark.dissection` describes the neurons of audio networks and
:mod:`earmark.copywriting` writes product copy from customer reviews. Importing this package loads neither of
them, and nothing heavy.
"""

from earmark.version import __version__

__all__ = ["__version__"]
