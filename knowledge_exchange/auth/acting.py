"""Members as who acts, without a sign-in: for what is done for them later, with the rights that they have then."""

from __future__ import annotations

from sqlalchemy import func, select, true

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Category, Member, SealedList
from knowledge_exchange.auth.sealed_list import NOWHERE, Places, places_in
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db

#: What a member's category of membership lets them do, as columns of a statement that joins it, if it is there: of one
#: that isn't any more one may do everything, for no slip in a table shall shut anybody up.
RIGHTS = tuple(
    func.coalesce(right, true()).label(right.key)
    for right in (Category.may_start, Category.may_reply, Category.may_join)
)


def me_of(member_id: int) -> Me | None:
    """A member as they are now; None where there is none any more. One statement."""
    query = (
        select(Member, SealedList.content, *RIGHTS)
        .outerjoin(SealedList, SealedList.member_id == Member.id)
        .outerjoin(Category, Category.slug == Member.category)
        .where(Member.id == member_id, Member.standing != "left")
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    member, content, *may = row
    return acting(member, places_in(content), *map(bool, may))


def acting(
    member: Member,
    places: Places = NOWHERE,
    may_start: bool = True,
    may_reply: bool = True,
    may_join: bool = True,
) -> Me:
    """A member's row as the actions know who is asking."""
    return Me(
        id=member.id,
        name=member.name,
        handle=member.handle,
        standing=member.standing,
        role=member.role,
        title=member.title,
        region=member.region,
        organisation_code=member.organisation_code,
        zone=member.zone,
        thread_view=member.thread_view,
        sign_in_id=0,
        seen_at=now(),
        token="",
        may_start=may_start,
        may_reply=may_reply,
        may_join=may_join,
        places=places,
    )
