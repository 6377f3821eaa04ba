"""``knowledge-exchange record aimed``: what stands in the record of acts under seal."""

from __future__ import annotations

import click
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.console import with_exchange
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.cases.aiming import opened_note
from knowledge_exchange.moderation.sanctions.sanction_policy import RECORDED

#: The latest; older ones are in backups.
MOST = 100
UNREADABLE = "sealed under keys that the key file does not have"


@click.group("record")
def group() -> None:
    """The record of acts."""


@group.command()
@with_exchange
def aimed() -> None:
    """Show acts aimed at pseudonyms: when, by whom, at which post, and why. It takes the key file.

    Whom they met is not shown. That you looked goes on record.
    """
    columns = (AuditEntry.at, AuditEntry.action, AuditEntry.note, Member.name)
    query = select(*columns).outerjoin(Member, Member.id == AuditEntry.actor_id)
    aimed_at = AuditEntry.action.in_(RECORDED.values())
    rows = db.session.execute(query.where(aimed_at).order_by(AuditEntry.id.desc()).limit(MOST)).all()
    end_read()
    with unit_of_work():
        record("record.aimed_shown", actor=None, note=str(len(rows)))
    for row in rows:
        click.echo(f"{row.at:%Y-%m-%d %H:%M} UTC  {row.action}  by {row.name}: {_in_words(row.note)}")
    if not rows:
        click.echo("There was none.")


def _in_words(note: str) -> str:
    try:
        said = opened_note(note)
    except ValueError:
        return UNREADABLE
    return f"{said['pseudonym']}, /p/{said['post']} ({said['cause']}): {said['reason']}"
