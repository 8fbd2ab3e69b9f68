"""One-pagers for the newsroom: DOCX and PPTX with the still map, the finding and the claims (extra ``office``)."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from geomap.errors import OutputError
from geomap.exports.content import VERDICT_COLOURS, Export, cell, rezip
from geomap.files import writing

ROWS = 6
"""Claims that fit a page beside the map; a line says how many more there are."""
SLIDE_ROWS = 5
_WIDTHS_CM = (5.4, 3.0, 9.0)
LONG = 160
"""Characters of a quote or reason in a table: a page is read at a glance, the whole stands in the report."""
_STAMP = datetime(2000, 1, 1)
"""Both formats keep an hour of making; the same input shall give the same bytes."""


def write_docx(export: Export, path: Path) -> None:
    """A page of A4: finding, map with its alt text, claims with verdicts, sources, credits."""
    docx = _library("docx", "python-docx")
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)
    document.add_heading(export.title, level=1)
    picture = document.add_picture(io.BytesIO(export.picture()), width=Cm(14.0))
    _describe(picture._inline.docPr, export.alt)
    rows = _rows(export)
    table = document.add_table(rows=1, cols=3)
    table.style = "Light List"
    for at, words in enumerate(("Claim", "Verdict", "Why")):
        table.rows[0].cells[at].text = words
    for row in rows[:ROWS]:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(f"“{_short(cell(row, 'quote'))}”").bold = False
        verdict = cells[1].paragraphs[0].add_run(export.labels.get(cell(row, "verdict_label"), ""))
        verdict.bold = True
        verdict.font.color.rgb = RGBColor(*bytes.fromhex(_ink(row)))
        cells[2].text = _short(cell(row, "verdict_reason"))
    for line in table.rows:
        for at, width in enumerate(_WIDTHS_CM):
            line.cells[at].width = Cm(width)
            for run in line.cells[at].paragraphs[0].runs:
                run.font.size = Pt(8.5)
    notes = [*([f"And {len(rows) - ROWS} more claims."] if len(rows) > ROWS else []), *export.sources, *export.credits]
    run = document.add_paragraph().add_run("\n".join(notes))
    run.font.size = Pt(7)
    _stamp(document.core_properties, export)
    with writing(path) as beside:
        document.save(str(beside))
        rezip(beside)


def write_pptx(export: Export, path: Path) -> None:
    """One slide, 16:9: the finding, the map, the claims that stand out."""
    pptx = _library("pptx", "python-pptx")
    from pptx.dml import color
    from pptx.util import Cm, Pt

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Cm(33.867), Cm(19.05)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Cm(1.2), Cm(0.6), Cm(31.4), Cm(2.2)
    title.text_frame.text = export.title
    title.text_frame.paragraphs[0].font.size = Pt(28)
    picture = slide.shapes.add_picture(io.BytesIO(export.picture()), Cm(1.2), Cm(3.2), width=Cm(19.0))
    _describe(picture._element.nvPicPr.cNvPr, export.alt)
    frame = slide.shapes.add_textbox(Cm(20.8), Cm(3.2), Cm(12.0), Cm(13.6)).text_frame
    frame.word_wrap = True
    for number, row in enumerate(_rows(export)[:SLIDE_ROWS]):
        verdict = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = verdict.add_run()
        run.text, run.font.bold, run.font.size = export.labels.get(cell(row, "verdict_label"), ""), True, Pt(14)
        run.font.color.rgb = color.RGBColor(*bytes.fromhex(_ink(row)))  # type: ignore[no-untyped-call]
        words = frame.add_paragraph().add_run()
        words.text, words.font.size = f"“{_short(cell(row, 'quote'))}” {_short(cell(row, 'verdict_reason'))}", Pt(11)
    foot = slide.shapes.add_textbox(Cm(1.2), Cm(17.6), Cm(31.4), Cm(1.2)).text_frame
    foot.word_wrap = True
    foot.text = " · ".join((*export.sources, *export.credits))[:400]
    foot.paragraphs[0].font.size = Pt(9)
    slide.notes_slide.notes_text_frame.text = export.alt
    _stamp(deck.core_properties, export)
    with writing(path) as beside:
        deck.save(str(beside))
        rezip(beside)


def _rows(export: Export) -> list[Any]:
    """Claims that were tested, what does not fit first."""
    order = list(export.labels)
    rows = [r for r in export.claims.itertuples() if cell(r, "verdict_label") in order]
    return sorted(rows, key=lambda r: order.index(cell(r, "verdict_label")))


def _ink(row: Any) -> str:
    return VERDICT_COLOURS[cell(row, "verdict_label")][1:].upper()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONG else line[: LONG - 1].rstrip() + "…"


def _describe(properties: Any, alt: str) -> None:
    properties.set("descr", alt)


def _stamp(properties: Any, export: Export) -> None:
    properties.title, properties.author, properties.comments = export.title[:255], "geomap", export.alt[:255]
    properties.created = properties.modified = _STAMP


def _library(name: str, package: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise OutputError(
            f"{package} is not installed, and this file needs it; pip install 'geomap-territory[office]'"
        ) from None
