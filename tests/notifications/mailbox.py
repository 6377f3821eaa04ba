"""Mail of notices in tests: the jobs that make it, time that passes, and what has arrived."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

from sqlalchemy import select, update

from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, insert_or_ignore, unit_of_work
from knowledge_exchange.mail.jobs import send_waiting
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.notifications import digest, mailing
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification
from tests.support.community import Community
from tests.support.persons import Person

#: Beyond what a notice waits.
SOON = mailing.MAIL_DELAY + timedelta(minutes=1)


class Mailbox:
    """The post office of a community: the clock is held, and moved by the test."""

    def __init__(self, here: Community, time: ExitStack) -> None:
        self.here = here
        self._time = time
        self._files: set[str] = set()

    def at(self, moment: datetime) -> None:
        """It is that moment now."""
        self._time.enter_context(clock.held(moment))

    def later(self, by: timedelta = SOON) -> None:
        """So much time goes by."""
        self.at(clock.now() + by)

    def decide(self) -> None:
        """One turn of the job that decides."""
        with self.here.app.app_context():
            mailing.decide()

    def send(self) -> None:
        """One turn of the outbox's worker."""
        with self.here.app.app_context():
            send_waiting()

    def digests(self) -> None:
        """One turn of the job of digests."""
        with self.here.app.app_context():
            digest.send_digests()

    def deliver(self) -> list[EmailMessage]:
        """Decide, let the delay go by, send; what has arrived by that."""
        self.decide()
        self.later()
        self.send()
        return self.arrived()

    def deliver_digests(self) -> list[EmailMessage]:
        """Send the digests that are due; what has arrived by that."""
        self.decide()
        self.digests()
        self.send()
        return self.arrived()

    def arrived(self) -> list[EmailMessage]:
        """What has come since this was asked last, as raw files understood."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.arrived_raw()]

    def arrived_raw(self) -> list[bytes]:
        """What has come since this was asked last, byte by byte."""
        folder = self.here.app.config["KE_DATA_DIR"] / "mail"
        new = [path for path in sorted(folder.glob("*.eml")) if path.name not in self._files]
        self._files |= {path.name for path in new}
        return [path.read_bytes() for path in new]

    def states(self, who: Person) -> list[str | None]:
        """What became of somebody's notices by e-mail, oldest first."""
        query = select(Notification.mail).where(Notification.member_id == who.id).order_by(Notification.id)
        with self.here.app.app_context():
            return list(db.session.scalars(query))

    def waiting(self) -> Sequence[Any]:
        """The messages that have not been sent, with their writers."""
        query = select(MailMessage.id, MailMessage.member_id, MailMessage.writer, MailMessage.not_before).where(
            MailMessage.sent_at.is_(None), MailMessage.failed_at.is_(None)
        )
        with self.here.app.app_context():
            return db.session.execute(query).all()

    def set(self, who: Person, **values: Any) -> None:
        """Change somebody's settings of notices."""
        with self.here.app.app_context(), unit_of_work():
            insert_or_ignore(NoticeSettings, {"member_id": who.id})
            db.session.execute(update(NoticeSettings).where(NoticeSettings.member_id == who.id).values(**values))

    def settings(self, who: Person) -> NoticeSettings:
        """Somebody's settings as they are."""
        return cast(NoticeSettings, self.here.row(NoticeSettings, who.id))

    def choose(self, who: Person, kind: str, mail: str) -> None:
        """Choose what comes by e-mail of one kind."""
        row = {"member_id": who.id, "kind": kind, "toast": True, "mail": mail}
        with self.here.app.app_context(), unit_of_work():
            insert_or_ignore(NoticeChoice, row)
            db.session.execute(update(NoticeChoice).filter_by(member_id=who.id, kind=kind).values(mail=mail))

    def seen(self, who: Person, at: datetime) -> None:
        """Somebody was last on the site at that moment."""
        with self.here.app.app_context(), unit_of_work():
            db.session.execute(update(SignIn).where(SignIn.member_id == who.id).values(seen_at=at))

    def member(self, who: Person, **values: Any) -> None:
        """Change facts of a member."""
        with self.here.app.app_context(), unit_of_work():
            db.session.execute(update(Member).where(Member.id == who.id).values(**values))


def text_of(message: EmailMessage) -> str:
    """Its part in plain text."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(cast(EmailMessage, part).get_content())


def html_of(message: EmailMessage) -> str:
    """Its part in HTML."""
    part = message.get_body(("html",))
    assert part is not None
    return str(cast(EmailMessage, part).get_content())
