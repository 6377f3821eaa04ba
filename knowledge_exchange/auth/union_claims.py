"""What the provider vouches for about a person, taken at its word only where it says that it has made sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app

from knowledge_exchange.auth.forms import EMAIL_MAX_CHARS
from knowledge_exchange.auth.policy import NAME_MAX_CHARS, email_key
from knowledge_exchange.auth.union_facts import Shown, Untrue
from knowledge_exchange.core.text import one_line

MOST_NUMBER_CHARS = 32


def shown_by(claims: Mapping[str, Any], ask: Callable[[], Mapping[str, Any]]) -> Shown:
    """What ID token and (``ask``) user info say together; the second only where the first leaves something out."""
    wanted = ["email", current_app.config["KE_OIDC_NUMBER_CLAIM"]]
    more: Mapping[str, Any] = {}
    if any(name and name not in claims for name in wanted):
        more = ask()
        # User info of somebody else would be an attack (OpenID Connect Core 1.0, 5.3.2).
        if more and more.get("sub") != claims["sub"]:
            raise Untrue("user info: sub")
    # The address and the word about it come from one place, or neither counts.
    email = _email(claims if "email" in claims else more)
    both = {**more, **claims}
    return Shown(claims["iss"], claims["sub"], email, _name(both, email), _number(both))


def _email(claims: Mapping[str, Any]) -> str:
    """The address, if the provider has made sure of it; "true" in quotes and 1 are not the word of a provider."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or len(email) > EMAIL_MAX_CHARS:
        return ""
    try:
        return email_key(validate_email(email, check_deliverability=False, test_environment=True).normalized)
    except EmailNotValidError:
        return ""


def _name(claims: Mapping[str, Any], email: str) -> str:
    said = [claims.get(name) for name in ("name", "given_name", "family_name", "preferred_username")]
    whole, given, family, user = (one_line(text) if isinstance(text, str) else "" for text in said)
    name = whole or f"{given} {family}".strip() or user or email.partition("@")[0]
    return name[:NAME_MAX_CHARS]


def _number(claims: Mapping[str, Any]) -> str:
    claim = current_app.config["KE_OIDC_NUMBER_CLAIM"]
    number = claims.get(claim) if claim else None
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    return number if isinstance(number, str) and len(number) <= MOST_NUMBER_CHARS and "\0" not in number else ""
