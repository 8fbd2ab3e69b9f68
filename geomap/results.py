"""What ``geomap.report`` gives: judged claims that show themselves in Jupyter and save themselves by suffix."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import InputError, OutputError
from geomap.exports import SUFFIXES as EXPORTS
from geomap.exports import Export, build_export, writer_of
from geomap.files import escape_for_script, read_bytes, sha256, shown, write_whole
from geomap.models import Assessment, to_record
from geomap.settings import Style

if TYPE_CHECKING:
    import folium
    import geopandas
    import pandas
    from IPython.display import Image

    from geomap.gazetteer import Gazetteer
    from geomap.reports import Correction

PAGES = (".html", ".htm")
PICTURES = (".png", ".svg", ".pdf")
TABLES = (".csv", ".geojson", ".gpkg", ".parquet")


def check_suffix(path: Path) -> None:
    """Refuse a name whose suffix says no format that a report can be saved in."""
    if path.suffix.lower() not in (*PAGES, ".json", ".md", *PICTURES, *TABLES, *EXPORTS):
        expected = " ".join((*PAGES[:1], ".json", ".md", *PICTURES, *TABLES, *EXPORTS))
        raise OutputError(f"{shown(path)}: unknown suffix; expected one of {expected}")


def as_json(value: Any) -> str:
    """JSON as a file holds it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


class Report:
    """A judged set of articles.

    Attributes
    ----------
    assessment : Assessment
        Every record: articles, toponyms, claims with verdicts and evidence, comparisons, methods.
    """

    def __init__(
        self,
        assessment: Assessment,
        gazetteer: Gazetteer,
        *,
        style: Style | None = None,
        window: tuple[date | None, Any] = (None, None),
        corrections: Sequence[Correction] = (),
    ) -> None:
        self.assessment = assessment
        self._gazetteer = gazetteer
        self._style = style or Style()
        self._window = window
        self._corrections = corrections

    @property
    def summary(self) -> str:
        """The finding in one sentence."""
        from geomap.reports import summary_sentence

        return summary_sentence(self.assessment, self._style)

    @cached_property
    def claims(self) -> geopandas.GeoDataFrame:
        """One row a claim, flat typed columns (``verdict_label``, ``claimed_low_km2``, ...), EPSG:4326."""
        from geomap.reports import claims_frame

        return claims_frame(self.assessment)

    @cached_property
    def places(self) -> geopandas.GeoDataFrame:
        """One row a place that the articles name, with ``mentions``; EPSG:4326, no point for countries and regions."""
        from geomap.reports.plain import told_places

        return told_places(self.assessment)

    @cached_property
    def toponyms(self) -> geopandas.GeoDataFrame:
        """One row a mention with its place, EPSG:4326."""
        from geomap.reports.plain import mentions_frame

        return mentions_frame(self.assessment.toponyms)

    @cached_property
    def unresolved(self) -> pandas.DataFrame:
        """Mentions without a place: ``article, start, end, text, kind, why_not``."""
        from geomap.reports.plain import MENTION, mentions_frame

        return mentions_frame(self.assessment.unresolved)[[*MENTION, "why_not"]]

    @cached_property
    def contradictions(self) -> pandas.DataFrame:
        """Claims that contradict each other: ``claims`` (their ids), ``sentence``, who says them."""
        from geomap.reports.plain import record_frame

        return record_frame(self.assessment, "contradictions")

    @cached_property
    def untested(self) -> pandas.DataFrame:
        """Claims that nothing could test: ``claim, article, quote, why_not``."""
        from geomap.reports.plain import record_frame

        return record_frame(self.assessment, "untested")

    def review(self) -> pandas.DataFrame:
        """Rows to decide on, as ``geomap review`` writes them: save with ``to_csv(path, index=False)``."""
        import io

        import pandas

        from geomap.review import render_rows, review_rows

        made = self.assessment
        written = render_rows(review_rows(made.articles, made.toponyms, made.claims))
        return pandas.read_csv(io.StringIO(written), dtype="string", keep_default_na=False)

    @cached_property
    def sources(self) -> pandas.DataFrame:
        """How often two sources tell the same event, tell figures that grow, or contradict each other."""
        import pandas

        from geomap.verdicts import source_matrix

        return pandas.DataFrame([to_record(pair) for pair in source_matrix(self.assessment.comparisons)])

    @property
    def map(self) -> folium.Map:
        """A new folium map; add your own Marker, Icon or GeoJson to it."""
        from geomap.maps import draw_map

        return draw_map(self.assessment, self._gazetteer, style=self._style)

    def explore(self) -> folium.Map:
        """The map, under the name that geopandas' users know."""
        return self.map

    def plot(self) -> Image:
        """The map's static twin as a picture that a notebook shows."""
        from IPython.display import Image

        picture: Image = Image(self._picture("png"))  # type: ignore[no-untyped-call]
        return picture

    def _picture(self, form: str, size: tuple[int, int] | None = None) -> bytes:
        from geomap.maps import picture

        title = self._style.headline or self.summary
        return picture(self.assessment, self._gazetteer, form, style=self._style, title=title, size=size)

    def alone(self, claim_id: str) -> Report:
        """One claim with its places and maps, its finding as the title: for a card or a frame of its own.

        Raises
        ------
        InputError
            No claim has this id.
        """
        from geomap.reports.findings import leading_findings
        from geomap.wording import clip

        whole = self.assessment
        claim = next((c for c in whole.claims if c.id == claim_id), None)
        if claim is None:
            known = ", ".join(c.id for c in whole.claims[:8]) or "no claims were found"
            raise InputError(f"--claim {shown(claim_id)[:40]!r}: no such claim; there are {known}")
        about = {m.place.id for m in (*claim.subject, claim.reference) if m is not None and m.place is not None}
        part = replace(
            whole,
            articles=tuple(a for a in whole.articles if a.id == claim.article),
            toponyms=tuple(t for t in whole.toponyms if t.place is not None and t.place.id in about),
            claims=(claim,),
            comparisons=(),
        )
        found = leading_findings(part, self._style)
        finding = found[0][1] if found else clip(claim.quote, 120)  # an untested claim has none
        style = replace(self._style, headline=self._style.headline or finding)
        return Report(part, self._gazetteer, style=style, window=self._window)

    def to_dict(self) -> dict[str, Any]:
        """``{articles, places, claims, contradictions, untested, unresolved, methods}`` as plain values."""
        from geomap.reports import to_report_record

        return to_report_record(self.assessment)

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """The same as ``claims``."""
        return self.claims

    def to_html(self, *, page: str = "report", publish: bool = False, tiles: str | None = None) -> str:
        """The locked page as text: ``page`` is "report" (the whole) or "map" (for embedding).

        Raises
        ------
        PublishError
            ``publish`` and no caption, credit or licence is stated, or no claim is approved.
        """
        from geomap.control.timemap import encode_series
        from geomap.maps import page_parts, render_map
        from geomap.reports import publishable, render_report
        from geomap.verdicts import source_matrix

        shown = publishable(self.assessment, self._style) if publish else self.assessment
        time = [encode_series(maps) for maps in shown.control]
        if page == "map":
            return render_map(shown, self._gazetteer, style=self._style, tiles=tiles, time=time)
        parts = page_parts(shown, self._gazetteer, style=self._style, tiles=tiles, time=time)
        return render_report(
            shown,
            parts,
            style=self._style,
            series=self._series(),
            corrections=self._corrections,
            matrix=source_matrix(shown.comparisons),
        )

    def _series(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of each control series, for the page's chart."""
        from geomap.control import series

        since, region = self._window
        return {
            maps.name: [
                {str(k): v for k, v in row.items() if k != "geometry"}
                for row in series(maps, since=since, region=region).to_dict("records")
            ]
            for maps in self.assessment.control
            if len(maps.snapshots) > 1
        }

    def save(
        self,
        path: str | Path,
        *,
        page: str = "report",
        publish: bool = False,
        tiles: str | None = None,
        size: tuple[int, int] | None = None,
    ) -> str:
        """Write by suffix: html, json, csv, geojson, gpkg, parquet, png, svg, pdf, md; whole or not at all.

        Also kml and kmz; qgz, a QGIS project; docx and pptx (extra ``office``); zip, a CSV and a GeoJSON with the
        same ids for Datawrapper or Flourish. Markdown gets its picture as a .png of the same name beside it, a
        QGIS project its data as NAME.qgz.gpkg. ``size``: pixels of a picture, wide and high.

        Returns
        -------
        str
            SHA-256 of the file, by which an editor checks that it is what the analyst made.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        check_suffix(target)
        self._keep_apart(target)
        if suffix in PAGES:
            write_whole(target, self.to_html(page=page, publish=publish, tiles=tiles))
        elif suffix == ".json":
            write_whole(target, as_json(self.to_dict()))
        elif suffix == ".md":
            from geomap.maps import alt_text
            from geomap.reports import render_markdown

            picture = target.with_suffix(".png")
            write_whole(picture, self._picture("png"))
            words = render_markdown(
                self.assessment,
                picture=picture.name,
                alt=alt_text(self.assessment, self._style),
                style=self._style,
                series=self._series(),
                corrections=self._corrections,
            )
            write_whole(target, words)
        elif suffix in PICTURES:
            write_whole(target, self._picture(suffix[1:], size))
        elif suffix in EXPORTS:
            writer_of(suffix)(self._export(), target)
        else:
            from geomap.reports import write_exports

            write_exports(self.assessment, target)
        return sha256(read_bytes(target)) if target.is_file() else ""

    def _keep_apart(self, target: Path) -> None:
        """Refuse to write over what the report was made from, and over a picture of another's beside a text."""
        from geomap.outputs import Read, check_side_picture, keep_apart

        methods = self.assessment.methods
        reads = [Read(Path(i.path)) for i in methods.inputs if i.path]
        reads += [
            Read(Path(s.provenance.path)) for c in self.assessment.control for s in c.snapshots if s.provenance.path
        ]
        beside = target.with_suffix(".png") if target.suffix.lower() == ".md" else None
        package = target.with_name(f"{target.name}.gpkg") if target.suffix.lower() == ".qgz" else None
        keep_apart([target, beside, package], reads)
        if beside is not None:
            check_side_picture(beside)

    def _export(self) -> Export:
        from geomap.maps import alt_text, picture
        from geomap.models import Label
        from geomap.wording import words

        told = words(self._style.language)
        order = (Label.DOES_NOT_FIT, Label.ROUGHLY_FITS, Label.FITS, Label.MAPS_CANNOT_SETTLE, Label.NOT_TESTABLE)
        return build_export(
            self.assessment,
            self.claims,
            style=self._style,
            title=self.summary,
            labels={str(label): told[f"label_{label}"] for label in order},
            alt=alt_text(self.assessment, self._style),
            picture=lambda: picture(self.assessment, self._gazetteer, "png", style=self._style),
        )

    def to_claimreview(self) -> str:
        """ClaimReview JSON-LD, safe inside a page's script element: a rating only where a verdict exists.

        Raises
        ------
        PublishError
            No claim is approved, or nobody is credited with the review.
        """
        from geomap.reports import claim_review

        return escape_for_script(as_json(claim_review(self.assessment, style=self._style)))

    def save_claimreview(self, path: str | Path) -> None:
        """Write ``to_claimreview`` to a file."""
        self._keep_apart(Path(path))
        write_whole(Path(path), self.to_claimreview())

    def __repr__(self) -> str:
        return f"<geomap.Report: {self.summary}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """HTML for the notebook, PNG where HTML is not trusted or not possible (PDF), and one line of text.

        The page stands in a sandboxed frame: nothing of it reaches the notebook.
        """
        import base64

        frame = (
            f'<iframe srcdoc="{html.escape(self.to_html(), quote=True)}" sandbox="allow-scripts allow-popups" '
            'style="width:100%;height:720px;border:1px solid #ccc" title="geomap report"></iframe>'
        )
        bundle = {
            "text/html": frame,
            "image/png": base64.b64encode(self._picture("png")).decode("ascii"),
            "text/plain": repr(self),
        }
        return {k: v for k, v in bundle.items() if (not include or k in include) and k not in (exclude or ())}
