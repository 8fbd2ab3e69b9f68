"""Gazetteer: name -> candidates -> places with geometry. Everything is lazy; opening takes milliseconds.

::

    gazetteer = read_gazetteer()                    # maps the index that came with geomap; else builds one, once
    gazetteer.find("Izyum", country=None, near=(lat, lon), limit=10, fuzzy=True)   # list[Place], best first, scored
    gazetteer.candidates("Kherson region")          # list[Candidate], exact after normalise, most important first
    gazetteer.has("kherson")                        # is this normalised key a name?
    gazetteer.has_prefix("new york")                # does a longer name begin with these words?
    gazetteer.similar("Kupiank")                    # [(edits, key)]: Latin keys within two edits
    gazetteer.demonym("Ukrainians")                 # Candidate of the country, region or continent, or None
    gazetteer.demonyms                              # {normalised demonym: place id}
    gazetteer.place("geonames:706483")              # Place by id, or None
    gazetteer.country("UA")                         # Place
    gazetteer.border("UA", "RU")                    # Place border:RU-UA, or None
    gazetteer.geometry(id)                          # shapely: polygon, line, else point; areas are reported on this
    gazetteer.clip_shape(id)                        # country or region for tests of "inside" and for clipping
    gazetteer.accuracy_km(river id, lat, lon)       # how far a river's true course may lie from its line there
    gazetteer.region_of(lat, lon)                   # (country, admin1 code, admin1 name), or None
    gazetteer.settlements(bounds)                   # GeoDataFrame, largest first; bounds: west, south, east, north
    gazetteer.basemap(bounds)                       # {countries, regions, lakes, rivers, places}: GeoDataFrames
    normalise("St. Petersburg")                     # "saint petersburg"
    strip_feature_word("kharkiv region")            # ("kharkiv", ("A.ADM1", ...)), or None

    get_countries(["UA", "SD"])                     # all of GeoNames' places there, fetched and built; asks the network
    build_layer(Path("UA.txt"))                     # a GeoNames dump as a layer; gives its folder
    add_places(Path("mine.csv"))                    # own places (CSV, GeoJSON) as a layer
    read_gazetteer(*installed_layers())             # with all layers of the user, nearest first
    info()                                          # what is embedded and layered, with hashes and licences
    find_online("Izium", contact="me@example.org")  # Nominatim, only when asked for

Ids: ``geonames:ID`` (countries and regions too), ``geomap:KEY`` (supplement, lakes, rivers, areas),
``border:A-B``, ``katottg:CODE`` (approximate). Coordinates of candidates are WGS 84 degrees.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.gazetteer import Gazetteer, read_gazetteer
from geomap.gazetteer.names import normalise, skeleton, strip_feature_word
from geomap.gazetteer.search import Candidate

if TYPE_CHECKING:
    from geomap.gazetteer.fetching import get_countries
    from geomap.gazetteer.layers import add_places, build_layer, info, installed_layers
    from geomap.gazetteer.online import find_online

# A look-up needs none of these, and they cost as much to import as it costs.
_LATER = {"add_places": "layers", "build_layer": "layers", "info": "layers", "installed_layers": "layers",
          "find_online": "online", "get_countries": "fetching"}  # fmt: skip

__all__ = [
    "Candidate",
    "Gazetteer",
    "add_places",
    "build_layer",
    "find_online",
    "get_countries",
    "info",
    "installed_layers",
    "normalise",
    "read_gazetteer",
    "skeleton",
    "strip_feature_word",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"geomap.gazetteer.{_LATER[name]}"), name)
    raise AttributeError(f"module 'geomap.gazetteer' has no attribute {name!r}")
