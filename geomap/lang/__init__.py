"""Languages as data: one folder a language, one file a purpose, read when first asked for.

===================  =================================================================================
``telling.toml``     letters and words by which a text is known to be in that language
``claims.toml``      words, numbers and units by which ``claims`` reads what a sentence claims
``names.toml``       words that stand around, inside and instead of place names, for ``toponyms``
``forms.toml``       endings by which names are found in any case
``messages.toml``    what geomap says in that language
===================  =================================================================================

A language is there when its folder is: no code names one. ``README.md`` beside this file says what each list does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, cast

from geomap.errors import InputError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

P = ParamSpec("P")
R = TypeVar("R")


class _Cached(Protocol):
    def cache_clear(self) -> None: ...


C = TypeVar("C", bound=_Cached)

_folders: list[Traversable] = [files(__name__)]
_emptied: list[Callable[[], None]] = []


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Like ``functools.cache``, but forgets when a folder of languages comes or goes: for what is made of tables."""
    return cast("Callable[P, R]", forgetful(cache(function)))


def forgetful(cached: C) -> C:
    """Let what is cached by ``functools.lru_cache`` forget when a folder of languages comes or goes."""
    _emptied.append(cached.cache_clear)
    return cached


@kept
def languages(purpose: str) -> tuple[str, ...]:
    """Codes of the languages that have a file for the purpose ("claims", "names", "messages"), sorted."""
    found = {
        folder.name
        for home in _folders
        for folder in home.iterdir()
        if folder.is_dir() and folder.joinpath(f"{purpose}.toml").is_file()
    }
    return tuple(sorted(found))


@kept
def table(language: str, purpose: str) -> Mapping[str, Any]:
    """A language's file for the purpose, as TOML gives it. InputError names the languages that have one."""
    for home in reversed(_folders):
        file = home.joinpath(language, f"{purpose}.toml")
        if file.is_file():
            try:
                return tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise InputError(f"{language}/{purpose}.toml: {error}; expected a TOML file of words") from None
    have = ", ".join(languages(purpose)) or "none"
    raise InputError(f"language: found {language!r}; expected one that has a {purpose}.toml: {have}")


@contextmanager
def further(folder: Path) -> Iterator[None]:
    """Languages of a further folder are known while this lasts; its files stand before those of the package."""
    _folders.append(folder)
    _forget()
    try:
        yield
    finally:
        _folders.remove(folder)
        _forget()


def _forget() -> None:
    for empty in _emptied:
        empty()
