"""The report as one page, and as Markdown: finding, map, claims, contradictions, what is open, methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from geomap.models import Article, Assessment, Claim, Provenance, Role, Text
from geomap.reports.chart import series_chart
from geomap.reports.corrections import Correction
from geomap.reports.findings import (
    BARE,
    fingerprint,
    in_order,
    is_reviewed,
    leading_findings,
    missing,
    open_names,
    summary_sentence,
    what_is_missing,
)
from geomap.reports.markdown import escape_markdown
from geomap.settings import Style
from geomap.wording import (
    Words,
    claim_in_words,
    clip,
    context,
    day,
    direction,
    fold,
    heading,
    in_language,
    in_page_words,
    measured,
    number,
    quantity,
    speaker,
    visible,
    words,
)
from geomap.wording.unread import unread_remarks

SERIF = 'Charter, "Bitstream Charter", "Noto Serif", "Liberation Serif", Georgia, serif'
SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
Rows = Sequence[Mapping[str, Any]]


class Map(Protocol):
    """The map as pieces of a page, as ``maps.page_parts`` gives it."""

    @property
    def csp(self) -> Markup: ...
    @property
    def css(self) -> Markup: ...
    @property
    def body(self) -> Markup: ...
    @property
    def scripts(self) -> Markup: ...
    @property
    def sketches(self) -> dict[str, Markup]: ...
    @property
    def alt(self) -> str: ...


class Pair(Protocol):
    """Two sources and how often they tell the same, tell figures that grow, or contradict each other."""

    @property
    def first(self) -> str: ...
    @property
    def second(self) -> str: ...
    @property
    def same_event(self) -> int: ...
    @property
    def progress(self) -> int: ...
    @property
    def contradicts(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim as a reader meets it."""

    id: str
    quote: tuple[str, str, str]
    who: str
    article: str
    url: str | None
    figure: str
    measured: str
    how: tuple[str, ...]
    aspects: tuple[tuple[str, str, str, str], ...]
    label: str
    verdict: str
    reason: str
    reason_in: str
    codes: tuple[tuple[str, str], ...]
    would_fit: tuple[str, ...]
    checked: str
    by_person: bool
    telling: bool
    missing: str
    sketch: Markup = field(default=Markup(""), repr=False)


def render_report(
    assessment: Assessment,
    parts: Map,
    *,
    style: Style | None = None,
    series: Mapping[str, Rows] | None = None,
    corrections: Sequence[Correction] = (),
    matrix: Sequence[Pair] = (),
    title: str | None = None,
) -> str:
    """The report page: one file that asks the network for nothing.

    Parameters
    ----------
    assessment
        Judged claims; for publication what ``publishable`` gave.
    parts
        The map as ``maps.page_parts`` gives it.
    series
        Name of a control series -> its rows (``date, held_km2, contested_km2, unknown_km2, ...``) for the chart.
    corrections
        Notes of what changed since publication.
    matrix
        How often two sources tell the same and contradict each other, as ``verdicts.source_matrix`` counts.
    """
    style = style or Style()
    return (
        _environment()
        .from_string(_template("report.html"))
        .render(
            **_facts(assessment, style, parts.sketches, series or {}, corrections, title),
            parts=parts,
            matrix=matrix,
            css=Markup(_template("report.css")),
            sans=Markup(style.font or SANS),
            serif=Markup(style.font or SERIF),
        )
    )


def render_markdown(
    assessment: Assessment,
    *,
    picture: str | None = None,
    alt: str = "",
    style: Style | None = None,
    series: Mapping[str, Rows] | None = None,
    corrections: Sequence[Correction] = (),
    title: str | None = None,
) -> str:
    """The same report as Markdown; ``picture`` is the address of the map's static twin, ``alt`` its words."""
    style = style or Style()
    environment = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True)
    environment.filters["md"] = lambda value: escape_markdown(str(value))
    return environment.from_string(_template("report.md")).render(
        **_facts(assessment, style, {}, series or {}, corrections, title),
        picture=quote(picture) if picture else None,
        alt=alt,
    )


@cache
def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _environment() -> Environment:
    def seen(value: Any) -> Any:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=seen)


# ── what both say ────────────────────────────────────────────────────────────────────────────────────────────


def _facts(
    assessment: Assessment,
    style: Style,
    sketches: Mapping[str, Markup],
    series: Mapping[str, Rows],
    corrections: Sequence[Correction],
    title: str | None,
) -> dict[str, Any]:
    w = words(style.language)
    articles = {a.id: a for a in assessment.articles}
    headline = fold(style.headline) or summary_sentence(assessment, style)
    rows = [_row(c, articles, sketches, style) for c in in_order(assessment)]
    settled = [r for r in rows if not r.missing]
    unsettled: dict[str, list[Row]] = {}
    for row in rows:
        if row.missing:
            unsettled.setdefault(row.missing, []).append(row)
    findings = [
        (c.id, str(c.verdict.label) if c.verdict else "", text) for c, text in leading_findings(assessment, style)
    ]
    methods = assessment.methods
    labels = {s.name: s.label for s in assessment.control}
    print_of = fingerprint(assessment)
    name = title or _name(assessment.articles, w)
    return {
        "w": w,
        "language": style.language,
        "direction": direction(style),
        "title": clip(name, 120),
        "headline": headline,
        "findings": findings,
        "draft": not is_reviewed(assessment),
        "articles": [_article(a, style) for a in assessment.articles],
        "rows": rows,
        "settled": settled,
        "unsettled": sorted(unsettled.items(), key=lambda item: -len(item[1])),
        "tally": _tally(rows, w),
        "contradictions": [
            (in_page_words(c.sentence, style), w["within"] if c.within_article else w["between"], list(c.claims))
            for c in assessment.contradictions
        ],
        "untested": [
            (why, [_untested(c, articles, style) for c in claims]) for why, claims in missing(assessment, style)
        ],
        "unread": unread_remarks(assessment.unread, style),
        "untested_count": len(assessment.untested),
        "unresolved": [
            (
                name,
                why or w["no_reason"],
                len(found),
                _source_of(articles.get(found[0].article)),
            )
            for name, why, found in open_names(assessment, style)
        ],
        "charts": [
            (in_page_words(labels.get(name, name), style), series_chart(made, style), _series_rows(made, style))
            for name, made in series.items()
        ],
        "methods": methods,
        "crs": in_page_words(methods.crs, style),
        "inputs": [_provenance(p, style) for p in methods.inputs],
        "data": [_provenance(p, style) for p in _unique([*methods.data, *(c.provenance for c in assessment.control)])],
        "settings": methods.settings,
        "fingerprint": print_of,
        "cite": w("cite", version=methods.version, what=clip(name, 90), hash=print_of[:12]),
        "corrections": [
            (
                fold(c.title) or (w("correction_title", date=day(c.on, style)) if c.on else w["corrections"]),
                c.lines or (w["correction_none"],),
            )
            for c in corrections
        ],
        "byline": fold(style.byline),
        "caption": fold(style.caption),
        "credit": fold(style.credit),
        "borders": fold(style.borders),
    }


def _name(articles: Sequence[Article], w: Words) -> str:
    """What the page is about: the text's title, or how many texts."""
    if len(articles) == 1:
        return heading(articles[0])
    return w("texts_many", n=len(articles)) if articles else w["map"]


def _source_of(article: Article | None) -> str:
    return (fold(article.source or "") or heading(article, 60)) if article else ""


def safe_url(url: str | None) -> str | None:
    """The address if it is a plain http(s) one; anything else is not linked."""
    if url is None:
        return None
    url = url.strip()
    plain = url.lower().startswith(("http://", "https://")) and not any(c.isspace() or ord(c) < 32 for c in url)
    return url if plain else None


def _article(article: Article, style: Style) -> dict[str, Any]:
    w = words(style.language)
    return {
        "title": heading(article),
        "source": fold(article.source or ""),
        "short": fold(article.source or "") or heading(article, 50),
        "day": day(article.published_on, style) or w["undated"],
        "date": w("published", date=day(article.published_on, style)) if article.published_on else w["undated"],
        "url": safe_url(article.url),
    }


def _row(claim: Claim, articles: Mapping[str, Article], sketches: Mapping[str, Markup], style: Style) -> Row:
    w = words(style.language)
    assert claim.verdict is not None
    verdict = claim.verdict
    article = articles.get(claim.article)
    return Row(
        id=claim.id,
        quote=context(article.text, claim.start, claim.end) if article else ("", fold(claim.quote), ""),
        who=speaker(claim, article, style),
        article=", ".join(p for p in (_source_of(article), day(article.published_on, style) if article else "") if p),
        url=safe_url(article.url) if article else None,
        figure=claim_in_words(claim, style),
        measured=measured(claim, style),
        how=tuple(_how(claim, style)),
        aspects=tuple(
            (
                w.get(f"kind_{a.aspect}", a.aspect),
                quantity(a.claimed, a.unit, style),
                quantity(a.measured, a.unit, style),
                w[f"label_{a.label}"],
            )
            for a in verdict.aspects
        )
        if len(verdict.aspects) > 1
        else (),
        label=str(verdict.label),
        verdict=w[f"label_{verdict.label}"],
        reason=in_page_words(verdict.reason, style),
        reason_in=_still_english(verdict.reason, style),
        codes=tuple((str(c), w[f"code_{c}"]) for c in verdict.codes),
        would_fit=tuple(in_page_words(t, style) for t in verdict.would_fit),
        checked=_checked(claim, style),
        by_person=claim.checked_by is not None,
        telling=len(claim.quote) >= BARE,
        missing=in_page_words(what_is_missing(claim), style),
        sketch=sketches.get(claim.id, Markup("")),
    )


def _how(claim: Claim, style: Style) -> list[str]:
    """Method, map and date of each measurement that decided."""
    w = words(style.language)
    lines = []
    for evidence in claim.verdict.evidence if claim.verdict else ():
        if evidence.role is not Role.MEASURE:
            continue
        what, method = in_page_words(evidence.what, style), in_page_words(evidence.method, style)
        parts = [what, method if method.casefold() != what.casefold() else ""]
        if evidence.source:
            parts.append(w("from_map", source=in_page_words(evidence.source, style)))
        # the words of a measurement often bear its date already
        if evidence.as_of and day(evidence.as_of, style) not in what:
            parts.append(w("as_of", date=day(evidence.as_of, style, time=True)))
        lines.append("; ".join(p for p in parts if p))
    return list(dict.fromkeys(lines))[:3]


def _still_english(text: Text, style: Style) -> str:
    """The language attribute's value of a sentence that this page's language has no words for."""
    return "" if in_language(text, style.language) else "en"


def _checked(claim: Claim, style: Style) -> str:
    w = words(style.language)
    if claim.checked_by is None:
        return w["machine"]
    if claim.checked_on is None:
        return w("checked_by", name=fold(claim.checked_by))
    return w("checked_by_on", name=fold(claim.checked_by), date=day(claim.checked_on, style))


def _untested(claim: Claim, articles: Mapping[str, Article], style: Style) -> dict[str, Any]:
    article = articles.get(claim.article)
    return {
        "id": claim.id,
        "quote": context(article.text, claim.start, claim.end, reach=80) if article else ("", fold(claim.quote), ""),
        "who": speaker(claim, article, style),
        "figure": claim_in_words(claim, style),
        "checked": _checked(claim, style),
    }


def _tally(rows: Sequence[Row], w: Words) -> list[tuple[str, str, int]]:
    labels = ("does_not_fit", "roughly_fits", "fits", "maps_cannot_settle")
    counts = {label: sum(r.label == label for r in rows) for label in labels}
    return [(label, w[f"label_{label}"], n) for label, n in counts.items() if n]


def _provenance(source: Provenance, style: Style) -> dict[str, Any]:
    w = words(style.language)
    return {
        "name": fold(source.name.replace("\\", "/").rsplit("/", 1)[-1]),
        "sha256": source.sha256,
        "attribution": in_page_words(source.attribution, style),
        "licence": w("licence", licence=in_page_words(source.licence, style)) if source.licence else "",
        "unlicensed": "" if source.licence else w["licence_unknown"],
        "url": safe_url(source.url),
        "retrieved_at": fold(source.retrieved_at or ""),
    }


def _unique(sources: Sequence[Provenance]) -> list[Provenance]:
    return list({(p.name, p.sha256): p for p in sources}.values())


def _series_rows(rows: Rows, style: Style) -> list[tuple[str, ...]]:
    def amount(row: Mapping[str, Any], key: str) -> str:
        value = row.get(key)
        return "" if value is None or value != value else number(float(value), style.language)

    keys = ("held_km2", "gained_km2", "lost_km2", "net_km2")
    return [
        (day(str(r["date"]), style, time=True), *(amount(r, k) for k in keys), fold(str(r.get("source") or "")))
        for r in rows
    ]
