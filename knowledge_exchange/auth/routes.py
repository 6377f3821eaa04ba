"""Signing in and out."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from knowledge_exchange.auth import factors, letters, passwords, queries, second_step, sessions
from knowledge_exchange.auth.answering import local_or
from knowledge_exchange.auth.arriving import go_on, on_to_second, second_page
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.gate import public, signed_in
from knowledge_exchange.auth.limits import SIGN_IN_LIMIT, at_the_door, give_back
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import email_key, may_sign_in
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.auth.typed_text import CARRY_ACTION, carried, fields_of, sign_in_page
from knowledge_exchange.core.db import end_read, unit_of_work

#: What became of a right password.
IN, SECOND = "in", "second"


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; those who are in already go on."""
    goal = local_or(request.args.get("next"), "")
    if sessions.current_me() is not None:
        return redirect(goal or "/")
    return sign_in_page(goal=goal)


@blueprint.post("/sign-in")
@public
@at_the_door(SIGN_IN_LIMIT)
@never_sooner
def try_sign_in() -> ResponseReturnValue:
    """Sign in, or say in the same words and after the same time that nothing fits."""
    password = request.form.get("password", "")
    found = queries.account_of_email(request.form.get("email", ""))
    end_read()
    right = passwords.matches(found.password_hash if found else None, password)
    way = _let_in(found, password) if found and right else None
    if found is None or way is None:
        return _wrong(), 401
    give_back()
    if way == IN:
        return go_on()
    return second_page(found, goal=local_or(request.form.get("next"), "")) if carried() else on_to_second()


def _let_in(found: Account, password: str) -> str | None:
    """Begin a sign-in, if the account may and its password is still the one that was compared.

    ``IN``; ``SECOND`` where the account asks for more than the password, and nobody is signed in yet; else None.
    """
    fresh = passwords.hash_password(password) if passwords.is_outdated(found.password_hash) else None
    with unit_of_work() as work:
        now_found = queries.account(found.id)
        if now_found is None or now_found.password_hash != found.password_hash:
            return None
        if not may_sign_in(now_found.standing, now_found.email_confirmed_at):
            if now_found.standing != "left":
                letters.ask_to_confirm(found.id, found.email)
            return None
        if fresh:
            work.execute(update(Member).where(Member.id == found.id).values(password_hash=fresh))
        if factors.has_any(found.id):
            second_step.hold(found._replace(password_hash=fresh or found.password_hash))
            return SECOND
        sessions.begin(found.id, request.user_agent.string)
        return IN


def _wrong() -> str:
    text = carried()
    return sign_in_page(
        email=email_key(request.form.get("email", "")),
        goal=local_or(request.form.get("next"), ""),
        wrong="password",
        carried=fields_of(text[1]) if text else None,
        carry_action=request.form.get(CARRY_ACTION, "") if text else "",
    )


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    with unit_of_work():
        sessions.sign_out()
    return redirect(url_for("auth.sign_in"), 303)
