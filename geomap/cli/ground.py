"""Commands about ground: areas, and control maps against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.cli.options import FormatOption, Holder, OutputOption, Region, Repair, Rules, Since, apart_of_records
from geomap.errors import OutputError
from geomap.files import shown
from geomap.printing import emit, note, progress_bar


def area(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    repair: Repair = False,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Exact area of every feature of a file, and in total; ground in several features counts once in the total.

    Edges are straight in longitude and latitude, as GeoJSON has them.

    Example: geomap area oblasts.geojson
    """
    from geomap import measure

    apart_of_records(output, form, maps=[file])
    records = measure.area_records(file, repair=repair, say=note)
    emit(records, {"feature": "feature", "area km²": "area_km2"}, form, output)


def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE")],
    after: Annotated[Path, typer.Argument(metavar="AFTER")],
    rules: Rules = None,
    region: Region = None,
    since: Since = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Two sources side by side: what both hold, what only one of them says.")
    ] = False,
    repair: Repair = False,
    holder: Holder = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Ground gained and lost between two control maps, piece by piece and in total.

    Maps of several holders give rows of each. Shapes that name no holder are ground covered, or --holder's.

    With --sources two makers' maps of one time, files or folders, [NAME=]PATH: where they agree.

    Example: geomap diff 2022-09-05.geojson 2022-09-12.geojson -o change.geojson

    Example: geomap diff Ours=ours.geojson Theirs=theirs.geojson --sources --format csv
    """
    from geomap import measure

    apart_of_records(output, form, maps=[before, after], files=[rules])
    if since is not None:
        note("--since has no meaning between two maps; it is not used")
    if sources:
        frame, compared = measure.compare_sources(
            str(before), str(after), rules=rules, region=region, repair=repair, holder=holder, say=note
        )
        note(f"compared {shown(compared[0])} with {shown(compared[1])}")
        records, features = measure.frame_records(frame)
        emit(records, {"says": "says", "area km²": "area_km2", "share": "share"}, form, output, features=features)
        return
    frame = measure.diff_frame(
        before, after, rules=rules, region=region, repair=repair, holder=holder, say=note
    )  # fmt: skip
    records, features = measure.diff_records(frame)
    between = {"from or to": "counterparty"} if "counterparty" in frame.columns else {}
    columns = {"change": "change", "holder": "holder", **between, "area km²": "area_km2"}
    emit(records, columns, form, output, features=features)


def series(
    snapshots: Annotated[list[str], typer.Argument(metavar="SNAPSHOTS...")],
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    by_region: Annotated[
        bool,
        typer.Option("--by-region", help="Rows for each first-level region (oblast); its borders are right to 1-2 km."),
    ] = False,
    repair: Repair = False,
    holder: Holder = None,
    map_file: Annotated[Path | None, typer.Option("--map", metavar="FILE", help="Also write a time map here.")] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Held, gained, lost, net and cumulative by date.

    Example: geomap series snapshots/ --region "Kharkiv region" -o series.csv

    Example: geomap series snapshots/ --by-region --since 2022-09-05 -o regions.csv
    """
    from geomap import measure

    if map_file is not None and str(map_file) != "-" and map_file.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"--map {shown(map_file)}: the time map is a page; expected a name in .html")
    apart_of_records(output, form, map_file, maps=snapshots, files=[rules])
    with progress_bar() as progress:
        records, features = measure.series_records(
            snapshots, rules=rules, since=since, region=region, repair=repair, by_region=by_region, map_file=map_file,
            holder=holder, progress=progress, say=note,
        )  # fmt: skip
    several = len({r["holder"] for r in records}) > 1
    columns = ({"region": "region"} if by_region else {}) | ({"holder": "holder"} if several else {}) | {
        "date": "date", "held": "held_km2", "contested": "contested_km2", "unknown": "unknown_km2",
        "gained": "gained_km2", "lost": "lost_km2", "gross": "gross_km2", "net": "net_km2",
        "cumulative": "cumulative_km2", "source": "source",
    }  # fmt: skip
    emit(records, columns, form, output, features=features)
