"""Rows of a corpus: what steps 1 to 4 of the pipeline give for one record, flat. Sent to every worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from geomap import __version__
from geomap.articles import article_from, find_files, records_of
from geomap.corpus.reading import Rows
from geomap.gazetteer import Gazetteer
from geomap.measure import open_gazetteer
from geomap.models import Article, Claim, Mention, Place, Toponym
from geomap.pipeline import read_one, with_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """Reads one article after the other; its gazetteer is opened once a process.

    ``published``: the day of articles that state none.
    """

    published: date | None = None

    def find_files(self, inputs: Iterable[str | Path]) -> Iterator[Path]:
        return find_files(inputs)

    def records_of(self, path: Path, data: bytes) -> Iterable[tuple[str, dict[str, Any]]]:
        return records_of(path, data)

    def describe(self) -> dict[str, str]:
        """Version, gazetteer and options: with another of them, rows would be others."""
        layers = " ".join(f"{p.name} {(p.sha256 or '')[:16]}".strip() for p in _gazetteer().provenance())
        return {"geomap": __version__, "gazetteer": layers, "published": str(self.published or "")}

    def prepare(self) -> None:
        _warmed()

    def __call__(self, where: str, fields: dict[str, Any]) -> Rows:
        """Rows of one record.

        Raises
        ------
        InputError
            The record is no article.
        """
        article = with_language(article_from(where, fields, published=self.published))
        toponyms, claims = read_one(article, _gazetteer())
        return Rows(
            [_toponym(t, where, article.language) for t in toponyms], [_claim(c, article, where) for c in claims]
        )


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    return open_gazetteer()


@lru_cache(maxsize=1)
def _warmed() -> None:
    """Load gazetteer, word lists and weights before the first article, so that what is amiss with them is no failure
    of an article."""
    Harvest()("warming up", {"id": "warming up", "text": "Troops advanced 5 km from Kyiv to Kharkiv."})


def _toponym(toponym: Toponym, where: str, language: str | None) -> dict[str, Any]:
    place = toponym.place
    return {
        "article": toponym.article,
        "where": where,
        "language": language,
        "start": toponym.start,
        "end": toponym.end,
        "text": toponym.text,
        "kind": str(toponym.kind),
        **_place(place),
        "population": place and place.population,
        "score": place and place.score,
        "match": str(place.match) if place and place.match else None,
        "place_source": place and place.source,
        "approximate": place and place.approximate,
        "alternatives": [p.id for p in place.alternatives] if place else [],
        "why_not": toponym.why_not and str(toponym.why_not),
    }


def _claim(claim: Claim, article: Article, where: str) -> dict[str, Any]:
    value = claim.value
    places = [m.place for m in (*claim.subject, claim.reference, claim.region) if m and m.place]
    # "Ukraine's army broke the line near Zaporizhzhia" is about the town: a country is a point of last resort
    places.sort(key=lambda p: p.feature.startswith("A.PCL"))
    return {
        "id": claim.id,
        "article": claim.article,
        "where": where,
        "language": claim.language,
        "article_title": article.title,
        "article_source": article.source,
        "article_url": article.url,
        "published_on": article.published_on,
        "kind": str(claim.kind),
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "value_text": value and value.text,
        "number": value and value.number,
        "number_max": value and value.number_max,
        "unit": value and value.unit,
        "si": value and value.si,
        "si_max": value and value.si_max,
        "si_unit": value and value.si_unit,
        "qualifier": value and str(value.qualifier),
        "unit_corrected": value and value.unit_corrected,
        "subject": [m.text for m in claim.subject],
        "subject_ids": [m.place.id for m in claim.subject if m.place],
        "reference": claim.reference and claim.reference.text,
        "reference_id": _id(claim.reference),
        "direction": claim.direction and str(claim.direction),
        "region": claim.region and claim.region.text,
        "region_id": _id(claim.region),
        "predicate": claim.predicate and str(claim.predicate),
        "actor": claim.actor,
        "counterparty": claim.counterparty,
        "source": list(claim.source),
        "source_side": claim.source_side and str(claim.source_side),
        "polarity": str(claim.polarity),
        "modality": str(claim.modality),
        "date_text": claim.date and claim.date.text,
        "date_start": claim.date and claim.date.start,
        "date_end": claim.date and claim.date.end,
        "antecedent": claim.antecedent,
        "checkable": claim.checkable,
        "why_not": claim.why_not and str(claim.why_not),
        **_place(places[0] if places else None),
    }


def _id(mention: Mention | None) -> str | None:
    return mention.place.id if mention and mention.place else None


def _place(place: Place | None) -> dict[str, Any]:
    return {
        "place_id": place and place.id,
        "place_name": place and place.name,
        "feature": place and place.feature,
        "country": place and place.country,
        "admin1": place and place.admin1,
        "lat": place and place.lat,
        "lon": place and place.lon,
    }
