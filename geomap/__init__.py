"""From a news story to a checked map.

>>> import geomap
>>> report = geomap.report("story.txt", control="snapshots/")  # doctest: +SKIP
>>> report.save("report.html")  # doctest: +SKIP

Everything is imported when it is first used, so that ``import geomap`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from geomap.asking import check, extract, toponyms
    from geomap.control import read_control
    from geomap.corpus import read_corpus
    from geomap.errors import GeomapError
    from geomap.gazetteer import Gazetteer, read_gazetteer
    from geomap.geodesy import area
    from geomap.hulls import Hull
    from geomap.measure import Distance, change, distance, hull, resolve, series
    from geomap.models import Article, Assessment, Claim, Label, Place, Toponym, Verdict
    from geomap.pipeline import report
    from geomap.results import Report
    from geomap.settings import Settings

_WHERE = {
    "Article": "models",
    "Assessment": "models",
    "Claim": "models",
    "Distance": "measure",
    "Gazetteer": "gazetteer",
    "GeomapError": "errors",
    "Hull": "hulls",
    "Label": "models",
    "Place": "models",
    "Report": "results",
    "Settings": "settings",
    "Toponym": "models",
    "Verdict": "models",
    "area": "geodesy",
    "change": "measure",
    "check": "asking",
    "distance": "measure",
    "extract": "asking",
    "hull": "measure",
    "read_control": "control",
    "read_corpus": "corpus",
    "read_gazetteer": "gazetteer",
    "report": "pipeline",
    "resolve": "measure",
    "series": "measure",
    "toponyms": "asking",
}

__all__ = [
    "Article",
    "Assessment",
    "Claim",
    "Distance",
    "Gazetteer",
    "GeomapError",
    "Hull",
    "Label",
    "Place",
    "Report",
    "Settings",
    "Toponym",
    "Verdict",
    "area",
    "change",
    "check",
    "distance",
    "extract",
    "hull",
    "read_control",
    "read_corpus",
    "read_gazetteer",
    "report",
    "resolve",
    "series",
    "toponyms",
]


class _Stage(ModuleType):
    """A stage that bears the name of a question: called, it answers."""

    def __call__(self, *given: Any, **options: Any) -> Any:
        return getattr(import_module("geomap.asking"), self.__name__.rpartition(".")[2])(*given, **options)


class _Package(ModuleType):
    """Importing the stage ``geomap.toponyms`` puts it where ``geomap.toponyms(text)`` is looked for: it is both."""

    def __setattr__(self, name: str, value: Any) -> None:
        if _WHERE.get(name) == "asking" and isinstance(value, ModuleType):
            value.__class__ = _Stage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'geomap' has no attribute {name!r}")
    value = getattr(import_module(f"geomap.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
