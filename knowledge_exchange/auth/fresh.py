"""Before a dangerous act: is it still the member? Asked where the sign-in last showed it more than ten minutes ago.

The form that was sent is kept in the page that asks, and goes on with the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import factors, limits, passkeys, passwords, proving, queries, sessions, union_linking
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.answering import asked_for, came_from, local_or, wants_json
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.typed_text import fields_of
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import end_read, unit_of_work

FRESH_FOR = timedelta(minutes=10)
#: What the page that asks adds to the form that it keeps.
PASSWORD, CODE, PASSKEY = "confirm_password", "confirm_code", "confirm_credential"
_ANSWERS = (PASSWORD, CODE, PASSKEY)

P = ParamSpec("P")


def is_fresh(me: Me) -> bool:
    """Whether this sign-in has shown a moment ago that it is its member's.

    The time of that is floored to five minutes, so it holds for five to ten minutes, never longer.
    """
    return me.confirmed_at is not None and now() - me.confirmed_at < FRESH_FOR


def fresh(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a view for a dangerous act: whoever signed in long ago shows first that it is still they."""

    @wraps(view)
    def asking(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return ask_unless_fresh() or view(*args, **kwargs)

    return asking


def ask_unless_fresh() -> ResponseReturnValue | None:
    """None where the act may go on (the answer may have come with the form); else the page that asks."""
    me = require_me()
    if is_fresh(me):
        return None
    if wants_json():
        return jsonify(error="confirm", url=url_for("auth.confirm_it_is_you", next=came_from())), 403
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("auth.confirm_it_is_you", next=asked_for()))
    if not has_answer():
        return page(asked_for()), 403
    return None if _answered(me) else (page(asked_for(), wrong=True), 403)


def page(action: str, *, wrong: bool = False) -> str:
    """The page that asks; sends what it keeps to ``action``."""
    me = require_me()
    found = factors.factors_of(me.id)
    return render_template(
        "auth/fresh.html",
        nav="me",
        action=local_or(action, "/"),
        wrong=wrong,
        fields=fields_of(request.form),
        with_passkey=bool(found.passkeys) and passkeys.party() is not None,
        with_code=found.amount > 0,
        by_union=_is_without_password(me) and union_linking.may_confirm(me.id),
    )


def _is_without_password(me: Me) -> bool:
    account = queries.account(me.id)
    return account is not None and account.password_hash == passwords.UNUSABLE


def _answered(me: Me) -> bool:
    """Whether the answer is right; then it is noted. Who has a second factor is asked for that one."""
    right = _factor_fits if factors.has_any(me.id) else _password_fits
    if not right(me):
        return False
    limits.give_back()
    with unit_of_work():
        sessions.note_confirmed(me)
    return True


def _password_fits(me: Me) -> bool:
    limits.count_guess(me.id, "password", from_anywhere=False)
    account = queries.account(me.id)
    end_read()
    return account is not None and passwords.matches(account.password_hash, request.form.get(PASSWORD, ""))


def has_answer() -> bool:
    """Whether the form holds an answer at all, right or not."""
    return any(request.form.get(name) for name in _ANSWERS)


def shows_factor() -> bool:
    """Whether this very form holds a right answer of the second factor: a code, which is used up, or a passkey.

    For acts that one person must answer for, however fresh the sign-in is. A password is never enough.
    """
    me = require_me()
    if not factors.has_any(me.id) or not _factor_fits(me):
        return False
    limits.give_back()
    with unit_of_work():
        sessions.note_confirmed(me)
    return True


def _factor_fits(me: Me) -> bool:
    answer, code = request.form.get(PASSKEY, ""), request.form.get(CODE, "")
    if answer:
        shown = proving.read_passkey(challenges.CONFIRM, answer, me.id)
        end_read()
        with unit_of_work():
            return shown is not None and passkeys.use(shown)
    if not code:
        return False
    proving.count_code(me.id, code)
    end_read()
    with unit_of_work():
        return proving.spend_code(me.id, code)
