"""What came of reports, told to whoever made them: what became of the post, and nothing of what became of anybody."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select

from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.networks.shield import thread_told_to
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Thread

KIND = "report_outcome"
URL = "/me/reports#report-{}"


def outcome_words(decision: str) -> str:
    """What came of a report, by what was decided; empty: nobody has yet."""
    said = {
        "": _("Moderators have not decided yet."),
        "keep": _("Moderators looked at it, and it stands as it is."),
        "hide": _("Moderators hid it."),
        "remove": _("Moderators removed it."),
        "gone": _("It was taken away before anybody decided."),
    }
    return str(said.get(decision) or _("Moderators looked at it, and did something about it."))


def tell_reporters(case_id: int, decision: str) -> None:
    """Tell all who reported what was decided, in the unit of work that decides.

    Hung on no thread and no network: it says the name of neither. From whom the thread is hidden by now is not told.
    """
    _tell(case_id, _("About a post that you reported: %(what)s", what=outcome_words(decision)))


def take_back(case_id: int) -> None:
    """The decision was taken back: who has not read of it never heard it, the others are told that too."""
    ids = select(Report.id).where(Report.case_id == case_id)
    urls = [URL.format(report_id) for report_id in db.session.scalars(ids)]
    whose = or_(
        Notification.member_id.in_(select(Report.member_id).where(Report.case_id == case_id)),
        Notification.participant_id.in_(select(Report.participant_id).where(Report.case_id == case_id)),
    )
    unread = (whose, Notification.kind == KIND, Notification.url.in_(urls), Notification.read_at.is_(None))
    gone = delete(Notification).where(*unread).returning(Notification.url, Notification.member_id)
    rows = db.session.execute(gone, execution_options={"synchronize_session": False}).all()
    push.tell_counts([row.member_id for row in rows if row.member_id is not None])
    heard = {url.rpartition("-")[2] for url in urls} - {row.url.rpartition("-")[2] for row in rows}
    _tell(case_id, _("About a post that you reported: moderators look at it again."), {int(one) for one in heard})


def _tell(case_id: int, text: str, only: set[int] | None = None) -> None:
    told = thread_told_to(Thread.id, Report.member_id, Thread.is_shielded)
    query = (
        select(Report.id, Report.member_id, Report.participant_id)
        .join(ModerationCase, ModerationCase.id == Report.case_id)
        .outerjoin(Thread, Thread.id == ModerationCase.thread_id)
        .where(Report.case_id == case_id, or_(Report.participant_id.is_not(None), Thread.id.is_(None), told))
        .where(or_(Report.member_id.is_not(None), Report.participant_id.is_not(None)))
    )
    found = [row for row in db.session.execute(query) if only is None or row.id in only]
    base = new_run()
    for turn, row in enumerate(found, 1):
        whom = {"member_id": row.member_id, "participant_id": row.participant_id}
        db.session.add(Notification(id=base + turn, kind=KIND, text=text, url=URL.format(row.id), **whom))
    db.session.flush()
    push.tell_run(base)
