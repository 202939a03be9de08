"""Opinions: who says what of which target, and whether it may count."""

from earmark.copywriting.opinions.mining import AspectFinder, ParsedClaim, find_pairs, mine_opinions, parse_claims
from earmark.copywriting.opinions.stance import Stance, StanceConfig, overall_stance

__all__ = [
    "AspectFinder",
    "ParsedClaim",
    "Stance",
    "StanceConfig",
    "find_pairs",
    "mine_opinions",
    "overall_stance",
    "parse_claims",
]
