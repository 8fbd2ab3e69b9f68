"""The whole: everything that a page, a table or an export needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geomap.lang.telling import language_read
from geomap.models.claims import Claim, Comparison, Label, Relation
from geomap.models.control import ControlSeries
from geomap.models.messages import Message, Text
from geomap.models.places import Place, Provenance, to_record
from geomap.models.texts import Article, Toponym
from geomap.settings import Settings

CRS = Message("method.crs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """How the result was made, so that it can be made again."""

    version: str
    command: str
    inputs: tuple[Provenance, ...] = ()
    data: tuple[Provenance, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    crs: Text = CRS
    notes: tuple[str, ...] = ()
    reviewed_by: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that a page, a table or an export needs; made by ``pipeline.assess``."""

    articles: tuple[Article, ...]
    toponyms: tuple[Toponym, ...]
    claims: tuple[Claim, ...]
    comparisons: tuple[Comparison, ...]
    control: tuple[ControlSeries, ...]
    methods: Methods
    settings: Settings = field(default_factory=Settings)

    @property
    def tested(self) -> tuple[Claim, ...]:
        """Claims with a verdict other than not_testable."""
        return tuple(c for c in self.claims if c.verdict is not None and c.verdict.label is not Label.NOT_TESTABLE)

    @property
    def untested(self) -> tuple[Claim, ...]:
        return tuple(c for c in self.claims if c.verdict is None or c.verdict.label is Label.NOT_TESTABLE)

    @property
    def unread(self) -> tuple[Article, ...]:
        """Articles in a language whose claims are not read."""
        return tuple(a for a in self.articles if a.language and language_read(a.text, a.language) is None)

    @property
    def contradictions(self) -> tuple[Comparison, ...]:
        return tuple(c for c in self.comparisons if c.kind is Relation.CONTRADICTS)

    @property
    def unresolved(self) -> tuple[Toponym, ...]:
        return tuple(t for t in self.toponyms if t.place is None)


def report_record(assessment: Assessment) -> dict[str, Any]:
    """``{articles, places, claims, contradictions, untested, unresolved, methods}`` as ``json.dumps`` takes them.

    Articles without their text: a page that quotes a story does not reprint it. Files by name: folders of the machine
    that made a page are nobody's business.
    """
    places: dict[str, Place] = {}
    counts: dict[str, int] = {}
    for toponym in assessment.toponyms:
        if toponym.place is not None:
            places.setdefault(toponym.place.id, toponym.place)
            counts[toponym.place.id] = counts.get(toponym.place.id, 0) + 1
    methods = to_record(assessment.methods)
    for source in (*methods["inputs"], *methods["data"]):
        if source["path"]:
            source["path"] = source["path"].replace("\\", "/").rsplit("/", 1)[-1]
            source["name"] = source["name"].replace("\\", "/").rsplit("/", 1)[-1]
    return {
        "articles": [
            {
                "id": a.id,
                "title": a.title,
                "source": a.source,
                "url": a.url,
                "published_on": to_record(a.published_on),
                "sha256": a.sha256,
                "characters": len(a.text),
                "language": a.language,
            }
            for a in assessment.articles
        ],
        "places": [to_record(p) | {"mentions": counts[key]} for key, p in places.items()],
        "claims": to_record(assessment.claims),
        "contradictions": to_record(assessment.contradictions),
        "untested": [
            {"claim": c.id, "article": c.article, "quote": c.quote, "why_not": to_record(why_untested(c))}
            for c in assessment.untested
        ],
        "unresolved": to_record(assessment.unresolved),
        "methods": methods,
    }


def why_untested(claim: Claim) -> Text | None:
    """The reason that a claim was not tested: its verdict's, else its own."""
    if claim.verdict is not None and claim.verdict.reason:
        return claim.verdict.reason
    return claim.why_not
