"""Claims in passages of our own: what is found, and what must not be."""

from __future__ import annotations

from geomap.claims import extract_claims
from geomap.models import Article


def test_quote_is_the_text_at_its_offsets() -> None:
    text = "Crews said the blaze had burned 12,500 acres (5,060 hectares) by Sunday."
    (claim,) = extract_claims(Article(id="a", text=text), [])
    assert text[claim.start : claim.end] == claim.quote
    assert claim.value is not None
    assert claim.value.unit == "acre"
