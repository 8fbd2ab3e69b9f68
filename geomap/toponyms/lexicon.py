"""English words, first names and surnames with their commonness: what a capitalised word is when it is no place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Lexicon:
    """Commonness in [0, 1] of normalised words; 0 where unknown.

    Words: lower-case entries of SCOWL with the logarithm of their frequency in print; names: the logarithm of their
    frequency in the United States census of 1990.
    """

    words: dict[str, float] = field(default_factory=dict)
    first_names: dict[str, float] = field(default_factory=dict)
    surnames: dict[str, float] = field(default_factory=dict)

    def common(self, key: str) -> float:
        return self.words.get(key, 0.0)

    def first_name(self, key: str) -> float:
        return self.first_names.get(key, 0.0)

    def surname(self, key: str) -> float:
        return self.surnames.get(key, 0.0)
