"""A folium map that works with no network and a page that lets nothing in: hash-based Content Security Policy.

folium loads eleven files from four hosts, numbers its parts at random and hands strings to the browser as markup.
Here Leaflet stands in the page (from the dependency XStatic-Leaflet), parts are counted, and the page's policy names
the hash of each script that may run; nothing else runs, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure
from jinja2 import Environment, Template
from markupsafe import Markup

from geomap.errors import OutputError
from geomap.wording import visible

START = "geomap.start"
"""What the page's own script is called by; it gives the Leaflet map that folium's parts add themselves to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapParts:
    """A locked map as pieces of a page: ``csp`` and ``css`` for the head, ``body``, ``scripts`` for the end.

    ``sketches``: claim id -> small SVG drawing. ``alt``: the map in words. ``logo``: a data address.
    """

    csp: Markup = field(repr=False)
    css: Markup = field(repr=False)
    body: Markup = field(repr=False)
    scripts: Markup = field(repr=False)
    sketches: dict[str, Markup] = field(repr=False, default_factory=dict)
    alt: str = ""
    logo: str = ""


@cache
def asset(name: str) -> str:
    """A file of this package's ``assets`` folder."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


@cache
def leaflet() -> tuple[str, str]:
    """Leaflet's script and style sheet, its pictures inlined or left out."""
    from xstatic.pkg import leaflet as package

    folder = Path(package.BASE_DIR)
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    script = re.sub(r"\n//# sourceMappingURL=.*", "", script).replace("</script", "<\\/script")
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    # control pictures of parts that this page does not use
    return script, re.sub(r"url\([^)]*\)", "none", style)


@cache
def marker_pictures() -> dict[str, str]:
    """Leaflet's marker pin and its shadow as data addresses, for markers that users add."""
    from xstatic.pkg import leaflet as package

    folder = Path(package.BASE_DIR) / "images"
    return {
        key: "data:image/png;base64," + base64.b64encode((folder / name).read_bytes()).decode("ascii")
        for key, name in (
            ("iconUrl", "marker-icon.png"),
            ("iconRetinaUrl", "marker-icon-2x.png"),
            ("shadowUrl", "marker-shadow.png"),
        )
    }


def environment() -> Environment:
    """jinja2 with autoescape on: whatever is not ``Markup`` is text."""
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=seen)


def seen(value: Any) -> Any:
    """Text from outside without what would hide or turn it; markup of our own as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def script_hash(script: str) -> str:
    """A script's name in a Content Security Policy."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii") + "'"


def policy(scripts: list[str], tiles: list[str]) -> Markup:
    """The policy: our scripts by hash, our styles, pictures from within the page (and the tiles asked for)."""
    rules = [
        "default-src 'none'",
        "script-src " + " ".join(dict.fromkeys(script_hash(s) for s in scripts)),
        "style-src 'unsafe-inline'",
        "img-src " + " ".join(["data:", *tiles]),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format("; ".join(rules))


class OfflineMap(folium.Map):
    """``folium.Map`` with the story drawn on it. Add Marker, Icon, GeoJson or anything that needs no CDN.

    ``save`` and ``get_root().render()`` give the locked page; ``map_parts`` the same map as pieces of a page.
    """

    _template = Template("{% macro script(this, kwargs) %}var {{ this.get_name() }} = geomap.start();{% endmacro %}")

    def __init__(
        self,
        *,
        page: dict[str, Any],
        body: Markup,
        data: str,
        theme: str,
        sketches: dict[str, Markup],
        alt: str,
        location: tuple[float, float],
    ) -> None:
        super().__init__(location=list(location), tiles=None)
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        figure = LockedFigure()
        figure.add_child(self)
        self._page, self._body, self._data, self._theme = page, body, data, theme
        self._sketches, self._alt = sketches, alt

    def get_name(self) -> str:
        """The variable that holds the Leaflet map."""
        return f"map_{self._id}"

    def map_parts(self) -> MapParts:
        """The locked map as pieces of a page, with whatever was added to it."""
        figure = self.get_root()
        assert isinstance(figure, LockedFigure)
        own, styles, markup = figure.gather()
        library, library_style = leaflet()
        scripts = [library]
        if own.strip() != f"var {self.get_name()} = geomap.start();":
            scripts.append(_stock_script())
        scripts += [asset("map.js"), "(function () {\n" + own + "\ngeomap.ready();\n})();\n"]
        tags = Markup("\n").join(Markup("<script>") + Markup(s) + Markup("</script>") for s in scripts)
        data = Markup('<script type="application/json" id="geomap-data">') + Markup(self._data) + Markup("</script>\n")
        css = library_style + asset("theme.css") + self._theme + asset("map.css")
        return MapParts(
            csp=policy(scripts, figure.tile_hosts()),
            css=Markup("<style>\n") + Markup(css) + Markup("</style>\n") + Markup(styles),
            body=self._body + Markup(markup),
            scripts=data + tags,
            sketches=self._sketches,
            alt=self._alt,
            logo=self._page["logo"],
        )

    def page(self) -> str:
        """The map's own page."""
        template = environment().from_string(asset("page.html"))
        return template.render(parts=self.map_parts(), **self._page) + "\n"


class LockedFigure(Figure):
    """The page around an ``OfflineMap``."""

    def __init__(self) -> None:
        super().__init__(height="640")

    def render(self, **kwargs: Any) -> str:
        """The whole page. OutputError names a part that would need the network."""
        return next(c for c in self._children.values() if isinstance(c, OfflineMap)).page()

    def gather(self) -> tuple[str, str, str]:
        """Script, styles and markup of the map and of what was added, parts numbered in order."""
        parts = list(_tree(self))
        for part in parts:
            _refuse_remote(part)
        for number, part in enumerate(parts):
            part._id = f"{number:x}"
        for bucket in (self.header, self.html, self.script):
            bucket._children.clear()
        for child in self._children.values():
            child.render()
        header = self.header.render()
        if re.search(r"<(script|link)\b", header, re.IGNORECASE):
            found = re.search(r"https?://[^\"'\s>]+", header)
            raise OutputError(
                f"map: an added part loads {found.group() if found else 'a script'}; expected parts that work offline. "
                "Add Marker, Icon, GeoJson or FeatureGroup, or draw it with stock folium"
            )
        script = self.script.render()
        if "</script" in script.lower():
            script = re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE)
        return script, header, self.html.render()

    def tile_hosts(self) -> list[str]:
        """Hosts of tile layers that the user added, for the policy."""
        hosts = []
        for part in _tree(self):
            if isinstance(part, folium.TileLayer):
                url = urlsplit(str(part.tiles).replace("{s}.", "*."))
                if url.scheme != "https" or not re.fullmatch(r"(\*\.)?[\w.-]+(:\d+)?", url.netloc):
                    raise OutputError(f"tiles: found {str(part.tiles)[:80]!r}; expected an https address")
                hosts.append(f"https://{url.netloc}")
        return list(dict.fromkeys(hosts))


def _tree(element: Element) -> list[Element]:
    """An element's descendants, in the order in which they were added."""
    found = []
    for child in element._children.values():
        found += [child, *_tree(child)]
    return found


def _refuse_remote(part: Element) -> None:
    remote = [url for _, url in [*getattr(part, "default_js", []), *getattr(part, "default_css", [])]]
    if remote:
        raise OutputError(
            f"map: {type(part).__name__} loads {remote[0]}; expected parts that work offline. "
            "Add Marker, Icon, GeoJson or FeatureGroup, or draw it with stock folium"
        )


def _stock_script() -> str:
    """What folium's Marker, Icon and Popup expect beside Leaflet, without jQuery, Bootstrap or Font Awesome."""
    import json

    return asset("stock.js").replace('"PICTURES"', json.dumps(marker_pictures()))
