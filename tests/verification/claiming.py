"""Accounts, roll entries and claims, and what has become of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select

from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.verification.claims import actions, codes
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.matching import normal_number, number_hash, number_tail
from knowledge_exchange.verification.models import Claim, RollEntry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Entry = Callable[..., int]


def account(name: str = "Ann Claimant", standing: str = "pending") -> int:
    with unit_of_work():
        email = f"{name.split()[0].lower()}@account.example"
        return create_member(email=email, name=name, password_hash="x", standing=standing, confirmed=True).id


def entry(number: str = "40217788", surname: str = "O'Konedo", **facts: object) -> int:
    normal = normal_number(number)
    given = {
        "source": "unison",
        "first_name": "Bola",
        "email": "bola@roll.example",
        "region": "north-west",
        "ods_code": "R0A",
        "category": "retired",
        **facts,
    }
    with unit_of_work():
        row = RollEntry(
            number_hash=number_hash(str(given["source"]), normal),
            number_tail=number_tail(normal),
            surname=surname,
            **given,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def claim(member_id: int, number: str = "40217788", surname: str = "okonedo", source: str = "unison") -> None:
    with unit_of_work():
        actions.make_claim(member_id, source, number, surname)


def enter(member_id: int, code: str) -> CodeOutcome:
    with unit_of_work():
        return actions.enter_code(member_id, code)


def letters() -> list[MailMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def code_in(letter: MailMessage) -> str:
    [code] = [
        word for word in letter.text.split() if len(word) == codes.CODE_CHARS and set(word) <= set(codes.ALPHABET)
    ]
    return code


def latest() -> Claim:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(select(Claim).order_by(Claim.id.desc())).first()
    assert found is not None
    return found


def member(member_id: int) -> Member:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(Member, member_id)
    assert found is not None
    return found


def networks_of(member_id: int) -> set[str]:
    db.session.rollback()
    query = select(Network.slug).join(NetworkMembership, NetworkMembership.network_id == Network.id)
    return set(db.session.scalars(query.where(NetworkMembership.member_id == member_id)))
