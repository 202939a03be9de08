"""One folder per run: what ran, and what it found, readable without earmark."""

from earmark.runs.manifest import Manifest, Skipped, StageRecord
from earmark.runs.store import RunFolder

__all__ = ["Manifest", "RunFolder", "Skipped", "StageRecord"]
