"""Signing in and out."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from knowledge_exchange.auth import letters, passwords, queries, sessions
from knowledge_exchange.auth.answering import local_or
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.gate import public, signed_in
from knowledge_exchange.auth.limits import SIGN_IN_LIMIT, at_the_door, give_back
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import email_key, may_sign_in
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.auth.typed_text import CARRY_ACTION, carried, fields_of, show_again, sign_in_page
from knowledge_exchange.core.db import end_read, unit_of_work


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
    if found is None or not right or not _let_in(found, password):
        return _wrong(), 401
    give_back()
    return _go_on()


def _let_in(found: Account, password: str) -> bool:
    """Begin a sign-in, if the account may and its password is still the one that was compared."""
    fresh = passwords.hash_password(password) if passwords.is_outdated(found.password_hash) else None
    with unit_of_work() as work:
        now_found = queries.account(found.id)
        if now_found is None or now_found.password_hash != found.password_hash:
            return False
        if not may_sign_in(now_found.standing, now_found.email_confirmed_at):
            if now_found.standing != "left":
                letters.ask_to_confirm(found.id, found.email)
            return False
        if fresh:
            work.execute(update(Member).where(Member.id == found.id).values(password_hash=fresh))
        sessions.begin(found.id, request.user_agent.string)
        return True


def _wrong() -> str:
    text = carried()
    return sign_in_page(
        email=email_key(request.form.get("email", "")),
        goal=local_or(request.form.get("next"), ""),
        wrong=True,
        carried=fields_of(text[1]) if text else None,
        carry_action=request.form.get(CARRY_ACTION, "") if text else "",
    )


def _go_on() -> ResponseReturnValue:
    """To what they wanted; to the text that they had typed, if their session had ended over it."""
    me = sessions.require_me()
    text = carried()
    if text:
        sessions.show_to_templates(me)
        return show_again(*text, cause="signed_in", can_send=me.is_active)
    if not me.is_active:
        return redirect(url_for("auth.my_page"), 303)
    return redirect(local_or(request.form.get("next"), "/"), 303)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    with unit_of_work():
        sessions.sign_out()
    return redirect(url_for("auth.sign_in"), 303)
