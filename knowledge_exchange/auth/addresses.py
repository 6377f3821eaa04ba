"""Whose an e-mail address is: the person's own, or their employer's, who may be able to read what is sent there."""

from __future__ import annotations

from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import column, func, literal, or_, select, table

from knowledge_exchange.auth.forms import AddressForm, text_of
from knowledge_exchange.core.db import db

#: Of the public services; whatever ends in one of these counts.
EMPLOYERS = frozenset(
    {
        *("nhs.uk", "nhs.net", "nhs.scot", "wales.nhs.uk", "hscni.net"),
        *("gov.uk", "gov.scot", "gov.wales", "mod.uk"),
    }
)
#: No domain that mail reaches has more.
_MOST_LABELS = 20

#: Employers with domains of their own are looked up where an upper room keeps them.
_ORGANISATIONS = table("organisation", column("domains"))


def is_employers(address: str) -> bool:
    """Whether an employer may be able to read what is sent there, by its domain or one that this belongs to.

    Looks into the table of organisations, and nowhere else: the answer tells nothing about accounts.
    """
    domains = list(_domains_of(address))
    if not domains:
        return False
    return not EMPLOYERS.isdisjoint(domains) or _is_an_organisations(domains)


def is_warned(form: AddressForm) -> bool:
    """Whether the form is to say what an employer's address means: one was typed, taken as it is or not."""
    return bool(text_of(form.email)) and is_employers(text_of(form.email))


def warn(form: AddressForm) -> bool:
    """Whether an employer's address was typed, and nobody has said yet to use it all the same; the field says so."""
    if not is_warned(form) or form.use_anyway.data:
        return False
    said = _("That looks like an address at work: see below.")
    form.email.errors = [*form.email.errors, said]
    return True


def _domains_of(address: str) -> Iterator[str]:
    """The domain of an address, and those above it; the last alone (``uk``) is nobody's."""
    labels = _domain_of(address).rstrip(".").lower().split(".")[-_MOST_LABELS:]
    for first in range(len(labels) - 1):
        yield ".".join(labels[first:])


def _domain_of(address: str) -> str:
    """As lists of organisations and mail servers write it (``xn--…``); forms keep what people read."""
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address.rpartition("@")[2].strip()
    return str(found.ascii_domain)


def _is_an_organisations(domains: list[str]) -> bool:
    listed = literal(" ") + func.lower(_ORGANISATIONS.c.domains) + literal(" ")
    among = or_(*(listed.contains(f" {domain} ", autoescape=True) for domain in domains))
    found = select(literal(1)).select_from(_ORGANISATIONS).where(_ORGANISATIONS.c.domains != "", among).limit(1)
    return db.session.scalar(found) is not None
