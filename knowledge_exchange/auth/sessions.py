"""Sign-ins: rows that can be listed and ended, each with one cookie."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cache
from typing import cast

import flask_login
from flask import Flask, current_app, g, session
from sqlalchemy import ColumnElement, bindparam, case, delete, false, literal, select, update

from knowledge_exchange.auth import places
from knowledge_exchange.auth.acting import RIGHTS
from knowledge_exchange.auth.cookies import KnownCookies
from knowledge_exchange.auth.desk import Desk
from knowledge_exchange.auth.devices import in_words
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Category, Member, SealedList, SignIn
from knowledge_exchange.auth.sealed_list import places_in
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import Busy, UtcDateTime, db, unit_of_work
from knowledge_exchange.core.reads import Read

#: Who may act on others: a sign-in that they leave behind is over sooner.
OFFICES = ("officer", "membership_officer", "administrator")
#: Where Flask-Login looks for the token in the cookie, and where it keeps who is asking for one request.
_TOKEN = "_user_id"  # noqa: S105
_CACHED = "_login_user"
#: In the cookie after signing out: a form that was typed before is still worth keeping.
_WAS_IN = "was_in"
_SHOWN = "_ke_me"

log = logging.getLogger(__name__)


class _SignIns(flask_login.LoginManager):  # type: ignore[misc]
    def _session_protection_failed(self) -> bool:
        """Never: the cookie holds nothing but a random token. Flask-Login would hash address and browser first."""
        return False


login_manager = _SignIns()

#: In the order of the facts of Me.
_ME = (
    Member.id,
    Member.name,
    Member.handle,
    Member.standing,
    Member.role,
    Member.title,
    Member.region,
    Member.organisation_code,
    Member.zone,
    Member.thread_view,
    SignIn.id.label("sign_in_id"),
    SignIn.seen_at,
)

#: In the order of Desk.
_DESK = (Member.neutral_tab, Member.plain_addresses, Member.quick_exit, Member.blur_minutes)


@cache
def _by_token(second_factors: bool) -> Read:
    """Who is signed in with a token, and the number on their badge: what every page of a member needs.

    ``second_factors``: whether this exchange requires them.
    """
    from knowledge_exchange.auth import factors

    must_set_up = factors.must_set_up() if second_factors else false()
    moderates = hooks.call("moderates_some", Member.id).label("moderates")
    last = (SignIn.created_at, SignIn.confirmed_at, must_set_up.label("must_set_up"), moderates)
    return Read(
        select(*_ME, *_DESK, *last, *RIGHTS, SealedList.content, hooks.call("unread_of", Member.id).label("unread"))
        .join(Member, Member.id == SignIn.member_id)
        .outerjoin(SealedList, SealedList.member_id == Member.id)
        .outerjoin(Category, Category.slug == Member.category)
        .where(SignIn.token_hash == bindparam("token"), Member.standing != "left")
    )


def init_app(app: Flask) -> None:
    """Let Flask-Login find who is asking. Its context processor would load them for every page; ours
    only shows whom the gate has found, so that an error page asks the database nothing."""
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=app.config["KE_SESSION_DAYS"])
    app.session_interface = KnownCookies()
    login_manager.init_app(app, add_context_processor=False)
    app.context_processor(lambda: {"me": g.get(_SHOWN)})


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_me(token: str) -> Me | None:
    """The member signed in with this token, if the sign-in is still good. One statement."""
    from knowledge_exchange.auth.factors import are_required

    row = _by_token(are_required()).first(token=token_hash(token))
    if row is None:
        return None
    *facts, created_at, confirmed_at, must_set_up, moderates, may_start, may_reply, may_join, sealed, unread = row
    places = places_in(sealed)
    if places:  # what they are told there hangs on no column that names them
        unread = hooks.call("unread_with", row.id, places)
    who, desk = facts[: len(_ME)], Desk(*facts[len(_ME) :])
    rights = (bool(may_start), bool(may_reply), bool(may_join))
    me = Me(*who, token, unread, confirmed_at or created_at, bool(must_set_up), *rights, places, desk, bool(moderates))
    moment = now()
    return me if me.seen_at > moment - idle_limit(me.role) and created_at > moment - absolute_limit() else None


def idle_limit(role: str) -> timedelta:
    """Unused for this long, a sign-in is over."""
    settings = current_app.config
    if role in OFFICES:
        return timedelta(hours=settings["KE_OFFICE_IDLE_HOURS"])
    return timedelta(days=settings["KE_SESSION_IDLE_DAYS"])


def absolute_limit() -> timedelta:
    """This old, a sign-in is over however much it is used."""
    return timedelta(days=current_app.config["KE_SESSION_DAYS"])


def still_good() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on SignIn joined with Member: neither unused for too long nor too old."""
    moment = now()
    unused_since = case(
        (Member.role.in_(OFFICES), literal(moment - idle_limit(OFFICES[0]), UtcDateTime())),
        else_=literal(moment - idle_limit("member"), UtcDateTime()),
    )
    return SignIn.seen_at > unused_since, SignIn.created_at > moment - absolute_limit()


def current_me() -> Me | None:
    """Who is asking, or None for a visitor."""
    user = g.get(_CACHED) or flask_login.current_user._get_current_object()
    # Not `is_authenticated`: Flask-Login makes it follow `is_active`, and who has lapsed is somebody too.
    return user if isinstance(user, Me) else None


def require_me() -> Me:
    """Who is asking, behind the gate (where there is always somebody)."""
    me = current_me()
    if me is None:
        raise RuntimeError("a view behind the gate was reached by a visitor")
    return me


def show_to_templates(me: Me | None) -> None:
    """Let this request's pages know who is asking (None: a visitor)."""
    setattr(g, _SHOWN, me)


def shown() -> Me | None:
    """Whom this request's pages know: nobody is loaded for it."""
    return cast("Me | None", g.get(_SHOWN))


def was_signed_in() -> bool:
    """Whether this browser once had a sign-in: a visitor whose session has ended."""
    return _TOKEN in session or _WAS_IN in session


def begin(member_id: int, user_agent: str, way: str = "password") -> SignIn:
    """A new sign-in and its cookie. What the cookie held before goes, and what it signed in: no fixation.

    ``way``: how it was shown who they are (``password``, ``second``, ``passkey``, ``union``).
    """
    end_this_one()
    token = new_token()
    facts = {"device": in_words(user_agent), "place": places.of_request(), "way": way}
    row = SignIn(member_id=member_id, token_hash=token_hash(token), **facts)
    db.session.add(row)
    db.session.flush()
    _renew_cookie()
    session.permanent = True
    take(token)
    return row


def take(token: str) -> None:
    """Let this request's session be that of the sign-in with this token."""
    session[_TOKEN] = token
    session["_fresh"] = True


def renew(me: Me) -> None:
    """Another token for this sign-in: what it may do has changed, and a copy of its cookie shall not."""
    token = new_token()
    changed = {"token_hash": token_hash(token), "confirmed_at": rounded_now()}
    db.session.execute(update(SignIn).where(SignIn.id == me.sign_in_id).values(**changed))
    session[_TOKEN] = token


def note_confirmed(me: Me) -> None:
    """This sign-in has just shown again that it is its member's."""
    db.session.execute(update(SignIn).where(SignIn.id == me.sign_in_id).values(confirmed_at=rounded_now()))


def end_this_one() -> None:
    """End the sign-in that this browser's cookie names, if any."""
    if token := session.get(_TOKEN):
        mine = delete(SignIn).where(SignIn.token_hash == token_hash(str(token))).returning(SignIn.member_id)
        member_id = db.session.scalar(mine)
        db.session.execute(update(Member).where(Member.id == member_id).values(was_here_at=rounded_now()))


def sign_out() -> None:
    """End this browser's sign-in and empty its cookie."""
    end_this_one()
    _renew_cookie()
    session[_WAS_IN] = 1


def _renew_cookie() -> None:
    """Empty the cookie, and forget what this request has derived from it: who is asking, the form's token."""
    session.clear()
    for derived in (_CACHED, _SHOWN, "csrf_token"):
        g.pop(derived, None)


def end(sign_in_id: int, member_id: int) -> bool:
    """End one of a member's sign-ins; False when it is not theirs or gone."""
    where = (SignIn.id == sign_in_id, SignIn.member_id == member_id)
    gone = db.session.execute(delete(SignIn).where(*where).returning(SignIn.id)).first()
    return gone is not None


def end_all(member_id: int, but: int | None = None) -> None:
    """End all of a member's sign-ins, but the one given."""
    where = [SignIn.member_id == member_id]
    if but is not None:
        where.append(SignIn.id != but)
    db.session.execute(delete(SignIn).where(*where))


def touch(me: Me) -> None:
    """Note that the sign-in is in use, once in each five minutes; never at the price of the page."""
    moment = rounded_now()
    if moment <= me.seen_at:
        return
    try:
        with unit_of_work() as work:
            work.execute(update(SignIn).where(SignIn.id == me.sign_in_id).values(seen_at=moment))
    except Busy:
        log.info("a sign-in's use was not noted: another process was writing")
