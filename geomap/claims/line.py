"""A stretch of tokens in one language, as the readers of numbers and quantities see it."""

from __future__ import annotations

from geomap.claims.language import Language
from geomap.claims.tokens import Tokens

DASHES = frozenset({"-", "–", "—", "‑"})


class Line:
    """Tokens [first, stop) of a text. Nothing stands at or after ``stop``: ``at`` says "", ``among`` says no.

    ``commas``: the text writes decimal commas, whatever its language does.
    """

    __slots__ = ("commas", "first", "lang", "low", "stop", "tokens", "word")

    def __init__(self, tokens: Tokens, first: int, stop: int, lang: Language, commas: bool = False) -> None:
        self.tokens, self.first, self.stop, self.lang, self.commas = tokens, first, stop, lang, commas
        self.low, self.word = tokens.low, tokens.word

    def until(self, stop: int) -> Line:
        """The same line, cut at ``stop`` if that comes first."""
        return self if stop >= self.stop else Line(self.tokens, self.first, stop, self.lang, self.commas)

    def since(self, first: int) -> Line:
        """The same line from token ``first`` on."""
        return Line(self.tokens, first, self.stop, self.lang, self.commas)

    def at(self, i: int) -> str:
        """The word at token i in small letters, or ""."""
        return self.low[i] if i < self.stop else ""

    def among(self, i: int, words: str) -> bool:
        """Whether the word at token i is in the language's list ``words``."""
        return 0 <= i < self.stop and self.low[i] in self.lang.words(words)

    def any_among(self, words: str, start: int, stop: int) -> bool:
        """Whether a word of tokens [start, stop), none before the line, is in the list ``words``."""
        listed = self.lang.words(words)
        return any(self.low[i] in listed for i in range(max(self.first, start), min(self.stop, stop)))

    def past(self, i: int, words: str) -> int:
        """The token after i if the word there is in the list ``words``, else i."""
        return i + 1 if self.among(i, words) else i

    def past_hyphen(self, i: int) -> int:
        return i + 1 if self.at(i) == "-" else i

    def starts_figure(self, i: int) -> bool:
        """Whether digits or a number in words begin at token i."""
        return i < self.stop and (self.word[i][0].isdecimal() or self.low[i] in self.lang.numbers)

    def unit(self, i: int) -> tuple[str, int] | None:
        """The code of the unit at token i, and the token after it."""
        return self.lang.units.match(self.low, i, self.stop)

    def period(self, i: int) -> tuple[float, int] | None:
        """Days of the period at token i ("a week"), and the token after it."""
        return self.lang.periods.match(self.low, i, self.stop)

    def hedge(self, i: int) -> tuple[str, int] | None:
        """The qualifier of the hedge that begins at token i ("more than"), and the token after it."""
        return self.lang.before.match(self.low, i, self.stop)

    def hedge_back(self, j: int, first: int | None = None) -> tuple[str, int] | None:
        """The qualifier of the hedge that ends before token j, and the token where it begins."""
        return self.lang.before.match_back(self.low, j, self.first if first is None else first)

    def past_hedges(self, i: int, reach: int) -> int:
        """The token after the hedges that follow one another from token i on; no further than ``reach``."""
        while i < min(self.stop, reach) and (hit := self.hedge(i)) is not None:
            i = hit[1]
        return i

    def hedge_after(self, i: int) -> tuple[str, int] | None:
        """The qualifier of words after a figure that begin at token i ("or more"), and the token after them."""
        return self.lang.after.match(self.low, i, self.stop)

    def spreads_over(self, i: int) -> bool:
        """Whether "over" after token i says where, not how much: "spread on Wednesday over 10,000 square miles"."""
        weekdays = self.lang.maps.get("weekdays", {})
        while i > self.first and (self.low[i] in weekdays or self.among(i, "on_words")):
            i -= 1
        return self.among(i, "before_loose")
