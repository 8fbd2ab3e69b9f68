"""Commands about the gazetteer itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.cli.options import FormatOption, OutputOption
from geomap.files import shown
from geomap.printing import emit, note

app = typer.Typer(help="What is embedded; build a bigger one; add places.", rich_markup_mode=None, no_args_is_help=True)


@app.command("info")
def gazetteer_info(form: FormatOption = None, output: OutputOption = None) -> None:
    """What is embedded and layered over it.

    Example: geomap gazetteer info --format json
    """
    from geomap.gazetteer import info

    columns = {"places": "places", "names": "names", "index": "index", "layers": "layers", "licences": "licences"}
    emit([info()], columns, form, output, one=True)


@app.command("get")
def gazetteer_get(
    countries: Annotated[list[str], typer.Argument(metavar="CC...", help="Countries, two letters each: UA SD MM.")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="A mirror of GeoNames' dump folder.")
    ] = None,
) -> None:
    """All places of countries, from GeoNames (asks the network).

    Villages, rivers, mountains: some ten times what is embedded. A broken download goes on where it stopped.

    Example: geomap gazetteer get UA SD
    """
    from geomap.gazetteer import get_countries
    from geomap.gazetteer.fetching import SOURCE

    for folder in get_countries(countries, source=source or SOURCE, say=lambda line: note(shown(line))):
        note(f"built {shown(folder)}; every command uses it from now on; delete the folder to undo")


@app.command("build")
def gazetteer_build(
    dump: Annotated[Path, typer.Argument(metavar="DUMP", help="allCountries.txt, a country's UA.txt, or their .zip.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Of the layer; default: the file's name.")] = None,
) -> None:
    """A bigger gazetteer from a GeoNames dump.

    Example: geomap gazetteer build UA.txt
    """
    from geomap.gazetteer import build_layer

    note(f"built {shown(build_layer(dump, name=name))}; every command uses it from now on; delete the folder to undo")


@app.command("add")
def gazetteer_add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with name, lat, lon; or GeoJSON.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Of the layer; default: the file's name.")] = None,
) -> None:
    """Your own places, found before all others.

    Example: geomap gazetteer add villages.csv
    """
    from geomap.gazetteer import add_places

    note(f"added {shown(add_places(file, name=name))}; every command uses it from now on; delete the folder to undo")
