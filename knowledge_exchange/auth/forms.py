"""What people fill in about their account. Nothing here looks into the database: see auth/routes*.py."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, ValidationError

from knowledge_exchange.auth import passwords, policy
from knowledge_exchange.core.text import one_line

EMAIL_MAX_CHARS = 254


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose token the gate has checked already."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False


def text_of(field: Field) -> str:
    """What was typed into a field; the empty text where it was not sent."""
    return str(field.data or "")


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def handle_fault(handle: str, name: str) -> str | None:
    """What is wrong with a handle for somebody of that name, in words; None when nothing is."""
    if not policy.has_handle_form(handle):
        return str(
            _l(
                "Use %(least)s to %(most)s letters a to z, digits and single hyphens, beginning with a letter.",
                least=policy.HANDLE_MIN_CHARS,
                most=policy.HANDLE_MAX_CHARS,
            )
        )
    if policy.is_reserved(handle):
        return str(_l("That word is kept for the exchange itself. Choose another."))
    if policy.is_made_from(handle, name):
        return str(_l("Part of your name is in it. A handle must not tell who you are: choose another."))
    return None


def _name_line(text: str | None) -> str:
    return one_line(text or "")


class _EmailForm(Form):
    email = EmailField(
        _l("E-mail address"),
        [DataRequired(_l("Type your e-mail address.")), Length(max=EMAIL_MAX_CHARS)],
        filters=[_one_line],
    )

    def validate_email(self, field: Field) -> None:
        """Something that mail can be sent to; whether anybody has it is not asked here."""
        try:
            found = validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise ValidationError(str(_l("That isn't a whole e-mail address, such as name@example.org."))) from error
        field.data = policy.email_key(found.normalized)


class AddressForm(_EmailForm):
    """A form with an address that mail will go to; see :mod:`auth.addresses` about those of employers."""

    use_anyway = BooleanField(_l("Use it all the same"))


class EmailChangeForm(AddressForm):
    """Another address for one's account."""


class JoinForm(AddressForm):
    """A new account."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Type your name.")),
            Length(max=policy.NAME_MAX_CHARS, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[_name_line],
    )
    handle = StringField(_l("Handle"), filters=[policy.handle_key_or_none])
    password = PasswordField(_l("Password"), [DataRequired(_l("Choose a password."))])

    def validate_handle(self, field: Field) -> None:
        """The rules that need no look at who has which: that is told to nobody but at confirming."""
        fault = handle_fault(field.data, self.name.data or "") if field.data else None
        if fault:
            raise ValidationError(fault)

    def validate_password(self, field: Field) -> None:
        """Not too easily guessed, by those who know them least of all."""
        about = (self.email.data or "", self.name.data or "", self.handle.data or "")
        fault = passwords.fault_of(field.data, *about)
        if fault:
            raise ValidationError(fault)


class ResetForm(_EmailForm):
    """Asking for a link to choose another password."""


class _PersonForm(Form):
    """A form about somebody who is known: their facts are given by the route."""

    def __init__(self, *args: Any, name: str, email: str, handle: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = {"name": name, "email": email, "handle": handle or ""}


class HandleForm(_PersonForm):
    """Choosing a handle."""

    handle = StringField(_l("Handle"), [DataRequired(_l("Choose a handle."))], filters=[policy.handle_key_or_none])

    def validate_handle(self, field: Field) -> None:
        """See :func:`handle_fault`."""
        fault = handle_fault(field.data, self.about["name"])
        if fault:
            raise ValidationError(fault)


class ConfirmForm(_PersonForm):
    """Confirming an address, by somebody with a link: they show that it was them who joined."""

    password = PasswordField(_l("Password"), [DataRequired(_l("Type the password that you chose when you joined."))])


class ConfirmAndHandleForm(HandleForm, ConfirmForm):
    """The same, by somebody who has still to choose a handle."""


class NewPasswordForm(_PersonForm):
    """A new password, by somebody with a link."""

    new_password = PasswordField(_l("New password"), [DataRequired(_l("Choose a password."))])

    def validate_new_password(self, field: Field) -> None:
        """As at joining."""
        fault = passwords.fault_of(field.data, *self.about.values())
        if fault:
            raise ValidationError(fault)


class NewPasswordAndHandleForm(NewPasswordForm):
    """A new password, by somebody who has no handle yet and may choose one."""

    handle = StringField(_l("Handle"), filters=[policy.handle_key_or_none])

    def validate_handle(self, field: Field) -> None:
        """See :func:`handle_fault`."""
        fault = handle_fault(field.data, self.about["name"]) if field.data else None
        if fault:
            raise ValidationError(fault)


class ChangePasswordForm(NewPasswordForm):
    """A new password, by somebody who is signed in."""

    current_password = PasswordField(
        _l("Password that you use now"), [DataRequired(_l("Type the password that you use now."))]
    )


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    """All names of time zones; reading them means walking through 600 files."""
    return sorted(available_timezones())


class ReadingForm(Form):
    """How times and threads are shown."""

    zone = SelectField(_l("Time zone"))
    thread_view = RadioField(
        _l("Threads"),
        choices=[
            SelectChoice("tree", _l("As a tree: each reply under what it answers")),
            SelectChoice("flat", _l("By time: one after another")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in _zones()]
