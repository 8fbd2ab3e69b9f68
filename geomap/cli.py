"""The command line: parse, call, print. What is decided stands elsewhere.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 places left unresolved (``--strict``), 4 a claim does not fit
(``--fail-on does_not_fit``).
"""

from __future__ import annotations

import os
import shlex
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geomap import __version__
from geomap.errors import GeomapError, NetworkError, OutputError, PlaceError
from geomap.files import shown
from geomap.models import Label, to_record
from geomap.printing import Format, emit, note, progress_bar, write_out

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.models import Place
    from geomap.results import Report

app = typer.Typer(
    name="geomap",
    help="From a news story to a checked map: find places and claims in articles, measure them, map them.",
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
gazetteer_app = typer.Typer(
    help="What is embedded; build a bigger one; add places.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(gazetteer_app, name="gazetteer")

MAX_LINE = 500
"""Characters of an error: what is wrong and what to try fit in, a megabyte of somebody's input does not."""

GREETING = """geomap: from a news story to a checked map

  geomap report story.txt --published 2022-09-12 -o report.html   the whole job: map, claims, verdicts
  geomap check story.txt --control snapshots/                     every claim with its verdict
  geomap resolve Izyum                                            where is it? any spelling, any script

geomap --help lists every command; geomap COMMAND --help shows an example.
"""


class Spans(StrEnum):
    FIND = "find"
    GIVEN = "given"


class HullMethod(StrEnum):
    CONVEX = "convex"
    CONCAVE = "concave"
    THIESSEN = "thiessen"
    ALL = "all"


# ── options that mean the same everywhere ────────────────────────────────────────────────────────────────────

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", help="Files, folders or - (stdin): .txt .md .html .json .jsonl .csv .parquet.",
        show_default=False,
    ),
]  # fmt: skip
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here; the suffix picks the format.")
]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="Default: table on a terminal, jsonl in a pipe.", show_default=False)
]
Published = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Publication day of articles that state none, such as 2022-09-12."),
]
Control = Annotated[
    list[str] | None,
    typer.Option(metavar="[NAME=]PATH", help="Control maps to measure against: a folder or file; repeatable."),
]
Events = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Table of settlement, holder, date, source: makes control maps.")
]
Rules = Annotated[
    Path | None, typer.Option(metavar="FILE", help="How to read a control map that has no preset (TOML).")
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Count change from this day; default: the first map.")]
Region = Annotated[
    str | None, typer.Option(metavar="NAME", help="Measure within this country or region, such as 'Kharkiv region'.")
]
Claims = Annotated[
    Path | None,
    typer.Option("--claims", metavar="FILE", help="Your own claims: CSV of claim, value, unit, place, date, source."),
]
DecisionsOption = Annotated[
    Path | None, typer.Option("--decisions", metavar="FILE", help="What people decided (from `geomap review`).")
]
ClaimReviewOption = Annotated[
    Path | None, typer.Option("--claimreview", metavar="FILE", help="Also write ClaimReview JSON-LD here.")
]
Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="House style and thresholds; default: geomap.toml in this folder.")
]
Publish = Annotated[
    bool, typer.Option("--publish", help="Draw approved claims only; demands caption, credit and licences.")
]
Repair = Annotated[bool, typer.Option("--repair", help="Mend broken rings of control maps, listing each.")]
Tiles = Annotated[
    str | None, typer.Option(metavar="NAME", help="Background tiles from the network, such as Esri.WorldGrayCanvas.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 where a place stays unresolved.")]
FailOn = Annotated[Label | None, typer.Option(help="Exit with 4 where a claim has this verdict.", show_default=False)]
Near = Annotated[str | None, typer.Option(metavar="NAME|LAT,LON", help="Prefer places near this one.")]


def _two_letters(value: str | None) -> str | None:
    if value is not None and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise typer.BadParameter(f"{shown(value)[:40]!r}; expected two letters such as UA")
    return value


Country = Annotated[
    str | None, typer.Option(metavar="CC", callback=_two_letters, help="Only this country (ISO 3166 two letters).")
]


# ── the job ──────────────────────────────────────────────────────────────────────────────────────────────────


@app.callback(invoke_without_command=True)
def greet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"geomap {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(GREETING, nl=False)


@app.command("report")
def report_command(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    claimreview: ClaimReviewOption = None,
    config: Config = None,
    tiles: Tiles = None,
    publish: Publish = False,
    repair: Repair = False,
    strict: Strict = False,
    fail_on: FailOn = None,
) -> None:
    """The whole job: map, claims, contradictions, methods.

    Example: geomap report story.txt --published 2022-09-12 --control snapshots/ -o report.html
    """
    made = _report(inputs, published, control, events, rules, since, region, claims, decisions, config, repair)
    _save(made, output, publish=publish, tiles=tiles, page="report")
    _also_claimreview(made, claimreview)
    _leave(made, strict, fail_on)


@app.command("map")
def map_command(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    config: Config = None,
    tiles: Tiles = None,
    publish: Publish = False,
    repair: Repair = False,
    strict: Strict = False,
) -> None:
    """The map alone: .html to embed, .png .svg .pdf to print.

    Example: geomap map story.txt --control snapshots/ -o map.html
    """
    made = _report(inputs, published, control, events, rules, since, region, claims, decisions, config, repair)
    _save(made, output, publish=publish, tiles=tiles, page="map")
    _leave(made, strict, None)


@app.command()
def check(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    claimreview: ClaimReviewOption = None,
    config: Config = None,
    repair: Repair = False,
    strict: Strict = False,
    fail_on: FailOn = None,
) -> None:
    """Every claim with its verdict.

    Example: geomap check story.txt --published 2022-09-12 --control snapshots/ --fail-on does_not_fit
    """
    made = _report(inputs, published, control, events, rules, since, region, claims, decisions, config, repair)
    records = [to_record(c) for c in made.assessment.claims]
    columns = {"claim": "quote", "kind": "kind", "verdict": "verdict.label", "why": "verdict.reason"}
    emit(records, columns, form, output, features=_features(made, form, output))
    if not records:
        note("no claims that geometry can test were found")
    _also_claimreview(made, claimreview)
    _leave(made, strict, fail_on)


@app.command()
def extract(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    published: Published = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    strict: Strict = False,
) -> None:
    """Every claim, untested.

    Example: geomap extract story.txt --format jsonl
    """
    from geomap import pipeline

    toponyms, found = pipeline.read_and_extract(
        inputs, published=published, claims=claims, decisions=decisions, say=note
    )
    columns = {
        "claim": "quote", "kind": "kind", "value": "value.text", "about": "subject.text", "from": "reference.text",
        "who says it": "source",
    }  # fmt: skip
    emit([to_record(c) for c in found], columns, form, output)
    _unresolved(sum(t.place is None for t in toponyms), strict)


@app.command()
def toponyms(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    spans: Annotated[Spans, typer.Option(help="Find place names, or take the spans that records give.")] = Spans.FIND,
    decisions: DecisionsOption = None,
    strict: Strict = False,
) -> None:
    """Every place mention, its place, score, runners-up.

    Example: geomap toponyms story.txt --format csv
    """
    from geomap import pipeline

    found = pipeline.read_and_resolve(inputs, given=spans is Spans.GIVEN, decisions=decisions, say=note)
    records = [to_record(t) for t in found]
    columns = {
        "name": "text", "kind": "kind", "place": "place.name", "country": "place.country", "lat": "place.lat",
        "lon": "place.lon", "score": "place.score", "why not": "why_not",
    }  # fmt: skip
    features = [
        _point(r["place"], {k: r[k] for k in ("article", "start", "end", "text", "kind")})
        for r in records
        if r["place"]
    ]
    emit(records, columns, form, output, features=features)
    _unresolved(sum(t.place is None for t in found), strict)


@app.command()
def review(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
) -> None:
    """Rows to decide on: keep, fix, drop or add.

    Example: geomap review story.txt -o decisions.csv
    """
    from geomap import pipeline

    write_out(pipeline.review(inputs, published=published, claims=claims, decisions=decisions), output)


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD.json")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day of the correction; default: today.")] = None,
    config: Config = None,
    output: OutputOption = None,
) -> None:
    """What changed between two reports, as a note.

    Example: geomap compare yesterday.json today.json -o correction.md
    """
    from geomap import pipeline

    day = pipeline.as_date(on) or date.today()
    write_out(pipeline.compare_files(old, new, on=day, config=config), output)


@app.command()
def corpus(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A new folder, or one to go on in.")],
    published: Published = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes on this machine (Dask).")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running Dask scheduler, such as tcp://host:8786.")
    ] = None,
) -> None:
    """Extract over millions of articles to Parquet and GeoParquet; stopped anywhere, it goes on where it was.

    Example: geomap corpus "archive/*.jsonl.gz" -o corpus --workers 4
    """
    from geomap.corpus import write_corpus
    from geomap.harvest import Harvest
    from geomap.pipeline import as_date

    work = Harvest(published=as_date(published))
    with progress_bar() as progress:
        made = write_corpus(inputs, output, work, workers=workers, scheduler=scheduler, progress=progress, say=note)
    totals = ", ".join(f"{count:,} {name}" for name, count in made.totals.items())
    note(f"wrote {shown(output)}: {totals}{' (reasons in failures/)' if made.totals['failures'] else ''}")
    if not made.totals["articles"]:
        raise typer.Exit(1)


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def resolve(
    names: Annotated[list[str], typer.Argument(metavar="NAME...")],
    near: Near = None,
    country: Country = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many answers a name.")] = 5,
    online: Annotated[bool, typer.Option("--online", help="Ask OpenStreetMap's Nominatim too.")] = False,
    contact: Annotated[
        str | None,
        typer.Option(envvar="GEOMAP_CONTACT", metavar="EMAIL", help="Your address, which Nominatim's rules ask for."),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Where is it? Tolerant of spelling and script.

    Example: geomap resolve Izyum "Lyman, Donetsk" --country UA
    """
    from geomap.measure import open_gazetteer, unknown_place

    gazetteer = open_gazetteer()
    around = _point_of(near, gazetteer) if near else None
    records = []
    for name in names:
        found = gazetteer.find(name, country=country, near=around, limit=limit)
        if online:
            from geomap.gazetteer import find_online

            if not contact:
                raise NetworkError(
                    "--online: Nominatim asks who calls; say --contact you@example.org or GEOMAP_CONTACT"
                )
            found = [*find_online(name, contact=contact, country=country, limit=limit), *found][:limit]
        if not found:
            raise PlaceError(unknown_place(name, gazetteer))
        if not gazetteer.find(name, limit=1, fuzzy=False):
            note(f"{shown(name)!r}: no such name; the nearest spellings are shown")
        records += [to_record(p) | ({"query": name} if len(names) > 1 else {}) for p in found]
    columns = {
        "name": "name", "country": "country", "region": "admin1", "feature": "feature", "lat": "lat", "lon": "lon",
        "population": "population", "score": "score", "id": "id",
    }  # fmt: skip
    emit(records, columns, form, output, features=[_point(r, {}) for r in records])


@app.command()
def distance(
    start: Annotated[str, typer.Argument(metavar="FROM")],
    end: Annotated[str, typer.Argument(metavar="TO")],
    country: Country = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Distance and direction between two places.

    Geodesic, with azimuth and compass word; a place may be LAT,LON.

    Example: geomap distance "Zolota Balka" Dudchany
    """
    from geomap import geodesy
    from geomap.measure import open_gazetteer

    gazetteer = open_gazetteer()
    a = _place(start, gazetteer, country=country)
    b = _place(end, gazetteer, country=country, near=(a.lat, a.lon))
    azimuth = geodesy.azimuth_deg(a.lon, a.lat, b.lon, b.lat)
    km = geodesy.distance_km(a.lon, a.lat, b.lon, b.lat)
    record = {
        "from": to_record(a), "to": to_record(b), "km": round(km, 3), "azimuth_deg": round(azimuth, 2),
        "compass": str(geodesy.compass(azimuth)),
    }  # fmt: skip
    columns = {"from": "from.name", "to": "to.name", "km": "km", "azimuth": "azimuth_deg", "compass": "compass"}
    line = {"type": "LineString", "coordinates": [[a.lon, a.lat], [b.lon, b.lat]]}
    plain = {"from": a.name, "to": b.name} | {k: record[k] for k in ("km", "azimuth_deg", "compass")}
    emit([record], columns, form, output, features=[_feature(line, plain)], one=True)


@app.command()
def hull(
    places: Annotated[list[str], typer.Argument(metavar="PLACE...")],
    method: Annotated[HullMethod, typer.Option(help="all gives the interval between the methods.")] = HullMethod.ALL,
    country: Country = None,
    region: Region = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """The ground that places span, with an interval.

    Example: geomap hull Izium Kupiansk Balakliia --method all
    """
    from geomap import measure

    record, features = measure.hull_records(places, method=str(method), country=country, region=region)
    columns = {"places": "places", "method": "method", "area km²": "area_km2", "low": "low_km2", "high": "high_km2"}
    emit([record], columns, form, output, features=features, one=True)


# ── ground ───────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def area(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    repair: Repair = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Exact area of every feature of a file, and in total.

    Example: geomap area oblasts.geojson
    """
    from geomap import measure

    emit(measure.area_records(file, repair=repair), {"feature": "feature", "area km²": "area_km2"}, form, output)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE")],
    after: Annotated[Path, typer.Argument(metavar="AFTER")],
    rules: Rules = None,
    region: Region = None,
    since: Since = None,
    repair: Repair = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Ground gained and lost between two control maps.

    Example: geomap diff 2022-09-05.geojson 2022-09-12.geojson -o change.geojson
    """
    from geomap import measure

    if since is not None:
        note("--since has no meaning between two maps; it is not used")
    frame = measure.diff_frame(before, after, rules=rules, region=region, repair=repair)
    records, features = measure.frame_records(frame)
    columns = {"change": "change", "holder": "holder", "area km²": "area_km2"}
    emit(records, columns, form, output, features=features)


@app.command()
def series(
    snapshots: Annotated[list[str], typer.Argument(metavar="SNAPSHOTS...")],
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    repair: Repair = False,
    map_file: Annotated[Path | None, typer.Option("--map", metavar="FILE", help="Also write a time map here.")] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Held, gained, lost, net and cumulative by date.

    Example: geomap series snapshots/ --region "Kharkiv region" -o series.csv
    """
    from geomap import measure

    with progress_bar() as progress:
        records = measure.series_records(
            snapshots, rules=rules, since=since, region=region, repair=repair, map_file=map_file, progress=progress
        )
    columns = {
        "date": "date", "held": "held_km2", "contested": "contested_km2", "unknown": "unknown_km2",
        "gained": "gained_km2", "lost": "lost_km2", "gross": "gross_km2", "net": "net_km2",
        "cumulative": "cumulative_km2", "source": "source",
    }  # fmt: skip
    emit(records, columns, form, output)


# ── gazetteer ────────────────────────────────────────────────────────────────────────────────────────────────


@gazetteer_app.command("info")
def gazetteer_info(form: FormatOption = None, output: OutputOption = None) -> None:
    """What is embedded and layered over it.

    Example: geomap gazetteer info --format json
    """
    from geomap.gazetteer import info

    columns = {"places": "places", "names": "names", "index": "index", "layers": "layers", "licences": "licences"}
    emit([info()], columns, form, output, one=True)


@gazetteer_app.command("build")
def gazetteer_build(
    dump: Annotated[Path, typer.Argument(metavar="DUMP", help="allCountries.txt, a country's UA.txt, or their .zip.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Of the layer; default: the file's name.")] = None,
) -> None:
    """A bigger gazetteer from a GeoNames dump.

    Example: geomap gazetteer build UA.txt
    """
    from geomap.gazetteer import build_layer

    note(f"built {shown(build_layer(dump, name=name))}; every command uses it from now on; delete the folder to undo")


@gazetteer_app.command("add")
def gazetteer_add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with name, lat, lon; or GeoJSON.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Of the layer; default: the file's name.")] = None,
) -> None:
    """Your own places, found before all others.

    Example: geomap gazetteer add villages.csv
    """
    from geomap.gazetteer import add_places

    note(f"added {shown(add_places(file, name=name))}; every command uses it from now on; delete the folder to undo")


# ── what the commands share ──────────────────────────────────────────────────────────────────────────────────


def _report(
    inputs: list[str],
    published: str | None,
    control: list[str] | None,
    events: Path | None,
    rules: Path | None,
    since: str | None,
    region: str | None,
    claims: Path | None,
    decisions: Path | None,
    config: Path | None,
    repair: bool,
) -> Report:
    from geomap import pipeline

    with progress_bar() as progress:
        return pipeline.report(
            inputs,
            control=control or None,
            events=events,
            rules=rules,
            published=published,
            since=since,
            region=region,
            claims=claims,
            decisions=decisions,
            config=config,
            repair=repair,
            command=shlex.join(["geomap", *sys.argv[1:]]),
            progress=progress,
            say=note,
        )


def _save(made: Report, output: Path | None, *, publish: bool, tiles: str | None, page: str) -> None:
    if output is None or str(output) == "-":
        if sys.stdout.isatty():
            raise OutputError(f"a page does not belong on a terminal; say where with -o {page}.html")
        write_out(made.to_html(page=page, publish=publish, tiles=tiles), None)
        return
    digest = made.save(output, page=page, publish=publish, tiles=tiles)
    note(f"{made.summary}\nwrote {shown(output)}  sha256 {digest}")
    if page == "map" and output.suffix.lower() in (".html", ".htm"):
        from geomap.maps import embed_snippet

        note(f"To embed it:\n{embed_snippet(output.name, made.summary)}")


def _also_claimreview(made: Report, path: Path | None) -> None:
    if path is not None:
        made.save_claimreview(path)
        note(f"wrote {shown(path)}")


def _leave(made: Report, strict: bool, fail_on: Label | None) -> None:
    _unresolved(len(made.assessment.unresolved), strict)
    if fail_on is not None and any(c.verdict and c.verdict.label is fail_on for c in made.assessment.claims):
        raise typer.Exit(4)


def _unresolved(count: int, strict: bool) -> None:
    if strict and count:
        note(f"{count} place {'mention' if count == 1 else 'mentions'} unresolved (--strict)")
        raise typer.Exit(3)


def _features(made: Report, form: Format | None, output: Path | None) -> list[dict[str, Any]] | None:
    from geomap import measure
    from geomap.printing import chosen

    return measure.frame_records(made.claims)[1] if chosen(form, output) is Format.GEOJSON else None


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(place: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    plain = {k: v for k, v in place.items() if k != "alternatives"}
    return _feature({"type": "Point", "coordinates": [place["lon"], place["lat"]]}, more | plain)


def _place(
    name: str, gazetteer: Gazetteer, *, country: str | None = None, near: tuple[float, float] | None = None
) -> Place:
    from geomap.measure import one_place

    return one_place(name, gazetteer, country=country, near=near)


def _point_of(near: str, gazetteer: Gazetteer) -> tuple[float, float]:
    place = _place(near, gazetteer)
    return place.lat, place.lon


def main() -> None:
    """Run the command line; a ``GeomapError`` becomes one line on stderr and exit code 1."""
    try:
        app()
    except GeomapError as error:
        line = " ".join(shown(error).split())
        note(f"geomap: {line if len(line) <= MAX_LINE else line[:MAX_LINE] + '…'}")
        sys.exit(1)
    except BrokenPipeError:
        # the reader of the pipe left: nothing more to say, and nothing to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        note("geomap: stopped")
        sys.exit(130)
