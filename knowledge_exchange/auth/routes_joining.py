"""Joining, and confirming the address. The page says the same whether or not the address has an account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import actions, addresses, joining, passwords, queries, tokens
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.forms import ConfirmAndHandleForm, ConfirmForm, JoinForm, text_of
from knowledge_exchange.auth.gate import public
from knowledge_exchange.auth.limits import DOOR_LIMIT, at_the_door, limiter, the_address
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import end_read, unit_of_work


@blueprint.get("/join")
@public
def join() -> ResponseReturnValue:
    """The form of a new account."""
    return _join_page(JoinForm())


@blueprint.post("/join")
@public
@at_the_door()
@never_sooner
def try_join() -> ResponseReturnValue:
    """Open an account, or write to who has it; the answer is the same."""
    form = JoinForm()
    good = form.validate()
    # Looked at before any account is, and said with whatever else is to be corrected: the password is typed once more.
    if addresses.warn(form) or not good:
        return _join_page(form), 400
    end_read()
    password_hash = passwords.hash_password(text_of(form.password))
    with unit_of_work():
        joining.ask(text_of(form.email), text_of(form.name), password_hash, form.handle.data)
    return redirect(url_for("auth.join_sent"), 303)


def _join_page(form: JoinForm) -> str:
    return render_template("auth/join.html", form=form, warn=addresses.is_warned(form))


@blueprint.get("/join/sent")
@public
def join_sent() -> ResponseReturnValue:
    """What everybody reads who has sent the form."""
    return render_template("auth/sent.html", again=url_for("auth.join"))


@blueprint.get("/confirm/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    """A button: programs that look into mail follow links, but press nothing."""
    account = _account_behind(token)
    if account is None:
        return _dead_link()
    return _confirm_page(account, _form_for(account, handle=request.args.get("handle", "")))


@blueprint.post("/confirm/<token>")
@public
@limiter.limit(DOOR_LIMIT, key_func=the_address)
def do_confirm(token: str) -> ResponseReturnValue:
    """The address is theirs, and so is the password; a handle is chosen here at the latest.

    Without the password a stranger could join with somebody else's address, have its owner confirm it,
    and come in. Joining again changes the password and ends this link in one unit of work.
    """
    account = _account_behind(token)
    if account is None:
        return _dead_link()
    form = _form_for(account)
    if not form.validate() or not _is_theirs(account, form):
        return _confirm_page(account, form), 400
    try:
        done = _confirmed(token, text_of(form.handle) if "handle" in form else None)
    except actions.HandleTaken:
        form.handle.errors = [_("That handle can't be had any more. Choose another.")]
        return _confirm_page(account, form), 400
    if not done:
        return _dead_link()
    flash(_("Your address is confirmed. Sign in to go on."), "good")
    return redirect(url_for("auth.sign_in"), 303)


def _is_theirs(account: Account, form: ConfirmForm) -> bool:
    """Whether whoever has the link knows the password as well; says so by the field if not."""
    end_read()
    if passwords.matches(account.password_hash, text_of(form.password)):
        return True
    form.password.errors = [_("That isn't the password that was chosen for this account. Nothing has been confirmed.")]
    return False


def _confirmed(token: str, handle: str | None) -> bool:
    with unit_of_work() as work:
        member_id = tokens.spend(token, tokens.CONFIRM)
        member = work.get(Member, member_id) if member_id else None
        if member is None:
            return False
        actions.confirm(member, None if member.handle else handle)
        return True


def _account_behind(token: str) -> Account | None:
    member_id = tokens.holder(token, tokens.CONFIRM)
    return queries.account(member_id) if member_id else None


def _form_for(account: Account, **data: str) -> ConfirmForm:
    """The form for the password, and for the handle where one is still to be chosen."""
    kind = ConfirmForm if account.handle else ConfirmAndHandleForm
    return kind(name=account.name, email=account.email, data=data or None)


def _confirm_page(account: Account, form: ConfirmForm) -> str:
    return render_template("auth/confirm.html", email=account.email, form=form)


def _dead_link() -> ResponseReturnValue:
    return render_template("auth/dead_link.html"), 404
