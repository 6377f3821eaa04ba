"""What somebody sees who has just shown who they are."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import devices, factors, letters, passkeys, places, queries, second_step, sessions
from knowledge_exchange.auth.answering import local_or
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.typed_text import (
    CARRY_ACTION,
    CARRY_PREFIX,
    PASSWORD,
    SECRET,
    carried,
    fields_of,
    show_again,
)
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import time_of

#: Whoever has only just joined knows that it was they.
NEW_FOR = timedelta(days=1)


def go_on(goal: str | None = None) -> ResponseReturnValue:
    """On, after signing in; the member hears of it where this browser is not known to be theirs.

    ``goal``: what they wanted, where it isn't in the form that was sent.
    """
    me = sessions.require_me()
    answer = current_app.make_response(_onward(me, goal))
    if not devices.is_known(me.id):
        _tell_of_device(me)
        devices.remember(answer, me.id)
    return answer


def _tell_of_device(me: Me) -> None:
    """A letter to the owner."""
    account = queries.account(me.id)
    if account is None or now() - time_of(me.id) < NEW_FOR:
        return
    with unit_of_work():
        letters.say_unknown_device(
            me.id, account.email, devices.in_words(request.user_agent.string), places.of_request()
        )


def _onward(me: Me, goal: str | None) -> ResponseReturnValue:
    """To what they wanted; to the text that they had typed, if their session had ended over it."""
    text = carried()
    if text:
        sessions.show_to_templates(me)
        return show_again(*text, cause="signed_in", can_send=me.is_active)
    if me.must_set_up:
        return redirect(url_for("auth.factors_page"), 303)
    if not me.is_active:
        return redirect(url_for("auth.my_page"), 303)
    return redirect(local_or(goal or request.form.get("next"), "/"), 303)


def on_to_second() -> ResponseReturnValue:
    """To the page that asks for the second factor; what was typed before comes along."""
    goal = local_or(request.form.get("next"), "")
    return redirect(url_for("auth.second_page", next=goal or None), 303)


def second_page(account: Account, *, goal: str, wrong: str = "") -> str:
    """The page between password and sign-in. ``wrong``: ``code`` or ``passkey``, whichever was not right."""
    text = carried()
    fields = fields_of(text[1]) if text else []
    found = factors.factors_of(account.id)
    return render_template(
        "auth/second.html",
        nav="sign-in",
        next=goal,
        wrong=wrong,
        by_union=second_step.union_note() is not None,
        with_passkey=bool(found.passkeys) and passkeys.party() is not None,
        with_app=found.app_since is not None,
        carried=[field for field in fields if field.shown not in (SECRET, PASSWORD)],
        carry_action=request.form.get(CARRY_ACTION, "") if text else "",
        carry_prefix=CARRY_PREFIX,
    )
