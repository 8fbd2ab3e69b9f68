"""Sentence to claim: quantities, relations, events, who says it, and when.

``extract_claims`` reads an article with its toponyms and returns every statement in it that geometry can test.
"""

from geomap.claims.extraction import AreaOf, extract_claims, read_value
from geomap.claims.meaning import with_meanings

__all__ = ["AreaOf", "extract_claims", "read_value", "with_meanings"]
