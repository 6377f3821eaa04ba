"""Runs of invitations, and the links in their letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification.inviting import invitations
from knowledge_exchange.verification.inviting.invitations import Whom
from knowledge_exchange.verification.models import InvitationRun
from tests.auth.door import PASSWORD
from tests.support.persons import Person
from tests.verification.claiming import letters

UNISON = Whom("unison")
#: Where the entry that `claiming.entry` makes has its mail sent.
ROLL = "bola@roll.example"


def start(whom: Whom = UNISON) -> int:
    with unit_of_work():
        return invitations.start(whom, actor=None)


def invite(whom: Whom = UNISON) -> None:
    """A whole run."""
    start(whom)
    invitations.invite_waiting()


def token_in(letter: MailMessage) -> str:
    [token] = re.findall(r"/invited/(\S+)", letter.text)
    return str(token)


def token() -> str:
    """The token of the newest letter of invitation."""
    return token_in([letter for letter in letters() if "/invited/" in letter.text][-1])


def recipients(of: Iterable[MailMessage] | None = None) -> list[str]:
    """Who has been written to, in order of the alphabet."""
    return sorted(letter.recipient for letter in (letters() if of is None else of))


def run() -> InvitationRun:
    """The newest run, read afresh."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(InvitationRun).order_by(InvitationRun.id.desc())).first() or InvitationRun()


def join(who: Person, link: str, **fields: str) -> TestResponse:
    return who.post(link, **{"password": PASSWORD, **fields})


def members() -> dict[str, str]:
    """Standings by address."""
    db.session.rollback()
    return {row.email: row.standing for row in db.session.execute(select(Member.email, Member.standing))}
