"""Notes that moderators keep: on a case, and on a member of whom the network's moderators should know something.

Of a member never what they wrote under a pseudonym: a note is made from a page with their name. They read it in their
own data. Nothing here commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, exists, insert, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.cases.case_models import CaseNote, MemberNote
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable

#: A note is a few sentences.
MOST_CHARS = 1000
#: Notes on one member of one network that a page shows.
NOTES_SHOWN = 50


def of_cases(case_ids: Collection[int]) -> Mapping[int, Sequence[AnyRow]]:
    """What moderators noted on each of these cases, oldest first: text, at, and who. One statement."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    if case_ids:
        columns = (CaseNote.case_id, CaseNote.text, CaseNote.at, Member.name.label("who"))
        query = select(*columns).outerjoin(Member, Member.id == CaseNote.member_id).order_by(CaseNote.id)
        for row in db.session.execute(query.where(CaseNote.case_id.in_(case_ids))):
            found[row.case_id].append(row)
    return found


def note_case(me: Me, case_id: int, text: str) -> None:
    """Tell the other moderators something about a case that is one's own to decide."""
    db.session.execute(insert(CaseNote).values(case_id=case_id, member_id=me.id, text=text))


def subject(me: Me, network_id: int, handle: str) -> AnyRow | None:
    """The member with that handle (id, name, handle), who wrote there under their name; or on whom there is a note.

    Of all others nobody is told whether there is one: who tries handles learns no names.
    """
    wrote = (
        select(Participant.id)
        .join(Voice, Voice.participant_id == Participant.id)
        .join(Post, Post.voice_id == Voice.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .where(Participant.member_id == Member.id, Voice.kind == "own", Thread.network_id == network_id)
        .where(readable(me.id))
        .correlate(Member)
    )
    noted = exists().where(MemberNote.network_id == network_id, MemberNote.member_id == Member.id)
    known = or_(wrote.exists(), noted.correlate(Member))
    columns = (Member.id, Member.name, Member.handle)
    query = select(*columns).where(Member.handle == handle, Member.standing != "left", known)
    return db.session.execute(query).first()


def of_member(network_id: int, member_id: int) -> Sequence[AnyRow]:
    """What that network's moderators noted on a member, newest first: id, text, on, written_by, and who."""
    columns = (MemberNote.id, MemberNote.text, MemberNote.on, MemberNote.written_by, Member.name.label("who"))
    query = select(*columns).outerjoin(Member, Member.id == MemberNote.written_by)
    mine = (MemberNote.network_id == network_id, MemberNote.member_id == member_id)
    return db.session.execute(query.where(*mine).order_by(MemberNote.id.desc()).limit(NOTES_SHOWN)).all()


def note_member(me: Me, network_id: int, member_id: int, text: str) -> None:
    """Keep a note on a member, for this network's moderators."""
    about = {"network_id": network_id, "member_id": member_id, "written_by": me.id}
    db.session.execute(insert(MemberNote).values(**about, text=text, on=now().date()))


def forget_note(me: Me, network_id: int, note_id: int) -> bool:
    """Delete a note of one's own; False where it is not, or is gone."""
    mine = (MemberNote.id == note_id, MemberNote.network_id == network_id, MemberNote.written_by == me.id)
    return db.session.execute(delete(MemberNote).where(*mine).returning(MemberNote.id)).first() is not None


def notes_about(member_id: int) -> Rows:
    """What moderators keep about a member, for their own data: in which network, what, since when."""
    query = select(Network.slug, MemberNote.text, MemberNote.on).join(Network, Network.id == MemberNote.network_id)
    return rows_of(query.where(MemberNote.member_id == member_id).order_by(MemberNote.id))


def notes_by(member_id: int) -> Rows:
    """What a moderator noted on cases, for their own data."""
    query = select(CaseNote.text, CaseNote.at).where(CaseNote.member_id == member_id)
    return rows_of(query.order_by(CaseNote.id))
