"""An article and the place names in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geomap.models.messages import Text
from geomap.models.places import Place


class MentionKind(StrEnum):
    """How a place name is used: only literal mentions are drawn."""

    LITERAL = "literal"  # "shelling in Kyiv"
    ASSOCIATIVE = "associative"  # "Kyiv said"
    DEMONYM = "demonym"  # "Russian": the place is the country


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Code points [start, end) of an article's text as given."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text as given, and what is known of it. ``spans`` are toponyms whose place in the text is given;
    ``language`` is a BCP 47 code, None where the text shall tell."""

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published_on: date | None = None
    spans: tuple[Span, ...] | None = None
    path: str | None = None
    sha256: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toponym:
    """A place name as written, its span, and the place it means (or none, and why)."""

    article: str
    start: int
    end: int
    text: str
    kind: MentionKind
    place: Place | None = None
    why_not: Text | None = None
