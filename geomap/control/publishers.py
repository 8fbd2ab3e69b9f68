"""Tables of events as their publishers give them, read as ours: who held which settlement from which day on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from geomap.errors import ControlError

Row = tuple[int, dict[str, Any]]

TAKEN = {"government regains territory", "non-state actor overtakes territory", "non-violent transfer of territory"}
"""ACLED's kinds of event after which its first actor holds the place (codebook 2023, "Battles" and "Strategic
developments"); all others say that something happened there, not who holds it."""
ACLED = ("event_id_cnty", "sub_event_type", "actor1", "location")
UCDP = ("type_of_violence", "side_a", "side_b", "where_coordinates")
VIINA = ("event_id_1pd", "t_mil_b")
"""Columns by which a publisher's table is known."""


def as_ours(rows: Sequence[Row], where: str, notes: list[str]) -> list[Row]:
    """Rows with our columns; a table of no known publisher as it is.

    Raises
    ------
    ControlError
        It is a publisher's table that does not say who holds what.
    """
    columns = {str(key).strip().casefold() for _, row in rows[:50] for key in row}
    if columns.issuperset(UCDP):
        raise ControlError(
            f"{where}: UCDP's table of violence; it does not say who holds a place. Expected settlement, holder, date"
        )
    if columns.issuperset(VIINA):
        raise ControlError(
            f"{where}: VIINA's table of single reports; who holds a place stands in its control_latest_YEAR.zip. "
            "Give that by --control"
        )
    if not columns.issuperset(ACLED):
        return list(rows)
    found = []
    for line, row in rows:
        plain = {str(key).strip().casefold(): value for key, value in row.items()}
        if str(plain.get("sub_event_type") or "").strip().casefold() in TAKEN:
            found.append((line, _from_acled(plain)))
    if not found:
        raise ControlError(f"{where}: ACLED's table without a transfer of territory; expected one in sub_event_type")
    notes.append(
        f"{where}: ACLED's table: {len(found)} of {len(rows)} events are transfers of territory, the others say "
        "nothing of who holds a place. Licence: ACLED's terms of use (acleddata.com), attribution ACLED"
    )
    return found


def _from_acled(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "settlement": row.get("location"),
        "holder": row.get("actor1"),
        "date": _day(row.get("event_date")),
        "source": f"ACLED: {row['source']}" if row.get("source") else "ACLED",
        "lat": row.get("latitude"),
        "lon": row.get("longitude"),
    }


def _day(written: Any) -> Any:
    """ACLED writes "3 April 2031" in its tables and 2031-04-03 in its answers to programs."""
    with suppress(ValueError):
        return datetime.strptime(str(written).strip(), "%d %B %Y").date().isoformat()
    return written
