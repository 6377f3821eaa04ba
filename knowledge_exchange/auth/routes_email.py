"""The address of one's account, and another one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import addresses, changing_address, queries, sessions
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.forms import EmailChangeForm, text_of
from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import ACCOUNT_LIMIT, limiter
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import end_read, unit_of_work


@blueprint.get("/settings/email")
@active
def email_page() -> ResponseReturnValue:
    """The address as it is, and the form for another."""
    return _page(_account(), EmailChangeForm(formdata=None))


@blueprint.post("/settings/email")
@active
@limiter.limit(ACCOUNT_LIMIT)
@never_sooner
def ask_for_email() -> ResponseReturnValue:
    """Mail a link to the new address. The answer is the same where that has an account already."""
    asked = ask_unless_fresh()
    if asked is not None:
        return asked
    account, form = _account(), EmailChangeForm()
    if not _is_good(form, account):
        return _page(account, form), 400
    end_read()
    with unit_of_work():
        changing_address.ask(account.id, account.email, text_of(form.email))
    flash(
        _("If that address can be used, a message is on its way to it. Open its link, signed in as you are now."),
        "good",
    )
    return redirect(url_for("auth.email_page"), 303)


def _is_good(form: EmailChangeForm, account: Account) -> bool:
    good = form.validate()
    if good and text_of(form.email) == account.email:
        form.email.errors = [_("That is the address of your account already.")]
        return False
    return good and not addresses.warn(form)


@blueprint.get("/settings/email/<token>")
@active
def new_email(token: str) -> ResponseReturnValue:
    """A button: programs that look into mail follow links, but press nothing."""
    email = changing_address.address_behind(require_me().id, token)
    if email is None:
        return _dead_link()
    return render_template("auth/email_change.html", nav="me", email=email)


@blueprint.post("/settings/email/<token>")
@active
@limiter.limit(ACCOUNT_LIMIT)
def change_email(token: str) -> ResponseReturnValue:
    """Change it. Only signed in as who asked: a link that went to a stranger must not give them the account."""
    me = require_me()
    with unit_of_work():
        done = changing_address.change(me.id, token)
        if done:
            sessions.begin(me.id, request.user_agent.string)
    if not done:
        return _dead_link()
    flash(_("Your address is changed. Every other device has been signed out."), "good")
    return redirect(url_for("auth.email_page"), 303)


def _account() -> Account:
    account = queries.account(require_me().id)
    assert account is not None
    return account


def _page(account: Account, form: EmailChangeForm) -> str:
    return render_template(
        "auth/email.html",
        nav="me",
        email=account.email,
        at_work=addresses.is_employers(account.email),
        form=form,
        warn=addresses.is_warned(form),
    )


def _dead_link() -> ResponseReturnValue:
    return render_template("auth/email_dead.html", nav="me"), 404
