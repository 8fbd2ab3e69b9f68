"""Control maps as a film: a frame a day, with the page's colours and the series' numbers."""

from geomap.film.making import Made, Story, make_film, read_story, size_of
from geomap.film.states import State, states_of

__all__ = ["Made", "State", "Story", "make_film", "read_story", "size_of", "states_of"]
