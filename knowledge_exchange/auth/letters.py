"""The messages of the door. They go to whoever owns the address, and say there what the page may not say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from knowledge_exchange.auth import queries, tokens
from knowledge_exchange.core.clock import now
from knowledge_exchange.mail.actions import post_mail

#: Nobody's letter box is filled by a stranger who types their address again and again.
MOST_AN_HOUR = 5
_HOUR = timedelta(hours=1)


def ask_to_confirm(member_id: int, email: str, handle: str | None = None) -> None:
    """A link that confirms the address; the handle wished for travels in it, so that nothing is reserved yet."""
    if has_had_enough(email):
        return
    token = tokens.issue(member_id, tokens.CONFIRM)
    link = _link("auth.confirm", token=token, handle=handle)
    days = tokens.LIFE[tokens.CONFIRM].days
    _post(email, _("Please confirm your e-mail address"), "confirm", member_id, link=link, days=days)


def say_already(member_id: int, email: str) -> None:
    """Somebody tried to join with an address that has an account."""
    links = {"sign_in": _link("auth.sign_in"), "reset": _link("auth.reset")}
    if not has_had_enough(email):
        _post(email, _("You have an account already"), "already", member_id, **links)


def offer_reset(member_id: int, email: str) -> None:
    """A link with which a new password can be chosen."""
    if has_had_enough(email):
        return
    link = _link("auth.choose_password", token=tokens.issue(member_id, tokens.RESET))
    hours = tokens.LIFE[tokens.RESET] // _HOUR
    _post(email, _("Choose a new password"), "reset", member_id, link=link, hours=hours)


def say_no_account(email: str) -> None:
    """Somebody asked for a new password with an address that has no account."""
    if not has_had_enough(email):
        _post(email, _("About your request for a new password"), "reset_none", None, join=_link("auth.join"))


def confirm_password_change(member_id: int, email: str) -> None:
    """The password was changed: whoever did not do it should know."""
    _post(email, _("Your password has been changed"), "password_changed", member_id, reset=_link("auth.reset"))


def ask_for_new_address(member_id: int, email: str) -> None:
    """A link, to the new address of an account, that shows that it is theirs."""
    if has_had_enough(email):
        return
    link = _link("auth.new_email", token=tokens.issue(member_id, tokens.EMAIL, email=email))
    hours = tokens.LIFE[tokens.EMAIL] // _HOUR
    _post(email, _("Please confirm your e-mail address"), "email_confirm", member_id, link=link, hours=hours)


def say_address_asked(member_id: int, email: str) -> None:
    """To the address as it is: somebody wants another in its place."""
    if not has_had_enough(email):
        _post(email, _("About the address of your account"), "email_asked", member_id, reset=_link("auth.reset"))


def say_address_changed(member_id: int, email: str) -> None:
    """To the address that was: nothing comes there any more."""
    _post(email, _("The address of your account has changed"), "email_changed", member_id)


def say_factors_changed(member_id: int, email: str, what: str) -> None:
    """Something about signing in was changed: its owner should know.

    ``what``: ``added``, ``removed``, ``code_used``, ``union_linked`` or ``union_unlinked``.
    """
    links = {"factors": _link("auth.factors_page"), "reset": _link("auth.reset")}
    _post(email, _("How you sign in has changed"), "factors_changed", member_id, what=what, **links)


def say_unknown_device(member_id: int, email: str, device: str, place: str) -> None:
    """Somebody signed in with a browser that the account's owner has not used before; ``place`` may be empty."""
    if not has_had_enough(email):
        links = {"me": _link("auth.my_page"), "reset": _link("auth.reset")}
        _post(email, _("A sign-in on a new device"), "unknown_device", member_id, device=device, place=place, **links)


def reset_link(token: str) -> str:
    """The address at which a password is chosen with this token."""
    return _link("auth.choose_password", token=token)


def has_had_enough(email: str) -> bool:
    """Whether so many messages went to that address within the hour that none is written now."""
    return queries.messages_since(email, now() - _HOUR) >= MOST_AN_HOUR


def _link(endpoint: str, **values: str | None) -> str:
    """An address at KE_BASE_URL, whatever address this request came by (none, on the command line)."""
    paths = current_app.url_map.bind("")
    given = {name: value for name, value in values.items() if value is not None}
    return str(current_app.config["KE_BASE_URL"] + paths.build(endpoint, given))


def _post(email: str, subject: str, template: str, member_id: int | None, **facts: Any) -> None:
    post_mail(email, str(subject), template, member_id=member_id, essential=True, **facts)
