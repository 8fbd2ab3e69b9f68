"""Values from outside held against the types that they must have: once, at the door, by msgspec."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from geomap.errors import InputError
from geomap.files import shown

T = TypeVar("T")


def checked(value: Any, kind: type[T], where: str, *, error: type[InputError] = InputError) -> T:
    """``value`` (as JSON and TOML readers give it) as a ``kind``: a dataclass, a msgspec.Struct or a plain type.

    Raises
    ------
    InputError
        Or ``error``: it is no such value; the message names the key, what was found and what was expected.
    """
    import msgspec

    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        raise error(f"{where}{_told(str(wrong))}") from None
    except (OverflowError, RecursionError):
        raise error(f"{where}: a number too large or a value nested too deep; expected plain values") from None


def decoded(data: bytes, kind: type[T], where: str, *, expected: str) -> T:
    """JSON as a ``kind``.

    Raises
    ------
    InputError
        It is no JSON, or not of that kind; ``expected`` says of what.
    """
    import msgspec

    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as wrong:
        raise InputError(f"{where}{_told(str(wrong))}; expected {expected}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as wrong:
        raise InputError(f"{where}: not JSON ({shown(wrong)}); expected {expected}") from None


def _told(message: str) -> str:
    """msgspec's "Expected `float`, got `str` - at `$.a[3].b`" as ": a[3].b is of type str; expected float"."""
    what, _, path = message.partition(" - at `")
    path = shown(path.removesuffix("`").removeprefix("$").removeprefix(".")[:200])
    found = re.fullmatch(r"Expected `(.+)`, got `(.+)`", what)
    said = f" is of type {found[2]}; expected {found[1]}" if found else f" {what[:1].lower()}{what[1:]}"
    return f": {path or 'the whole'}{shown(said.replace('`', ''))}"
