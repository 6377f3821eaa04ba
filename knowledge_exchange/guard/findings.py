"""What can be found in a text, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

#: Kinds that identify a patient: they stop a post until they are masked or declared to be nobody's.
HARD = ("nhs", "chi", "hc", "nino", "birth", "postcode")
#: Kinds that may identify a colleague, or the author.
SOFT = ("email", "phone", "organisation", "name")
KINDS = HARD + SOFT


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text: ``text[start:end]``, counted in characters of the text as it was given."""

    kind: str
    start: int
    end: int
    text: str
    #: What may stand there instead.
    mask: str
    #: Whether it is of a kind that identifies a patient.
    is_patient: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a folded text, before it is a finding."""

    kind: str
    start: int
    end: int


def mask_of(kind: str) -> str:
    """The words that take the place of a finding."""
    said: dict[str, str] = {
        "nhs": _("[NHS number]"),
        "chi": _("[CHI number]"),
        "hc": _("[H&C number]"),
        "nino": _("[National Insurance number]"),
        "birth": _("[date of birth]"),
        "postcode": _("[postcode]"),
        "email": _("[e-mail address]"),
        "phone": _("[phone number]"),
        "organisation": _("[organisation]"),
        "name": _("[name]"),
    }
    return said[kind]


def words_of(kind: str) -> str:
    """What it looks like, for people: "an NHS number"."""
    said: dict[str, str] = {
        "nhs": _("an NHS number"),
        "chi": _("a CHI number"),
        "hc": _("a Health and Care number"),
        "nino": _("a National Insurance number"),
        "birth": _("a date of birth"),
        "postcode": _("a full postcode"),
        "email": _("an e-mail address"),
        "phone": _("a phone number"),
        "organisation": _("an organisation"),
        "name": _("a person’s name"),
    }
    return said[kind]


def declared_of(kind: str) -> str:
    """What somebody says who posts it all the same: findings of this kind are no patient's."""
    said: dict[str, str] = {
        "nhs": _("No patient’s NHS number is among these"),
        "chi": _("No patient’s CHI number is among these"),
        "hc": _("No patient’s Health and Care number is among these"),
        "nino": _("No patient’s National Insurance number is among these"),
        "birth": _("No patient was born on any of these days"),
        "postcode": _("No patient lives at any of these postcodes"),
    }
    return said[kind]
