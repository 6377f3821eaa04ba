"""Where a sign-in came from, in words, for its owner to recognise. The network address itself is not kept.

The file of countries is built in (assets/build.py); an operator may set KE_PLACES_FILE to one that knows towns.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_babel import get_locale
from flask_babel import gettext as _

if TYPE_CHECKING:
    from maxminddb.reader import Reader

BUILT_IN = Path(__file__).resolve().parent.parent / "data" / "countries.mmdb"

log = logging.getLogger(__name__)


def of_request() -> str:
    """Where the request that is being answered comes from."""
    return in_words(request.remote_addr or "")


def in_words(address: str) -> str:
    """``Leeds, United Kingdom``, ``United Kingdom``, ``a private network``; empty where nobody can tell."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return str(_("the computer that runs the exchange"))
    if found.is_private:
        return str(_("a private network"))
    record = _record(str(found))
    return ", ".join(part for part in (_town(record), _country(record)) if part)


def _record(address: str) -> Mapping[str, Any]:
    reader = _reader(str(current_app.config["KE_PLACES_FILE"] or BUILT_IN))
    try:
        found = reader.get(address) if reader else None
    except ValueError:
        # A file of IPv4 addresses alone, asked for another.
        found = None
    return found if isinstance(found, dict) else {}


@cache
def _reader(path: str) -> Reader | None:
    from maxminddb import InvalidDatabaseError, open_database

    try:
        return open_database(path)
    except (OSError, InvalidDatabaseError):
        log.warning("sign-ins are listed without a place: the file of places can't be read")
        return None


def _country(record: Mapping[str, Any]) -> str:
    code = record.get("country_code") or _inner(record, "country", "iso_code")
    locale = get_locale()
    names: Mapping[str, str] = locale.territories if locale else {}
    return names.get(str(code), "") if code else ""


def _town(record: Mapping[str, Any]) -> str:
    town = record.get("city")
    return town if isinstance(town, str) else str(_inner(record, "city", "names", "en") or "")


def _inner(record: Mapping[str, Any], *names: str) -> Any:
    found: Any = record
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
