"""What the tests of pulling do again and again."""

from __future__ import annotations

from datetime import UTC, datetime

from click.testing import CliRunner, Result
from sqlalchemy import func, select, update

from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.cli.roll_source import group
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification.models import RollEntry, RollSource
from tests.verification.registries import CSV

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMPTY = CSV.splitlines()[0] + "\n"


def source(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(group, ["source", *words], input=typed)


def pull(*words: str) -> Result:
    db.session.rollback()
    return CliRunner().invoke(group, ["pull", "unison", *words])


def row() -> RollSource:
    db.session.rollback()
    return db.session.scalars(select(RollSource).where(RollSource.source == "unison")).one()


def officer(role: str = "membership_officer") -> int:
    with unit_of_work():
        email = f"{role}@home.example"
        return create_member(
            email=email, name="Olu Office", password_hash="x", role=role, standing="active", confirmed=True
        ).id


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.gone_at.is_(None))) or 0


def letters() -> list[MailMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def make_everybody_members() -> None:
    """Every entry has an active account: a roll without them would put them all out."""
    with unit_of_work():
        for number, entry_id in enumerate(db.session.scalars(select(RollEntry.id)).all()):
            email = f"m{number}@home.example"
            member = create_member(email=email, name="Mem Ber", password_hash="x", standing="active", confirmed=True)
            db.session.execute(update(RollEntry).where(RollEntry.id == entry_id).values(member_id=member.id))
