"""What geomap says, before it is said in a language: an id and typed values, no words of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article, to stand in the quotation marks of the reader's language, cut where they are long."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A place by its name; ``place`` is its id, by which a house may spell it otherwise."""

    name: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A range (None: an open end) in a unit of the records, said in the reader's units."""

    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one thing is another: two digits below ten, three above."""

    value: float


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence or clause: ``id`` names its words in every ``lang/*/messages.toml``, ``parameters`` fill their gaps.

    ``str(message)`` is its English, as records have it.
    """

    id: str
    parameters: tuple[tuple[str, Parameter], ...] = ()

    def __str__(self) -> str:
        from geomap.wording import render

        return render(self)

    def __contains__(self, words: str) -> bool:
        return words in str(self)


Parameter = str | int | float | date | Quote | Named | Quantity | Ratio | Message | tuple["Parameter", ...]
"""What a gap may hold. A str is words from outside (a holder, a map's name) and stands as given; a tuple is a list."""

Text = Message | str
"""What is said to a reader: ours as a message; a str came from outside, or from a person, and stands as given."""


def message(id: str, /, **parameters: Parameter) -> Message:
    """A message by its id.

    >>> str(message("reading.by_map_of", day=date(2022, 9, 10)))
    'by the map of 10 Sep 2022'
    """
    return Message(id, tuple(parameters.items()))
