"""What ``geomap.report`` gives: judged claims that show themselves in Jupyter and save themselves by suffix."""

from __future__ import annotations

import html
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import read_bytes, sha256, shown, write_whole, writing
from geomap.models import Assessment

if TYPE_CHECKING:
    import folium
    import geopandas
    from matplotlib.figure import Figure

    from geomap.gazetteer import Gazetteer
    from geomap.settings import Style

PAGES = (".html", ".htm")
PICTURES = (".png", ".svg", ".pdf")
TABLES = (".csv", ".geojson", ".gpkg", ".parquet")


class Report:
    """A judged set of articles.

    Attributes
    ----------
    assessment : Assessment
        Every record: articles, toponyms, claims with verdicts and evidence, comparisons, methods.
    """

    def __init__(self, assessment: Assessment, gazetteer: Gazetteer, style: Style | None = None) -> None:
        self.assessment = assessment
        self._gazetteer = gazetteer
        self._style = style

    @property
    def summary(self) -> str:
        """The finding in one sentence."""
        from geomap.reports import summary_sentence

        return summary_sentence(self.assessment)

    @cached_property
    def claims(self) -> geopandas.GeoDataFrame:
        """One row a claim, flat typed columns (``verdict_label``, ``claimed_low_km2``, ...), EPSG:4326."""
        from geomap.reports import claims_frame

        return claims_frame(self.assessment)

    @property
    def map(self) -> folium.Map:
        """A new folium map; add your own Marker, Icon or GeoJson to it."""
        from geomap.maps import draw_map

        return draw_map(self.assessment, self._gazetteer, style=self._style)

    def explore(self) -> folium.Map:
        """The map, under the name that geopandas' users know."""
        return self.map

    def plot(self) -> Figure:
        """The map as a matplotlib figure: the static twin."""
        from geomap.maps import draw_static

        return draw_static(self.assessment, self._gazetteer, style=self._style)

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
        from geomap.maps import page_parts, render_map
        from geomap.reports import render_report

        if page == "map":
            return render_map(self.assessment, self._gazetteer, style=self._style, publish=publish, tiles=tiles)
        parts = page_parts(self.assessment, self._gazetteer, style=self._style, publish=publish, tiles=tiles)
        return render_report(self.assessment, parts, style=self._style, publish=publish)

    def save(self, path: str | Path, *, page: str = "report", publish: bool = False, tiles: str | None = None) -> str:
        """Write by suffix: html, json, csv, geojson, gpkg, parquet, png, svg, pdf or md; whole or not at all.

        Returns
        -------
        str
            SHA-256 of the file, by which an editor checks that it is what the analyst made.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix in PAGES:
            write_whole(target, self.to_html(page=page, publish=publish, tiles=tiles))
        elif suffix == ".json":
            from geomap.reports import render_json

            write_whole(target, render_json(self.to_dict()))
        elif suffix == ".md":
            from geomap.reports import render_markdown

            write_whole(target, render_markdown(self.assessment))
        elif suffix in PICTURES:
            from geomap.maps import write_static

            with writing(target) as beside:
                write_static(self.assessment, self._gazetteer, beside, style=self._style)
        elif suffix in TABLES:
            from geomap.reports import write_table

            with writing(target) as beside:
                write_table(self.assessment, beside)
        else:
            expected = " ".join((*PAGES[:1], ".json", ".md", *PICTURES, *TABLES))
            raise OutputError(f"{shown(target)}: unknown suffix; expected one of {expected}")
        return sha256(read_bytes(target))

    def save_claimreview(self, path: str | Path) -> None:
        """Write ClaimReview JSON-LD: a rating only where a verdict exists."""
        from geomap.reports import claim_review, render_json

        write_whole(Path(path), render_json(claim_review(self.assessment)))

    def __repr__(self) -> str:
        return f"<geomap.Report: {self.summary}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """HTML for the notebook, PNG where HTML is not trusted or not possible (PDF), and one line of text.

        The page stands in a sandboxed frame: nothing of it reaches the notebook.
        """
        import base64
        import io

        picture = io.BytesIO()
        self.plot().savefig(picture, format="png", dpi=110)
        frame = (
            f'<iframe srcdoc="{html.escape(self.to_html(), quote=True)}" sandbox="allow-scripts allow-popups" '
            'style="width:100%;height:720px;border:1px solid #ccc" title="geomap report"></iframe>'
        )
        bundle = {
            "text/html": frame,
            "image/png": base64.b64encode(picture.getvalue()).decode("ascii"),
            "text/plain": repr(self),
        }
        return {k: v for k, v in bundle.items() if (not include or k in include) and k not in (exclude or ())}
