"""What an active member may change about their account."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import update

from knowledge_exchange.auth import actions, factors, letters, passwords, policy, queries, sessions
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.forms import ChangePasswordForm, Form, HandleForm, ReadingForm, text_of
from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import ACCOUNT_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import end_read, unit_of_work


@blueprint.get("/settings/account")
@active
def settings() -> ResponseReturnValue:
    """All forms of the page."""
    return _page()


@blueprint.post("/settings/account/password")
@active
@limiter.limit(ACCOUNT_LIMIT)
def change_password() -> ResponseReturnValue:
    """Another password; every other device is signed out, and this one gets a new session."""
    me, account = _who()
    # The password in use is asked for all the same; who has a second factor shows that one, too.
    asked = ask_unless_fresh() if factors.has_any(me.id) else None
    if asked is not None:
        return asked
    form = ChangePasswordForm(**_about(account))
    if not form.validate():
        return _page(password=form), 400
    end_read()
    if not passwords.matches(account.password_hash, text_of(form.current_password)):
        form.current_password.errors = [_("That isn't the password of this account.")]
        return _page(password=form), 400
    password_hash = passwords.hash_password(text_of(form.new_password))
    with unit_of_work():
        actions.set_password(me.id, password_hash, me.id)
        letters.confirm_password_change(me.id, account.email)
        sessions.begin(me.id, request.user_agent.string)
    return _done(_("Your password is changed. Every other device is signed out."))


@blueprint.post("/settings/account/handle")
@active
@limiter.limit(ACCOUNT_LIMIT)
def change_handle() -> ResponseReturnValue:
    """Another handle, once a year; the one before is never given to anybody."""
    me, account = _who()
    form = HandleForm(**_about(account))
    if not form.validate():
        return _page(handle=form), 400
    try:
        given = _given(me, text_of(form.handle))
    except actions.HandleTaken:
        given = False
        form.handle.errors = [_("That handle can't be had. Choose another.")]
    else:
        if not given:
            form.handle.errors = [_("A handle can be changed once a year.")]
    return _done(_("Your handle is changed.")) if given else (_page(handle=form), 400)


def _given(me: Me, handle: str) -> bool:
    with unit_of_work() as work:
        member = work.get_one(Member, me.id)
        if not policy.may_change_handle(member.handle_changed_at if member.handle else None, now()):
            return False
        actions.give_handle(member, handle)
        return True


@blueprint.post("/settings/account/reading")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change_reading() -> ResponseReturnValue:
    """Time zone, and how threads are shown."""
    form = ReadingForm()
    if not form.validate():
        return _page(reading=form), 400
    changed = {"zone": form.zone.data, "thread_view": form.thread_view.data}
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == require_me().id).values(**changed))
    return _done(_("Saved."))


def _who() -> tuple[Me, Account]:
    me = require_me()
    account = queries.account(me.id)
    assert account is not None
    return me, account


def _about(account: Account) -> dict[str, Any]:
    return {"name": account.name, "email": account.email, "handle": account.handle}


def _page(password: Form | None = None, handle: Form | None = None, reading: Form | None = None) -> str:
    """The page with all its forms; the one that was sent as it was sent, the others empty or as they stand."""
    me, account = _who()
    about = _about(account)
    changed_at = account.handle_changed_at if account.handle else None
    return render_template(
        "auth/settings.html",
        nav="me",
        account=account,
        has_password=account.password_hash != passwords.UNUSABLE,
        may_change_handle=policy.may_change_handle(changed_at, now()),
        handle_free_at=changed_at + policy.HANDLE_PAUSE if changed_at else None,
        password_form=password or ChangePasswordForm(formdata=None, **about),
        handle_form=handle or HandleForm(formdata=None, **about),
        reading_form=reading or ReadingForm(formdata=None, data={"zone": me.zone, "thread_view": me.thread_view}),
        broken=password or handle or reading,
    )


def _done(text: str) -> ResponseReturnValue:
    flash(text, "good")
    return redirect(url_for("auth.settings"), 303)
