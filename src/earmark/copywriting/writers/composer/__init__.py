"""The embedded writer: what reviews carry, in good sentences."""

from earmark.copywriting.writers.composer.writer import Composer

__all__ = ["Composer"]
