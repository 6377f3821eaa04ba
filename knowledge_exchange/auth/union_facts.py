"""What the parts of signing in with the union's account hand to each other. Light: it is imported in every process."""

from __future__ import annotations

from typing import NamedTuple


class Untrue(Exception):
    """The provider's answer is not to be believed; the message is for the log and holds nothing personal."""


class Unreachable(Exception):
    """The provider gives no answer, or none that could be meant for us; the message is for the log."""


class Shown(NamedTuple):
    """Whom the provider has shown. What it does not vouch for is empty."""

    issuer: str
    subject: str
    email: str
    name: str
    #: On the roll of KE_OIDC_SOURCE.
    number: str
