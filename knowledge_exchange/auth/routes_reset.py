"""A forgotten password. The page says the same whether or not the address has an account."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import actions, letters, passwords, queries, tokens
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.forms import NewPasswordAndHandleForm, NewPasswordForm, ResetForm, text_of
from knowledge_exchange.auth.gate import public
from knowledge_exchange.auth.limits import DOOR_LIMIT, at_the_door, limiter, the_address
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import end_read, unit_of_work


@blueprint.get("/reset")
@public
def reset() -> ResponseReturnValue:
    """Ask for a link."""
    return render_template("auth/reset.html", form=ResetForm())


@blueprint.post("/reset")
@public
@at_the_door()
@never_sooner
def try_reset() -> ResponseReturnValue:
    """Send a link to the account's address, or the news that there is none; the answer is the same."""
    form = ResetForm()
    if not form.validate():
        return render_template("auth/reset.html", form=form), 400
    with unit_of_work():
        found = queries.account_of_email(text_of(form.email))
        if found is None or found.standing == "left":
            letters.say_no_account(text_of(form.email))
            tokens.issue_in_vain(tokens.RESET)
        else:
            letters.offer_reset(found.id, found.email)
    return redirect(url_for("auth.reset_sent"), 303)


@blueprint.get("/reset/sent")
@public
def reset_sent() -> ResponseReturnValue:
    """What everybody reads who has asked."""
    return render_template("auth/sent.html", again=url_for("auth.reset"))


@blueprint.get("/reset/<token>")
@public
def choose_password(token: str) -> ResponseReturnValue:
    """The form for a new password, for somebody with a link."""
    account = _account_behind(token)
    if account is None:
        return _dead_link()
    return _page(account, _form_for(account))


@blueprint.post("/reset/<token>")
@public
@limiter.limit(DOOR_LIMIT, key_func=the_address)
def do_choose_password(token: str) -> ResponseReturnValue:
    """Take the new password; every sign-in of the account ends."""
    account = _account_behind(token)
    if account is None:
        return _dead_link()
    form = _form_for(account)
    if not form.validate():
        return _page(account, form), 400
    end_read()
    password_hash = passwords.hash_password(text_of(form.new_password))
    handle = text_of(form.handle) if "handle" in form else ""
    try:
        done = _changed(token, password_hash, handle or None)
    except actions.HandleTaken:
        form.handle.errors = [_("That handle can't be had any more. Choose another.")]
        return _page(account, form), 400
    if not done:
        return _dead_link()
    flash(_("Your new password is set, and every device has been signed out. Sign in with it."), "good")
    return redirect(url_for("auth.sign_in"), 303)


def _changed(token: str, password_hash: str, handle: str | None) -> bool:
    with unit_of_work() as work:
        member_id = tokens.spend(token, tokens.RESET)
        member = work.get(Member, member_id) if member_id else None
        if member is None:
            return False
        # Who can read mail at the address has shown that it is theirs.
        actions.confirm(member, None if member.handle else handle)
        actions.set_password(member.id, password_hash, member.id)
        letters.confirm_password_change(member.id, member.email)
        return True


def _account_behind(token: str) -> Account | None:
    member_id = tokens.holder(token, tokens.RESET)
    return queries.account(member_id) if member_id else None


def _form_for(account: Account) -> NewPasswordForm:
    kind = NewPasswordForm if account.handle else NewPasswordAndHandleForm
    return kind(name=account.name, email=account.email, handle=account.handle)


def _page(account: Account, form: NewPasswordForm) -> str:
    return render_template("auth/choose_password.html", email=account.email, form=form)


def _dead_link() -> ResponseReturnValue:
    return render_template("auth/dead_link.html"), 404
