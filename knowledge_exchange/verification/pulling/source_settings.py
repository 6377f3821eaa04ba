"""What is set of a source of rolls: its name, where its members renew, and where its roll is pulled from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import seal
from knowledge_exchange.core.db import db
from knowledge_exchange.core.text import one_line
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.pulling import address as registry_address
from knowledge_exchange.verification.pulling import registry

MAX_NAME_CHARS = 60
MAX_URL_CHARS = 500
MIN_HOURS, USUAL_HOURS, MAX_HOURS = 1, 24, 31 * 24


class BadSource(ValueError):
    """Something can't be set so; ``field`` says which part, the message why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be set; None stays as it is."""

    name: str | None = None
    renew_url: str | None = None
    #: Empty: no pulling.
    kind: str | None = None
    url: str | None = None
    #: Empty: none is sent. It is sealed, and shown to nobody again.
    token: str | None = None
    every_hours: int | None = None


def change(source: str, changes: Changes, *, actor: int | None) -> list[str]:
    """In a unit of work: set what is to be set, of a new source too; what changed, in words for the record.

    Raises :class:`BadSource`; nothing is changed then.
    """
    row = db.session.get(RollSource, source) or RollSource(source=source)
    _check(row, changes)
    changed = [*_change_words(row, changes), *_change_pulling(row, changes)]
    db.session.add(row)
    if changed:
        row.changed_at = now()
        record("roll.source_changed", actor=actor, note=f"{source}: {', '.join(changed)}")
    return changed


def _check(row: RollSource, changes: Changes) -> None:
    kind = row.pull_kind if changes.kind is None else changes.kind
    url = (row.pull_url or "") if changes.url is None else changes.url
    if changes.name is not None and not 0 < len(one_line(changes.name)) <= MAX_NAME_CHARS:
        raise BadSource("name", _("Give a name of at most %(most)s letters.", most=MAX_NAME_CHARS))
    if changes.renew_url and not _is_web_address(changes.renew_url):
        raise BadSource("renew_url", _("That is not a whole address: it begins with https://."))
    if changes.every_hours is not None and not MIN_HOURS <= changes.every_hours <= MAX_HOURS:
        raise BadSource("every_hours", _("Choose from %(least)s to %(most)s hours.", least=MIN_HOURS, most=MAX_HOURS))
    if kind and kind not in registry.kinds():
        known = ", ".join(registry.kinds())
        raise BadSource("kind", _("There is no registry of that kind here; there are: %(known)s.", known=known))
    if kind:
        _check_access(kind, url, changes.token or "")


def _check_access(kind: str, url: str, token: str) -> None:
    if not 0 < len(url) <= MAX_URL_CHARS:
        raise BadSource("url", _("Give the address of its roll, of at most %(most)s letters.", most=MAX_URL_CHARS))
    lenient = current_app.config["KE_ENV"] != "production"
    fault = registry_address.address_fault(url, is_lenient=lenient) if kind == registry.BUILT_IN else ""
    if fault:
        raise BadSource("url", fault)
    fault = registry_address.token_fault(token)
    if fault:
        raise BadSource("token", fault)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and url.isprintable() and len(url) <= MAX_URL_CHARS
    except ValueError:
        return False


def _change_words(row: RollSource, changes: Changes) -> list[str]:
    changed = []
    for name, value in (("name", changes.name), ("renew_url", changes.renew_url)):
        text = None if value is None else one_line(value)
        if text is not None and text != (getattr(row, name) or ""):
            setattr(row, name, text)
            changed.append("name" if name == "name" else "renewal address")
    return changed


def _change_pulling(row: RollSource, changes: Changes) -> list[str]:
    """Another place is another story: what was known of the old one is forgotten, and its token is not sent there."""
    changed = []
    before = (row.pull_kind or "", row.pull_url or "")
    after = (before[0] if changes.kind is None else changes.kind, before[1] if changes.url is None else changes.url)
    if after != before:
        row.pull_kind, row.pull_url = after
        row.pull_etag, row.pull_digest, row.pull_import_id = "", "", None
        changed.append("pulling: " + (after[0] or "off"))
        if changes.token is None and row.pull_token and not registry_address.same_origin(before[1], after[1]):
            row.pull_token = None
            changed.append("token removed")
    if changes.token is not None:
        row.pull_token = seal(changes.token.encode()) if changes.token else None
        changed.append("token")
    if changes.every_hours is not None and changes.every_hours != row.pull_every_hours:
        row.pull_every_hours = changes.every_hours
        changed.append(f"every {changes.every_hours} h")
    if changed:
        row.pull_due_at, row.pull_failures = None, 0
    return changed
