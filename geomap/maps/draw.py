"""An assessment as a map: ``draw_map`` for Python users, ``render_map`` for a page, ``page_parts`` for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from geomap.maps.antimeridian import straddles, together
from geomap.maps.boundaries import with_boundaries
from geomap.maps.features import (
    Bounds,
    Gazetteer,
    Shape,
    alt_text,
    claim_places,
    extent,
    is_wide,
    mentioned_places,
    printed_name,
    shapes,
)
from geomap.maps.geometry import widen
from geomap.maps.logo import logo_address
from geomap.maps.payload import (
    as_json,
    basemap_of,
    credits_of,
    features_of,
    layers_of,
    time_of,
)
from geomap.maps.sketch import PATTERNS, claim_sketch, story_sketch, swatch
from geomap.models import Assessment, report_record
from geomap.settings import PALETTE, Style
from geomap.wording import clip, direction, heading, measured, words

if TYPE_CHECKING:
    from geomap.maps.locked import MapParts, OfflineMap

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
DARK_KEPT = ("held", "contested", "change", "hull", "ambiguous")
"""Colours of a house palette that hold in dark mode too; ink, land and water follow the reader's mode."""

_SCRIPT_WORDS = (
    "card_open",
    "card_row",
    "card_more",
    "card_others",
    "card_close",
    "search_none",
    "zoom_in",
    "zoom_out",
)


def draw_map(
    assessment: Assessment,
    gazetteer: Gazetteer,
    *,
    style: Style | None = None,
    tiles: str | None = None,
    time: Sequence[Mapping[str, Any]] | None = None,
    title: str | None = None,
) -> OfflineMap:
    """Draw an assessment on a folium map that works with no network.

    Parameters
    ----------
    assessment
        Claims with verdicts and evidence; places; control maps.
    gazetteer
        Gives outlines of wide places and the ground under the story.
    style
        House style; ours where None.
    tiles
        Name of an xyzservices provider ("Esri.WorldGrayCanvas"): the page then asks its server for pictures.
    time
        For each control series its states in compact form: layer ("held", "contested") -> what
        ``control.timemap.encode`` gave for all its dates. None writes each state out, fifty times as long.
    title
        The page's title; by default the first article's.

    Returns
    -------
    folium.Map
        Takes what users add; ``save`` writes the locked page.
    """
    from shapely.geometry import shape as from_geojson

    from geomap.maps.locked import OfflineMap

    style = style or Style()
    gazetteer = with_boundaries(gazetteer, style)
    w = words(style.language)
    record = report_record(assessment)
    seam = straddles(assessment)
    if seam:
        assessment, gazetteer = together(assessment, gazetteer)
    provider = _provider(tiles) if tiles is not None else None
    bounds = extent(assessment, gazetteer)
    drawn = shapes(assessment, gazetteer, style)
    base, labels = basemap_of(gazetteer, bounds, assessment)
    ground = [(part["kind"], from_geojson(part["geometry"])) for part in base]
    series = [
        state
        for number, control in enumerate(assessment.control)
        if (state := time_of(control, bounds, style, time[number] if time else None)) is not None
    ]
    timed = any(len(s["steps"]) > 1 for s in series)
    layers = layers_of(assessment, drawn, style, bool(series))
    alt = alt_text(assessment, style)
    data = {
        **record,
        "features": {"type": "FeatureCollection", "features": features_of(drawn, bounds)},
        "map": {
            "bounds": [round(b, 5) for b in bounds],
            "reach": [round(b, 5) for b in _reach(bounds, drawn)],
            "layers": layers,
            "base": base,
            "labels": labels,
            "time": series,
            "tiled": provider is not None,
            "imperial": "imperial" in style.units,
            "seam": seam,
            "words": {key: w[key] for key in _SCRIPT_WORDS},
        },
    }
    body = _body(
        {
            "w": w,
            "alt": alt,
            "still": story_sketch(drawn, bounds, ground, style),
            "timed": timed,
            "layers": layers,
            "swatches": {layer["id"]: swatch(layer["id"]) for layer in layers},
            "series": [s["name"] for s in series],
            "credits": "; ".join(
                c for c in (credits_of(assessment, style), provider["attribution"] if provider else "") if c
            ),
            "tiles": w["tiles_disk"] if provider and "tile.openstreetmap.org" in provider["url"] else "",
            "borders": style.borders,
        }
    )
    made = OfflineMap(
        page={
            "language": style.language,
            "direction": direction(style),
            "title": clip(title or style.headline or map_title(assessment, style), 140),
            "byline": style.byline,
            "logo": logo_address(style.logo) if style.logo else "",
            "version": assessment.methods.version,
            "font": Markup(style.font or FONT),
            "w": w,
            "draft": not reviewed(assessment),
            "caption": style.caption,
            "credit": style.credit,
            "lines": _lines(assessment, style),
        },
        body=body,
        data=as_json(data),
        theme=theme(style),
        sketches={c.id: claim_sketch(c, style, assessment, ground) for c in assessment.claims},
        alt=alt,
        location=((bounds[1] + bounds[3]) / 2, (bounds[0] + bounds[2]) / 2),
    )
    if provider is not None:
        import folium

        folium.TileLayer(provider["url"], attr=" ", name=tiles, max_native_zoom=provider["most"]).add_to(made)
    return made


def _body(values: dict[str, Any]) -> Markup:
    from geomap.maps.locked import asset, environment

    return PATTERNS + Markup(environment().from_string(asset("map.html")).render(**values))


def render_map(assessment: Assessment, gazetteer: Gazetteer, **options: Any) -> str:
    """The locked page of the map alone, for embedding; options as of ``draw_map``."""
    return draw_map(assessment, gazetteer, **options).page()


def page_parts(assessment: Assessment, gazetteer: Gazetteer, **options: Any) -> MapParts:
    """The map as pieces of a larger page; options as of ``draw_map``."""
    return draw_map(assessment, gazetteer, **options).map_parts()


def embed_snippet(address: str, title: str, *, script: bool = True, height: int = 720) -> str:
    """HTML to paste into an article; with ``script`` the frame takes the height that the map asks for.

    ``address`` is where the map's page stands. Where a publishing system strips scripts, the frame keeps ``height``.
    """
    frame = Markup(
        '<iframe src="{}" title="{}" width="100%" height="{}" style="border:0" loading="lazy" '
        'sandbox="allow-scripts allow-popups"></iframe>'
    ).format(address, title, height)
    if not script:
        return str(frame)
    # the sender is checked: any page may post messages
    return (
        f'{frame}\n<script>(function (f) {{ addEventListener("message", function (e) {{ '
        'if (e.source === f.contentWindow && e.data && e.data.type === "geomap:resize") f.height = e.data.height; '
        "}); })(document.currentScript.previousElementSibling)</script>"
    )


def reviewed(assessment: Assessment) -> bool:
    """Whether a person has decided on every claim shown."""
    return bool(assessment.claims) and all(c.checked_by is not None for c in assessment.claims)


def map_title(assessment: Assessment, style: Style) -> str:
    """The article's title; of several, the places that most of their claims are about."""
    if len(assessment.articles) == 1:
        return heading(assessment.articles[0], 110)
    about = Counter(p.id for c in assessment.claims for p in claim_places(c))
    told = [m for m in mentioned_places(assessment) if not is_wide(m.place)]
    named = sorted(told, key=lambda m: (-about[m.place.id], -len(m.mentions)))
    names = ", ".join(printed_name(m.place, style) for m in named[:4])
    return names or words(style.language)["map"]


def theme(style: Style) -> str:
    """The palette as custom properties; in dark mode ours, save the data colours that the house chose."""
    light = "".join(f"--{name}:{style.colour(name)};" for name in PALETTE)
    house = "".join(f"--{name}:{style.palette[name]};" for name in DARK_KEPT if name in style.palette)
    dark = f"@media (prefers-color-scheme:dark){{:root{{{house}}}}}\n" if house else ""
    return f"@media (prefers-color-scheme:light),print{{:root{{{light}}}}}\n{dark}"


def _reach(bounds: Bounds, drawn: Sequence[Shape]) -> Bounds:
    """How far a reader may pan: the basemap's ground and every shape."""
    boxes = [widen(bounds, 4.0), *(s.geometry.bounds for s in drawn)]
    return (
        max(-200.0, min(b[0] for b in boxes) - 1),
        max(-85.0, min(b[1] for b in boxes) - 1),
        min(380.0 if bounds[2] > 180 else 200.0, max(b[2] for b in boxes) + 1),
        min(85.0, max(b[3] for b in boxes) + 1),
    )


def _lines(assessment: Assessment, style: Style) -> list[str]:
    """Each tested claim in a line, for readers without scripts."""
    w = words(style.language)
    lines = []
    for claim in assessment.tested:
        assert claim.verdict is not None
        shown = measured(claim, style)
        parts = [f"“{clip(claim.quote, 160)}”", w[f"label_{claim.verdict.label}"], shown]
        lines.append(" — ".join(p for p in parts if p))
    return lines


def _provider(name: str) -> dict[str, Any]:
    """A tile provider by name, as xyzservices knows it.

    Raises
    ------
    InputError
        xyzservices is not installed, or it knows no such provider, or the provider wants a key.
    """
    from geomap.errors import InputError

    try:
        import xyzservices.providers as providers
    except ImportError:
        raise InputError("--tiles: needs xyzservices; pip install 'geomap-territory[tiles]'") from None
    try:
        provider = providers.query_name(name)
    except ValueError:
        raise InputError(f"--tiles: no provider {name!r}; expected one like Esri.WorldGrayCanvas") from None
    if provider.requires_token():
        raise InputError(f"--tiles: {provider.name} wants a key; expected one without, like Esri.WorldGrayCanvas")
    return {
        "url": provider.build_url(scale_factor=""),
        "attribution": str(provider.attribution),
        "most": int(provider.get("max_zoom", 18)),
    }
