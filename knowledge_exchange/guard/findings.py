"""What can be found in a text, and how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

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


class Words(NamedTuple):
    """What is said of one kind."""

    #: What takes the place of a finding.
    mask: LazyString
    #: What it looks like, for people: "an NHS number".
    looks_like: LazyString
    #: What somebody says who posts it all the same: findings of this kind are no patient's. Of hard kinds only.
    declared: LazyString | None = None


WORDS: Mapping[str, Words] = {
    "nhs": Words(_l("[NHS number]"), _l("an NHS number"), _l("No patient’s NHS number is among these")),
    "chi": Words(_l("[CHI number]"), _l("a CHI number"), _l("No patient’s CHI number is among these")),
    "hc": Words(
        _l("[H&C number]"), _l("a Health and Care number"), _l("No patient’s Health and Care number is among these")
    ),
    "nino": Words(
        _l("[National Insurance number]"),
        _l("a National Insurance number"),
        _l("No patient’s National Insurance number is among these"),
    ),
    "birth": Words(_l("[date of birth]"), _l("a date of birth"), _l("No patient was born on any of these days")),
    "postcode": Words(_l("[postcode]"), _l("a full postcode"), _l("No patient lives at any of these postcodes")),
    "email": Words(_l("[e-mail address]"), _l("an e-mail address")),
    "phone": Words(_l("[phone number]"), _l("a phone number")),
    "organisation": Words(_l("[organisation]"), _l("an organisation")),
    "name": Words(_l("[name]"), _l("a person’s name")),
}
