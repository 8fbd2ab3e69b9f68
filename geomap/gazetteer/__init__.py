"""Gazetteer: name -> candidates -> places with geometry. Everything is lazy; opening takes milliseconds.

::

    gazetteer = read_gazetteer()                    # builds the index on first use, into the user's cache
    gazetteer.find("Izyum", country=None, near=(lat, lon), limit=10, fuzzy=True)   # list[Place], best first, scored
    gazetteer.candidates("Kherson region")          # list[Candidate], exact after normalise, most important first
    gazetteer.has("kherson")                        # is this normalised key a name?
    gazetteer.has_prefix("new york")                # does a longer name begin with these words?
    gazetteer.similar("Kupiank")                    # [(edits, key)]: Latin keys within two edits
    gazetteer.demonym("Ukrainians")                 # Candidate of the country, region or continent, or None
    gazetteer.place("geonames:706483")              # Place by id, or None
    normalise("St. Petersburg")                     # "saint petersburg"
    strip_feature_word("kharkiv region")            # ("kharkiv", ("A.ADM1", ...)), or None

Ids: ``geonames:ID`` (countries and regions too), ``geomap:KEY`` (supplement, lakes, rivers, areas),
``border:A-B``, ``katottg:CODE`` (approximate). Coordinates of candidates are WGS 84 degrees.
"""

from __future__ import annotations

from geomap.gazetteer.gazetteer import Gazetteer, read_gazetteer
from geomap.gazetteer.names import normalise, skeleton, strip_feature_word
from geomap.gazetteer.search import Candidate

__all__ = ["Candidate", "Gazetteer", "normalise", "read_gazetteer", "skeleton", "strip_feature_word"]
