"""What somebody typed is never lost: a form that could not be taken is shown again, whole.

Its page had grown old, its session had ended, or it came too fast. Secrets are never written into a
page: passwords, codes and membership numbers are typed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth import passkeys
from knowledge_exchange.auth.answering import asked_for, is_local_path, local_or

CARRY_PREFIX = "carry."
CARRY_ACTION = "carry_action"
_TOKEN = "csrf_token"  # noqa: S105
_PASSWORDS = frozenset({"password", "new_password", "current_password"})
_SECRETS = _PASSWORDS | {"code", "number", "token"}
#: Answers of a passkey, and of the page that asks whether it is still the member: good once, never given back.
_GONE = frozenset({_TOKEN, "credential", "confirm_password", "confirm_code", "confirm_credential"})
#: Chosen or made by the page, not typed: they go along unseen.
_SHORT_CHARS = 80

HIDDEN, LINE, TEXT, SECRET, PASSWORD = "hidden", "line", "text", "secret", "password"


@dataclass(frozen=True)
class TypedField:
    """One field of a form: its name in the form, its name for people, its value, how to show it."""

    name: str
    label: str
    value: str
    shown: str


def _labels() -> dict[str, str]:
    """The names for people of the fields that people type into."""
    return {
        "title": _("Title"),
        "body": _("Text"),
        "text": _("Text"),
        "description": _("Description"),
        "note": _("Note"),
        "reason": _("Reason"),
        "name": _("Name"),
        "handle": _("Handle"),
        "email": _("E-mail address"),
        "surname": _("Surname on the roll"),
        "password": _("Password"),
        "new_password": _("New password"),
        "current_password": _("Password that you use now"),
        "code": _("Code"),
        "number": _("Membership number"),
        "token": _("Token"),
    }


def fields_of(form: MultiDict[str, str]) -> list[TypedField]:
    """The fields of a form in their order, secrets emptied."""
    labels = _labels()
    pairs = [(name, value) for name, value in form.items(multi=True) if name not in _GONE]
    return [_field(name, value, labels) for name, value in pairs]


def _field(name: str, value: str, labels: dict[str, str]) -> TypedField:
    label = labels.get(name) or name.replace("_", " ").replace("-", " ").capitalize()
    if name in _SECRETS:
        return TypedField(name, label, "", PASSWORD if name in _PASSWORDS else SECRET)
    if not value.strip() or (name not in labels and " " not in value.strip() and "\n" not in value):
        return TypedField(name, label, value, HIDDEN)
    is_long = name in ("body", "text") or "\n" in value or len(value) > _SHORT_CHARS
    return TypedField(name, label, value, TEXT if is_long else LINE)


def has_text(fields: Iterable[TypedField]) -> bool:
    """Whether anything in them was typed by a person and can be given back."""
    return any(field.shown in (LINE, TEXT) for field in fields)


def show_again(action: str, form: MultiDict[str, str], *, cause: str = "old", can_send: bool = True) -> str:
    """The page that shows a form's text again, with a fresh token and a button that sends it to ``action``.

    ``cause``: ``old`` (its token is no longer good), ``signed_in`` (it came through a sign-in), ``often``
    (too many in a short time), ``busy``, ``gone`` (there is nothing that it could go to). ``can_send``:
    whether this person may send it at all; if not, it is there to be copied.
    """
    return render_template(
        "errors/resubmit.html",
        action=local_or(action, "/"),
        fields=fields_of(form),
        cause=cause,
        can_send=can_send,
        has_cookie=current_app.config["SESSION_COOKIE_NAME"] in request.cookies,
    )


def sign_in_with_text() -> ResponseReturnValue | None:
    """The sign-in page holding what was typed in a session that has ended; None if nothing was typed."""
    fields = fields_of(request.form)
    if not has_text(fields):
        return None
    return sign_in_page(carried=fields, carry_action=asked_for()), 401


def sign_in_page(
    *,
    email: str = "",
    goal: str = "",
    wrong: str = "",
    carried: list[TypedField] | None = None,
    carry_action: str = "",
) -> str:
    """The sign-in page; ``wrong``: what fits no account, ``password`` or ``passkey``; or ``union`` is down."""
    return render_template(
        "auth/sign_in.html",
        action=url_for("auth.sign_in"),
        email=email,
        next=goal,
        wrong=wrong,
        carried=[field for field in carried or [] if field.shown not in (SECRET, PASSWORD)],
        carry_action=carry_action,
        carry_prefix=CARRY_PREFIX,
        nav="sign-in",
        with_passkey=passkeys.party() is not None,
    )


def carried() -> tuple[str, MultiDict[str, str]] | None:
    """The form that came along with a sign-in: where it was going, and its text."""
    action = request.form.get(CARRY_ACTION, "")
    if not is_local_path(action):
        return None
    pairs = [
        (name.removeprefix(CARRY_PREFIX), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(CARRY_PREFIX)
    ]
    return (action, MultiDict(pairs)) if pairs else None
