"""The spine's nouns: what was seen, what is said, and whether it holds."""

from earmark.evidence.claim import Claim
from earmark.evidence.excerpt import Evidence, Excerpt, Source
from earmark.evidence.record import Record, content_id
from earmark.evidence.verdict import Outcome, Verdict

__all__ = ["Claim", "Evidence", "Excerpt", "Outcome", "Record", "Source", "Verdict", "content_id"]
