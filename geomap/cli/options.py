"""Options that mean the same in every command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from geomap.files import shown
from geomap.printing import Format, chosen

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", show_default=False,
        help="Files, folders or - (stdin): .txt .md .html .json .jsonl .csv .parquet, feeds, Telegram exports, .eml "
        ".mbox .docx .pdf .srt .vtt.",
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
Holder = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose ground shapes without a holder are.", show_default=False)
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
PassportOption = Annotated[
    Path | None, typer.Option("--passport", metavar="FILE", help="Also write a record here that `verify` recomputes.")
]
Corrections = Annotated[
    Path | None,
    typer.Option("--corrections", metavar="FILE", help="Notes the page shall carry (from `geomap compare -o x.md`)."),
]
Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="House style and thresholds; default: geomap.toml in this folder.")
]
Publish = Annotated[
    bool, typer.Option("--publish", help="Draw approved claims only; demands caption, credit and licences.")
]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Title of a story that states none.")]
Source = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who published a story that does not say: maps of that source are no evidence."),
]
Url = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address of a story that states none.")]
Headline = Annotated[str | None, typer.Option(metavar="TEXT", help="The page's headline, instead of geomap's.")]
Byline = Annotated[str | None, typer.Option(metavar="TEXT", help="Who signs the page.")]
Logo = Annotated[Path | None, typer.Option(metavar="FILE", help="A PNG or SVG at the page's head.")]
ClaimId = Annotated[str | None, typer.Option("--claim", metavar="ID", help="This claim alone, its finding as title.")]
Size = Annotated[
    str | None, typer.Option(metavar="WxH", help="Pixels of a picture, such as 1200x675, 1080x1350 or 1080x1920.")
]
Repair = Annotated[bool, typer.Option("--repair", help="Mend broken rings of control maps, listing each.")]
Tiles = Annotated[
    str | None, typer.Option(metavar="NAME", help="Background tiles from the network, such as Esri.WorldGrayCanvas.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 where a place stays unresolved.")]
Near = Annotated[str | None, typer.Option(metavar="NAME|LAT,LON", help="Prefer places near this one.")]


def _two_letters(value: str | None) -> str | None:
    if value is not None and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise typer.BadParameter(f"{shown(value)[:40]!r}; expected two letters such as UA")
    return value


def card_size(size: str | None, output: Path | None) -> tuple[int, int] | None:
    """``--size`` as pixels, wide and high."""
    if size is None:
        return None
    wide, _, high = size.lower().partition("x")
    if not (wide.isascii() and high.isascii() and wide.isdigit() and high.isdigit()):
        raise typer.BadParameter(f"--size {shown(size)[:40]!r}; expected WxH such as 1200x675")
    pixels = int(wide[:6]), int(high[:6])
    if not all(LEAST_PX <= side <= MOST_PX for side in pixels):
        raise typer.BadParameter(f"--size {shown(size)[:40]!r}; expected sides of {LEAST_PX} to {MOST_PX} pixels")
    if output is None or output.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise typer.BadParameter("--size is of a picture; expected -o with .png, .svg or .pdf")
    return pixels


LEAST_PX, MOST_PX = 400, 4000
"""Below, no words have room; above, a picture takes gigabytes to draw."""

Country = Annotated[
    str | None, typer.Option(metavar="CC", callback=_two_letters, help="Only this country (ISO 3166 two letters).")
]


def keep_outputs_apart(
    *writes: Path | None,
    articles: Sequence[str] = (),
    maps: Sequence[str | Path] = (),
    files: Sequence[Path | None] = (),
) -> None:
    """Refuse an output that is an input, before anything begins.

    ``writes``: the answer's place first, then those of what is written beside it; ``files``: what else is read.
    """
    from geomap.articles import SUFFIXES
    from geomap.outputs import Read, keep_apart

    reads = [Read(Path(given), SUFFIXES) for given in articles if given != "-"]
    reads += [Read(Path("geomap.toml")), *(Read(path) for path in files if path is not None)]
    if maps:
        from geomap.control.files import SUFFIXES as MAPS
        from geomap.measure import named_controls

        reads += [Read(path, (*MAPS, ".zip", ".csv")) for _, path in named_controls(maps)]
    keep_apart(writes, reads, to_stdout=writes[0] is None)


def apart_of_records(output: Path | None, form: Format | None, *more: Path | None, **reads: Any) -> None:
    """``keep_outputs_apart`` where the answer is records: its format is known too."""
    chosen(form, output)
    keep_outputs_apart(output, *more, **reads)
