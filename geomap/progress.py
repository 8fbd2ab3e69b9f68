"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told (what is done, how many, of how many)."""


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
