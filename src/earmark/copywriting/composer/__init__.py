"""The embedded writer: what reviews carry, in good sentences."""

from earmark.copywriting.composer.writer import Composer

__all__ = ["Composer"]
