"""Errors that a user can mend, each one line: where, what was found, what was expected, what to try.

::

    GeomapError
    ├── InputError          an input file or record cannot be used
    │   ├── ControlError    a control map cannot be read whole
    │   │   └── UnknownMapError  polygons, but nothing says of what day or who holds them
    │   └── DecisionsError  a decisions file does not say what to do
    ├── PlaceError          a place name resolves to nothing
    ├── GazetteerError      the gazetteer or its index is missing, damaged or out of date
    ├── NetworkError        an online service that was asked for does not answer
    ├── OutputError         a result cannot be written
    └── PublishError        a page lacks what publication demands

``cli`` prints any of them as one line on stderr and exits with 1. Bugs keep their traceback.
"""


class GeomapError(Exception):
    """Base of all errors that geomap raises on purpose."""


class InputError(GeomapError):
    """An input file or record cannot be used."""


class ControlError(InputError):
    """A control map cannot be read whole."""


class UnknownMapError(ControlError):
    """Polygons of which nothing says of what day they are or who holds them: shapes, but no control map."""


class DecisionsError(InputError):
    """A decisions file does not say what to do."""


class PlaceError(GeomapError):
    """A place name resolves to nothing."""


class GazetteerError(GeomapError):
    """The gazetteer or its index is missing, damaged or out of date."""


class NetworkError(GeomapError):
    """An online service that was asked for does not answer."""


class OutputError(GeomapError):
    """A result cannot be written."""


class PublishError(GeomapError):
    """A page lacks what publication demands."""
