"""Nominatim, only when asked for: own contact, one request a second, answers kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from geomap.errors import InputError, NetworkError
from geomap.gazetteer import cache
from geomap.models import Place

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
"""Must stand on whatever shows an answer (Open Database Licence)."""
SECONDS_APART = 1.0
"""Nominatim's usage policy: no more than one request a second."""
TIMEOUT_SECONDS = 10.0
SHOWN = 10

_last_request = 0.0

# OSM's class/type to GeoNames' class and code; what is not here is a spot.
_FEATURES = {
    ("place", "city"): "P.PPL", ("place", "town"): "P.PPL", ("place", "village"): "P.PPL",
    ("place", "hamlet"): "P.PPL", ("place", "suburb"): "P.PPLX", ("place", "island"): "T.ISL",
    ("place", "country"): "A.PCLI", ("place", "state"): "A.ADM1", ("place", "region"): "L.RGN",
    ("boundary", "administrative"): "A.ADM", ("waterway", "river"): "H.STM", ("waterway", "canal"): "H.CNL",
    ("natural", "water"): "H.LK", ("natural", "bay"): "H.BAY", ("natural", "peak"): "T.PK",
}  # fmt: skip


def find_online(
    name: str,
    *,
    contact: str,
    country: str | None = None,
    limit: int = 5,
    domain: str = "nominatim.openstreetmap.org",
    scheme: str = "https",
    wait: Callable[[float], None] = sleep,
) -> list[Place]:
    """Ask a Nominatim server for a name; best first, with the server's importance as score.

    Parameters
    ----------
    name
        As a person would type it.
    contact
        E-mail or web address of who asks, sent in the user agent as the usage policy wants.
    country
        ISO alpha-2 code to search within.
    limit
        At most so many places, up to 10.
    domain, scheme
        Of the server, for one's own Nominatim.
    wait
        Called with the seconds until the next request may go.

    Returns
    -------
    list of Place
        Ids ``osm:node/1`` and so on, source "Nominatim". Show ``ATTRIBUTION`` beside them.

    Raises
    ------
    InputError
        Without a contact.
    NetworkError
        Where the server refuses (403, 429), does not answer in 10 s or answers with something else.
    """
    if not contact.strip():
        raise InputError("--online needs a contact (e-mail or web address): Nominatim's policy asks who is asking")
    limit = max(1, min(limit, SHOWN))
    key = json.dumps([scheme, domain, name.strip(), (country or "").lower(), limit], ensure_ascii=False)
    path = (
        cache.cache_folder() / "nominatim" / f"{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}.json"
    )
    answer = _read_answer(path)
    if answer is None:
        answer = _ask(name, contact.strip(), country, limit, domain, scheme, wait)
        _write_answer(path, answer)
    return [_to_place(record) for record in answer]


def _ask(
    name: str, contact: str, country: str | None, limit: int, domain: str, scheme: str, wait: Callable[[float], None]
) -> list[dict[str, Any]]:
    from geopy.adapters import URLLibAdapter
    from geopy.exc import (
        GeocoderInsufficientPrivileges,
        GeocoderQuotaExceeded,
        GeocoderRateLimited,
        GeocoderServiceError,
        GeocoderTimedOut,
    )
    from geopy.geocoders import Nominatim

    import geomap

    global _last_request
    if (left := _last_request + SECONDS_APART - monotonic()) > 0:
        wait(left)
    agent = f"geomap/{getattr(geomap, '__version__', '0')} ({contact})"
    # urllib's adapter: the other one silently asks three times, which the usage policy forbids
    geocoder = Nominatim(
        user_agent=agent, timeout=TIMEOUT_SECONDS, domain=domain, scheme=scheme, adapter_factory=URLLibAdapter
    )
    try:
        found = geocoder.geocode(
            name, exactly_one=False, limit=limit, addressdetails=True, language="en",
            country_codes=country.lower() if country else None,
        )  # fmt: skip
    except (GeocoderQuotaExceeded, GeocoderRateLimited) as error:
        raise NetworkError(f"{domain}: too many requests (429); wait a few minutes, or ask your own server") from error
    except GeocoderInsufficientPrivileges as error:
        raise NetworkError(f"{domain}: refused (403); state a real contact, or ask your own server") from error
    except GeocoderTimedOut as error:
        raise NetworkError(
            f"{domain}: busy, or no answer within {TIMEOUT_SECONDS:g} s; try without --online"
        ) from error
    except (GeocoderServiceError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NetworkError(f"{domain}: cannot be asked ({' '.join(str(error).split())[:200]})") from error
    finally:
        _last_request = monotonic()
    return [location.raw for location in found or ()]


def _read_answer(path: Path) -> list[dict[str, Any]] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, list) else None


def _write_answer(path: Path, answer: list[dict[str, Any]]) -> None:
    """Kept until the cache is cleared; a full or read-only disk only means asking again."""
    partial = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)


def _to_place(record: dict[str, Any]) -> Place:
    try:
        address = record.get("address") or {}
        osm_class, osm_type = str(record.get("class") or record.get("category")), str(record.get("type"))
        address_type = str(record.get("addresstype"))
        name = record.get("name") or str(record["display_name"]).partition(",")[0]
        return Place(
            id=f"osm:{record['osm_type']}/{record['osm_id']}", name=str(name), lat=float(record["lat"]),
            lon=float(record["lon"]),
            feature=_FEATURES.get(("place", address_type)) or _FEATURES.get((osm_class, osm_type), "S.SPOT"),
            country=str(address.get("country_code", "")).upper() or None,
            admin1=address.get("state") or None,
            score=round(min(max(float(record.get("importance") or 0.0), 0.0), 1.0), 4), source="Nominatim",
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(f"Nominatim's answer lacks what a place needs ({error!r}); is the server one?") from error
