"""The page behind the link of an invitation: an account, and a place in it, in one step."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, PasswordField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from knowledge_exchange.auth import joining, passwords, policy
from knowledge_exchange.auth.actions import HandleTaken
from knowledge_exchange.auth.forms import EMAIL_MAX_CHARS, Form, handle_fault, text_of
from knowledge_exchange.auth.gate import anybody, public
from knowledge_exchange.auth.limits import DOOR_LIMIT, limiter, the_address
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import current_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.text import one_line
from knowledge_exchange.verification.inviting import invited
from knowledge_exchange.verification.policy import is_outside

blueprint = Blueprint("invited", __name__, url_prefix="/invited")
BAD_INPUT = 400


class InvitedForm(Form):
    """An account for somebody whom the roll knows: ``of`` is their invitation."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Type your name.")),
            Length(max=policy.NAME_MAX_CHARS, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[lambda text: one_line(text or "")],
    )
    other = EmailField(
        _l("Another address"), [Length(max=EMAIL_MAX_CHARS)], filters=[lambda text: one_line(text or "")]
    )
    handle = StringField(_l("Handle"), filters=[policy.handle_key_or_none])
    password = PasswordField(_l("Password"), [DataRequired(_l("Choose a password."))])

    def __init__(self, of: AnyRow) -> None:
        super().__init__()
        self.email = of.email
        if of.first_name:
            # The roll's name is the one that counts: it is shown, not asked for.
            self.name.data = f"{of.first_name} {of.surname}"
            self.known_name = str(self.name.data)
        else:
            self.known_name = ""
            self.name.data = self.name.data or of.surname

    def validate_other(self, field: Field) -> None:
        """Something that mail can be sent to; whether anybody has it is not asked here."""
        if not field.data:
            return
        try:
            found = validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise ValidationError(str(_l("That isn't a whole e-mail address, such as name@example.org."))) from error
        field.data = policy.email_key(found.normalized)

    def validate_handle(self, field: Field) -> None:
        """The rules that need no look at who has which."""
        fault = handle_fault(field.data, text_of(self.name)) if field.data else None
        if fault:
            raise ValidationError(fault)

    def validate_password(self, field: Field) -> None:
        """Not too easily guessed, by those who know them least of all."""
        about = (self.email, text_of(self.other), text_of(self.name), text_of(self.handle))
        fault = passwords.fault_of(field.data, *about)
        if fault:
            raise ValidationError(fault)


@blueprint.get("/<token>")
@anybody
def page(token: str) -> ResponseReturnValue:
    """A form: programs that look into mail follow links, but press nothing."""
    me = current_me()
    if me is not None and not is_outside(me.standing):
        return _has_a_place(me)
    invitation = invited.find(token)
    if invitation is None:
        return _dead_link()
    if me is not None:
        return render_template("verification/invited_take.html", token=token, invitation=invitation, nav="me")
    return _form_page(token, InvitedForm(invitation))


@blueprint.post("/<token>")
@anybody
@limiter.limit(DOOR_LIMIT, key_func=the_address)
@never_sooner
def accept(token: str) -> ResponseReturnValue:
    """Open the account, or let the one that is signed in have the place."""
    me = current_me()
    try:
        if me is None:
            return _open_account(token)
        return _take(token, me) if is_outside(me.standing) else _has_a_place(me)
    except invited.DeadInvitation:
        return _dead_link()


def _take(token: str, me: Me) -> ResponseReturnValue:
    with unit_of_work():
        invited.use_for(token, me.id)
    flash(_("Welcome: your membership is confirmed. These are your networks."), "good")
    return redirect(url_for("networks.list_networks"), 303)


def _open_account(token: str) -> ResponseReturnValue:
    invitation = invited.find(token)
    if invitation is None:
        raise invited.DeadInvitation
    form = InvitedForm(invitation)
    if not form.validate():
        return _form_page(token, form), BAD_INPUT
    end_read()
    password_hash = passwords.hash_password(text_of(form.password))
    other = text_of(form.other)
    if other and other != policy.email_key(invitation.email):
        return _with_another_address(token, form, other, password_hash)
    try:
        with unit_of_work():
            invited.open_account(
                token, password_hash=password_hash, name=text_of(form.name), handle=form.handle.data or None
            )
    except HandleTaken:
        form.handle.errors = [_("That handle can't be had any more. Choose another.")]
        return _form_page(token, form), BAD_INPUT
    # The same for an address that has an account, and whose owner has been written to.
    flash(_("Sign in with this address to go on. If that does not work, look into your letter box."), "good")
    return redirect(url_for("auth.sign_in", next=url_for(".page", token=token)), 303)


def _with_another_address(token: str, form: InvitedForm, other: str, password_hash: str) -> ResponseReturnValue:
    """As at joining: the address must be confirmed first. The invitation stays good until the account uses it."""
    with unit_of_work():
        joining.ask(other, text_of(form.name), password_hash, form.handle.data or None)
    return redirect(url_for(".sent", token=token), 303)


@blueprint.get("/<token>/sent")
@public
def sent(token: str) -> ResponseReturnValue:
    """What everybody reads who has given another address."""
    return render_template("verification/invited_sent.html", token=token)


def _has_a_place(me: Me) -> ResponseReturnValue:
    """Members have arrived; the suspended have other ways, on their own page."""
    return redirect(url_for("networks.list_networks" if me.is_active else "auth.my_page"), 303)


def _form_page(token: str, form: InvitedForm) -> str:
    return render_template("verification/invited.html", token=token, form=form)


def _dead_link() -> ResponseReturnValue:
    return render_template("auth/dead_link.html"), 404
