"""An exchange for measuring its doors: accounts of every kind, entries on a roll, dead links, signed-in claimants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from bench.processes import command

#: A wrong password is one of the same length.
PASSWORD, WRONG = "kettle-harbour-eleven", "kettle-harbour-twelve"
SOURCE = "unison"
SURNAME = "Example"
NUMBER_FROM = 40_000_000


@dataclass(frozen=True)
class Site:
    """Cookies of claimants that nobody has used yet, and links that were used."""

    fitting: list[str]
    missing: list[str]
    used: dict[str, list[str]]


def email(kind: str, number: int) -> str:
    """An address; those of all kinds are equally long."""
    return f"{kind:x<9}{number:05}@example.org"


def number_of(index: int) -> str:
    """A membership number on the roll."""
    return str(NUMBER_FROM + index)


def seed(settings: Mapping[str, object], amount: int) -> Site:
    """Fill a new database with ``amount`` of everything, in this process."""
    from knowledge_exchange import create_app

    command("migrate", settings=settings)
    app = create_app(dict(settings))
    with app.app_context():
        return _seed(app, amount)


def _seed(app: Flask, amount: int) -> Site:
    from knowledge_exchange.auth.passwords import UNUSABLE, hash_password
    from knowledge_exchange.core.db import unit_of_work

    hashed = hash_password(PASSWORD)
    kinds: dict[str, dict[str, Any]] = {
        "known": {"confirmed": True, "standing": "active", "password_hash": hashed},
        "waiting": {"password_hash": hashed},
        "bare": {"confirmed": True, "standing": "active", "password_hash": UNUSABLE},
        "fits": {"confirmed": True, "password_hash": hashed},
        "misses": {"confirmed": True, "password_hash": hashed},
    }
    ids: dict[str, list[int]] = {}
    for kind, facts in kinds.items():
        with unit_of_work():
            ids[kind] = [_member(email(kind, index), facts) for index in range(amount)]
    with unit_of_work():
        _fill_roll(amount)
    cookies = {kind: _sign_in(app, ids[kind]) for kind in ("fits", "misses")}
    return Site(cookies["fits"], cookies["misses"], _used_links(ids["known"]))


def _member(address: str, facts: Mapping[str, Any]) -> int:
    from knowledge_exchange.auth.actions import create_member

    return create_member(email=address, name=f"Bench {SURNAME}", **facts).id


def _fill_roll(amount: int) -> None:
    from sqlalchemy import insert

    from knowledge_exchange.core.db import db
    from knowledge_exchange.core.ids import new_id
    from knowledge_exchange.verification.matching import number_hash, number_tail
    from knowledge_exchange.verification.models import RollEntry

    rows = [
        {
            "id": new_id(),
            "source": SOURCE,
            "number_hash": number_hash(SOURCE, number_of(index)),
            "number_tail": number_tail(number_of(index)),
            "surname": SURNAME,
            "email": email("roll", index),
        }
        for index in range(amount)
    ]
    db.session.execute(insert(RollEntry), rows)


def _sign_in(app: Flask, member_ids: list[int]) -> list[str]:
    from sqlalchemy import insert

    from knowledge_exchange.auth.models import SignIn
    from knowledge_exchange.cli.bench import cookie_of
    from knowledge_exchange.core.crypto import new_token, token_hash
    from knowledge_exchange.core.db import db, unit_of_work
    from knowledge_exchange.core.ids import new_id

    tokens = [new_token() for _ in member_ids]
    rows = [
        {"id": new_id(), "member_id": member_id, "token_hash": token_hash(token), "device": "a measurement"}
        for member_id, token in zip(member_ids, tokens, strict=True)
    ]
    with unit_of_work():
        db.session.execute(insert(SignIn), rows)
    return [cookie_of(app, token) for token in tokens]


def _used_links(member_ids: list[int]) -> dict[str, list[str]]:
    """Links to confirm, to reset, and invitations that were used: good once."""
    from sqlalchemy import select

    from knowledge_exchange.auth import tokens
    from knowledge_exchange.core.clock import now
    from knowledge_exchange.core.crypto import new_token, token_hash
    from knowledge_exchange.core.db import db, unit_of_work
    from knowledge_exchange.verification.models import InvitationRun, RollEntry, RollInvitation

    found: dict[str, list[str]] = {}
    with unit_of_work():
        for purpose in (tokens.CONFIRM, tokens.RESET):
            found[purpose] = [tokens.issue(member_id, purpose) for member_id in member_ids]
            for token in found[purpose]:
                tokens.spend(token, purpose)
        run = InvitationRun(source=SOURCE, wanted=0)
        db.session.add(run)
        db.session.flush()
        entries = list(db.session.scalars(select(RollEntry.id)))
        found["invited"] = [new_token() for _ in entries]
        facts = {"run_id": run.id, "expires_at": now() + timedelta(days=1), "used_at": now()}
        for entry_id, token in zip(entries, found["invited"], strict=True):
            db.session.add(RollInvitation(entry_id=entry_id, token_hash=token_hash(token), **facts))
    return found
