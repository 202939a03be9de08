"""The version of earmark, said once."""

__version__ = "0.1.0"
