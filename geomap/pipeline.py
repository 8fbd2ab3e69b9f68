"""Every step from a news story to a checked map, in order: the map of the code.

=====  ==============================================  ==========================================
step   call                                            gives
=====  ==============================================  ==========================================
1      ``read_articles(paths)``                        ``list[Article]``
2      ``find_toponyms(article, gazetteer)``           ``list[Toponym]``
3      ``resolve_toponyms(article, found, gazetteer)`` each with a ``Place``, or none and why
4      ``extract_claims(article, toponyms)``           ``list[Claim]``
5      ``gather_evidence(claim, ground)``              hull, change, distances: the numbers
6      ``judge(claim, evidence, settings)``            ``Verdict``
7      ``compare(claims, articles)``                   contradictions, within and between articles
8      ``draw_map(...)``, ``render_report(...)``       ``folium.Map``, ``str``
=====  ==============================================  ==========================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap import __version__
from geomap.articles import parse_date, quiet, read_articles
from geomap.config import read_config
from geomap.errors import InputError
from geomap.files import read_bytes, sha256, shown
from geomap.given import articles_given
from geomap.lang.telling import UNKNOWN, language_code, language_read
from geomap.limits import article_within
from geomap.measure import (
    ControlInput,
    area_of,
    find_region,
    named_controls,
    open_gazetteer,
    read_series,
    region_geometry,
    series_from_events,
    size_of,
)
from geomap.models import (
    UNKNOWN_HOLDER,
    Article,
    Assessment,
    Claim,
    ControlSeries,
    Methods,
    Provenance,
    Toponym,
    Verdict,
)
from geomap.progress import Progress, silent
from geomap.results import Report
from geomap.schema import decoded
from geomap.settings import Settings, Style

if TYPE_CHECKING:
    import pandas

    from geomap.evidence import Ground
    from geomap.gazetteer import Gazetteer
    from geomap.reports import Correction
    from geomap.review import Decisions

Inputs = str | Path | Iterable[str | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user gave beside the articles; the same words as the command line's."""

    control: tuple[ControlSeries, ...] = ()
    settings: Settings = field(default_factory=Settings)
    since: date | None = None
    region: str | None = None
    decisions: Decisions | None = None
    own_claims: tuple[Article, ...] = ()
    inputs: tuple[Provenance, ...] = ()
    command: str = ""


# ── steps 2 to 7 ─────────────────────────────────────────────────────────────────────────────────────────────


def toponyms_of(article: Article, gazetteer: Gazetteer, decisions: Decisions | None = None) -> list[Toponym]:
    """Steps 2 and 3, then what people decided."""
    from geomap.toponyms import find_toponyms, resolve_toponyms, with_coordinates

    toponyms = with_coordinates(article, resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer))
    return decisions.decide_toponyms(article, toponyms, gazetteer) if decisions else toponyms


def claims_of(
    article: Article, toponyms: Sequence[Toponym], gazetteer: Gazetteer, decisions: Decisions | None = None
) -> list[Claim]:
    """Step 4, then what people decided."""
    from geomap.claims import extract_claims, read_value

    claims = extract_claims(
        article, toponyms, area_of=partial(area_of, gazetteer=gazetteer), border_of=gazetteer.border
    )
    return decisions.decide_claims(article, claims, toponyms, read_value) if decisions else claims


def read_one(
    article: Article, gazetteer: Gazetteer, decisions: Decisions | None = None, *, own: bool = False
) -> tuple[list[Toponym], list[Claim]]:
    """Steps 2 to 4 for one article, within what one may take. ``own``: it is a claim of the user's, and always gives
    one."""
    from geomap.claims import read_value, with_meanings
    from geomap.review import complete_own_claim

    with article_within(article.path or article.id):
        found = toponyms_of(article, gazetteer, decisions)
        said = claims_of(article, found, gazetteer, decisions)
        if own:
            said = complete_own_claim(article, said, found, gazetteer, read_value)
        return found, with_meanings(said, article, found, gazetteer.nation)


def with_language(article: Article) -> Article:
    """The article with the language that its text tells, else the one that its record gives, else ``UNKNOWN``."""
    told = language_code(article.text)
    return replace(article, language=article.language or told if told == UNKNOWN else told)


def extract(
    articles: Sequence[Article],
    gazetteer: Gazetteer,
    *,
    decisions: Decisions | None = None,
    own_claims: Sequence[Article] = (),
    progress: Progress = silent,
) -> tuple[list[Toponym], list[Claim]]:
    """Steps 2 to 4 over all articles, and over the user's own claims."""
    toponyms: list[Toponym] = []
    claims: list[Claim] = []
    everything = [*map(with_language, articles), *map(with_language, own_claims)]
    for number, article in enumerate(everything):
        progress("Reading articles", number, len(everything))
        found, said = read_one(article, gazetteer, decisions, own=number >= len(articles))
        toponyms += found
        claims += said
    progress("Reading articles", len(everything), len(everything))
    return toponyms, claims


def assess(
    articles: Sequence[Article], gazetteer: Gazetteer, options: Options, progress: Progress = silent
) -> Assessment:
    """Steps 2 to 7: from articles to judged claims."""
    from geomap.evidence import Ground
    from geomap.verdicts import compare

    toponyms, claims = extract(
        articles, gazetteer, decisions=options.decisions, own_claims=options.own_claims, progress=progress
    )
    everything = tuple(map(with_language, (*articles, *options.own_claims)))
    ground = Ground(
        gazetteer=gazetteer,
        control=options.control,
        articles={a.id: a for a in everything},
        claims=tuple(claims),
        settings=options.settings,
        since=options.since,
        region=find_region(options.region, gazetteer),
        size_of=partial(size_of, gazetteer=gazetteer),
    )
    judged: list[Claim] = []
    for number, claim in enumerate(claims):
        progress("Measuring claims", number, len(claims))
        judged.append(replace(claim, verdict=_verdict(claim, ground, options.settings)))
    progress("Measuring claims", len(claims), len(claims))
    return Assessment(
        articles=everything,
        toponyms=tuple(toponyms),
        claims=tuple(judged),
        comparisons=tuple(compare(judged, everything, options.settings)),
        control=options.control,
        methods=_methods(everything, gazetteer, options),
        settings=options.settings,
    )


def _verdict(claim: Claim, ground: Ground, settings: Settings) -> Verdict:
    """A claim's verdict; wrong by the likelier of two close readings alone, it is left open."""
    from geomap.evidence import gather_evidence
    from geomap.verdicts import judge, second_reading, settle_readings

    first = judge(claim, gather_evidence(claim, ground), settings)
    other = second_reading(claim)
    if other is None:
        return first
    return settle_readings(first, judge(other, gather_evidence(other, ground), settings), other)


def _methods(articles: Sequence[Article], gazetteer: Gazetteer, options: Options) -> Methods:
    inputs = {a.path or a.id: Provenance(name=a.path or a.id, path=a.path, sha256=a.sha256) for a in articles}
    return Methods(
        version=__version__,
        command=options.command,
        inputs=(*inputs.values(), *options.inputs),
        data=(*gazetteer.provenance(), *(c.provenance for c in options.control)),
        settings=tuple((f.name, str(getattr(options.settings, f.name))) for f in fields(options.settings)),
        reviewed_by=options.decisions.people if options.decisions else (),
        orphans=options.decisions.orphans(articles) if options.decisions else (),
    )


# ── steps 1 and 8 ────────────────────────────────────────────────────────────────────────────────────────────


def report(
    inputs: Inputs | Sequence[Article] | None = None,
    *,
    text: str | None = None,
    articles: pandas.DataFrame | Iterable[Mapping[str, Any] | Article] | None = None,
    title: str | None = None,
    source: str | None = None,
    url: str | None = None,
    headline: str | None = None,
    byline: str | None = None,
    logo: str | Path | None = None,
    control: ControlInput | None = None,
    events: str | Path | None = None,
    rules: str | Path | None = None,
    published: date | str | None = None,
    since: date | str | None = None,
    region: str | None = None,
    holder: str | None = None,
    claims: str | Path | None = None,
    decisions: str | Path | None = None,
    corrections: str | Path | None = None,
    config: str | Path | None = None,
    repair: bool = False,
    gazetteer: Gazetteer | None = None,
    command: str | None = None,
    progress: Progress = silent,
    say: Callable[[str], None] = quiet,
) -> Report:
    """Read articles, find places and claims, measure and judge them.

    Parameters
    ----------
    inputs
        A file, folder, or several (.txt .md .html .json .jsonl .csv .parquet), or ``Article`` records.
    text, articles
        A story as it stands; a table or list of records with ``text`` and optionally id, title, source, url,
        published_on.
    title, source, url
        Of stories that state none, such as text files.
    headline, byline, logo
        On the page: instead of the finding as geomap words it; who signs; a PNG or SVG file.
    control
        A control map or folder of them, several as a list, or named as ``{"ISW": "isw/", "DeepState": "ds/"}``.
    events
        Table of settlement, holder, date, source, from which control maps are made.
    published, since
        ISO dates: publication where the record has none; the day from which change counts.
    holder
        Whose ground shapes of ``control`` without a holder are.
    corrections
        Notes that the page shall carry, as ``geomap compare`` wrote them (Markdown, edited by hand or not).

    Raises
    ------
    GeomapError
        An input is missing or cannot be read whole; the message says where and what to try.
    """
    gazetteer = gazetteer or open_gazetteer()
    read = articles_given(inputs, text=text, articles=articles, published=as_date(published), say=say)
    read = [with_facts(a, title=title, source=source, url=url) for a in read]
    settings, style, own = read_config(config)
    style = _signed(style, headline=headline, byline=byline, logo=logo)
    series = [read_series(name, path, rules, repair, holder=holder, say=say) for name, path in named_controls(control)]
    if events is not None:
        # the same side gains and loses in every map
        series.append(series_from_events(events, region, gazetteer, holder=_drawn(series) or holder, say=say))
    options = Options(
        control=tuple(series),
        settings=settings,
        since=as_date(since),
        region=region,
        decisions=_decisions(decisions),
        own_claims=_own_claims(claims),
        inputs=tuple(own_inputs(events, rules, claims, decisions, corrections, own, style.boundary_file or None)),
        command=command or _as_python(_named(inputs, read), control, events, published, since, region),
    )
    assessment = assess(read, gazetteer, options, progress)
    _say_unread(assessment.unread, say)
    return Report(
        assessment,
        gazetteer,
        style=style,
        window=(options.since, region_geometry(region, gazetteer)),
        corrections=_corrections(corrections),
    )


def _signed(style: Style, **told: str | Path | None) -> Style:
    """House style with what was told for this page; a logo that no page can hold is refused before the work."""
    from geomap.maps.logo import logo_address

    changed: dict[str, Any] = {name: str(value) for name, value in told.items() if value is not None}
    style = replace(style, **changed)
    if style.logo:
        logo_address(style.logo)
    return style


def with_facts(article: Article, *, title: str | None, source: str | None, url: str | None) -> Article:
    """The article with what a user says of it where it states nothing itself."""
    return replace(article, title=article.title or title, source=article.source or source, url=article.url or url)


def _say_unread(articles: Sequence[Article], say: Callable[[str], None]) -> None:
    from geomap.wording.unread import unread_remarks

    for remark in unread_remarks(articles):
        say(remark)


def _drawn(series: Sequence[ControlSeries]) -> str | None:
    """The side that maps draw; None where they do not say whose ground it is."""
    return next((s.holder for s in series if s.holder != UNKNOWN_HOLDER), None)


def as_date(value: date | str | None) -> date | None:
    """An ISO date from what a user typed."""
    return parse_date("the date", value)


def _decisions(path: str | Path | None) -> Decisions | None:
    if path is None:
        return None
    from geomap.review import read_decisions

    return read_decisions(Path(path))


def _corrections(path: str | Path | None) -> tuple[Correction, ...]:
    if path is None:
        return ()
    from geomap.reports import read_corrections

    return read_corrections(Path(path))


def _own_claims(path: str | Path | None) -> tuple[Article, ...]:
    if path is None:
        return ()
    from geomap.review import read_own_claims

    return tuple(read_own_claims(Path(path)))


def own_inputs(*paths: str | Path | None) -> list[Provenance]:
    """Files beside the articles, by name and hash."""
    given = [Path(p) for p in paths if p is not None]
    return [Provenance(name=str(p), path=str(p), sha256=sha256(read_bytes(p))) for p in given]


def _named(inputs: object, read: Sequence[Article]) -> Sequence[object]:
    """What was given as its user wrote it; of what can be read only once, the articles."""
    if isinstance(inputs, (str, Path, Article)):
        return [inputs]
    return inputs if isinstance(inputs, (list, tuple)) else [a.path or a.id for a in read]


def _as_python(inputs: Sequence[object], *rest: object) -> str:
    names = ["control", "events", "published", "since", "region"]
    said = [repr([str(i) if not isinstance(i, Article) else i.id for i in inputs])]
    said += [f"{n}={str(v)!r}" for n, v in zip(names, rest, strict=True) if v is not None]
    return f"geomap.report({', '.join(said)})"


# ── steps 1 to 4 alone ───────────────────────────────────────────────────────────────────────────────────────


def read_and_resolve(
    inputs: Sequence[str], *, given: bool = False, decisions: Path | None = None, say: Callable[[str], None] = quiet
) -> list[Toponym]:
    """Steps 1 to 3. ``given``: resolve the spans that the records state, and find none."""
    articles = read_articles(inputs, say=say)
    if given:
        for article in articles:
            if article.spans is None:
                raise InputError(
                    f"{shown(article.path)}: {shown(article.id)!r} has no toponyms; expected [{{start, end}}]"
                )
    else:
        articles = [replace(a, spans=None) for a in articles]
    gazetteer, decided = open_gazetteer(), _decisions(decisions)
    found: list[Toponym] = []
    for article in articles:
        with article_within(article.path or article.id):
            found += toponyms_of(article, gazetteer, decided)
    return found


def read_and_extract(
    inputs: Sequence[str],
    *,
    published: str | None = None,
    claims: Path | None = None,
    decisions: Path | None = None,
    say: Callable[[str], None] = quiet,
) -> tuple[list[Toponym], list[Claim]]:
    """Steps 1 to 4."""
    articles = [with_language(a) for a in read_articles(inputs, published=as_date(published), say=say)]
    _say_unread([a for a in articles if language_read(a.text, a.language or UNKNOWN) is None], say)
    return extract(articles, open_gazetteer(), decisions=_decisions(decisions), own_claims=_own_claims(claims))


def review(
    inputs: Sequence[str],
    *,
    published: str | None = None,
    claims: Path | None = None,
    decisions: Path | None = None,
    over: Path | None = None,
) -> str:
    """The rows for people to decide on, as CSV; decisions made before stay in it.

    ``over``: the file that it will replace; what people have decided there stays too.
    """
    from geomap.review import decisions_at, render_rows, review_rows

    standing = decisions_at(over, decisions) if over is not None else None
    before = _decisions(decisions) or standing
    articles, own = read_articles(inputs, published=as_date(published)), _own_claims(claims)
    toponyms, found = extract(articles, open_gazetteer(), own_claims=own)
    rows = review_rows([*articles, *own], toponyms, found)
    return render_rows(before.carried_over(rows) if before else rows)


def compare_files(old: Path, new: Path, *, on: date | None = None, config: Path | None = None) -> str:
    """A dated correction note: what changed between two ``report.json`` files."""
    from geomap.reports import compare_reports, render_correction

    _, style, _ = read_config(config)
    return render_correction(compare_reports(read_report(old), read_report(new), on=on, style=style), style=style)


def read_report(path: Path) -> dict[str, Any]:
    """A saved ``report.json``.

    Raises
    ------
    InputError
        It is no JSON object with claims.
    """
    expected = "what `geomap report ... -o report.json` writes"
    value: dict[str, Any] = decoded(read_bytes(path), dict[str, Any], shown(path), expected=expected)
    if "claims" not in value:
        raise InputError(f"{shown(path)}: not a report; expected {expected}")
    return value
