"""One ``<row …/>`` of a dump: from its text to a typed post, or the reason why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from flask_babel import gettext as _

from knowledge_exchange.core import clock

#: The longest text there is (30,000 characters of Markdown, all of them escaped).
LONGEST_BODY = 150_000
LARGEST_NUMBER = 1 << 53
#: Nothing in a dump was written before there were such forums; a dump's clock may run a little ahead.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SLACK = timedelta(days=1)

_NUMBER = re.compile(r"-?[0-9]{1,16}")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z?")
_TAG = re.compile(r"[^<>|]+")
_QUOTED_LENGTH = 40


class Kind(Enum):
    """What a row is; all but questions and answers (tag texts, nominations) is ``OTHER``."""

    QUESTION = 1
    ANSWER = 2
    OTHER = 0


class BadRow(ValueError):
    """A row that can't be imported; says why, as the second half of "Line 12: the row …"."""


@dataclass(frozen=True, slots=True)
class Row:
    """One post of the dump; ``line`` is where it begins, ``body`` is HTML, ``created`` is UTC.

    ``parent`` (an answer's question) and ``accepted`` (a question's answer) are ids of the dump;
    ``owner`` is None where the account is gone, then there may be an ``owner_name``.
    """

    line: int
    id: int
    kind: Kind
    parent: int | None
    accepted: int | None
    owner: int | None
    owner_name: str | None
    created: datetime
    title: str
    body: str
    tags: tuple[str, ...]
    score: int
    licence: str | None


def parse_row(line: int, data: bytes) -> Row:
    """The row in ``data``, which begins in ``line`` of the file. Raises :class:`BadRow`."""
    fields = _Fields(_parse_xml(data))
    kind = _KINDS.get(fields.required_number("PostTypeId"), Kind.OTHER)
    return Row(
        line=line,
        id=fields.required_number("Id"),
        kind=kind,
        parent=fields.required_number("ParentId") if kind is Kind.ANSWER else None,
        accepted=fields.number("AcceptedAnswerId") if kind is Kind.QUESTION else None,
        owner=fields.number("OwnerUserId"),
        owner_name=fields.text("OwnerDisplayName") or None,
        created=fields.date("CreationDate"),
        title=fields.required_text("Title") if kind is Kind.QUESTION else "",
        body="" if kind is Kind.OTHER else fields.body("Body"),
        tags=tuple(_TAG.findall(fields.text("Tags"))),
        score=fields.number("Score") or 0,
        licence=fields.text("ContentLicense") or None,
    )


_KINDS = {1: Kind.QUESTION, 2: Kind.ANSWER}


class _Fields:
    """The attributes of a row, each asked for as what it must be."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes

    def text(self, name: str) -> str:
        return self._attributes.get(name, "").strip()

    def required_text(self, name: str) -> str:
        if name not in self._attributes:
            raise BadRow(_("has no %(name)s", name=name))
        text = self.text(name)
        if not text:
            raise BadRow(_("has an empty %(name)s", name=name))
        return text

    def body(self, name: str) -> str:
        text = self.required_text(name)
        if len(text) > LONGEST_BODY:
            raise BadRow(_("has a %(name)s longer than any post", name=name))
        return text

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or int(text) > LARGEST_NUMBER:
            raise BadRow(_("has the %(name)s “%(text)s”, which is not a number", name=name, text=_short(text)))
        return int(text)

    def required_number(self, name: str) -> int:
        self.required_text(name)
        number = self.number(name)
        if number is None or number < 1:
            raise BadRow(_("has the %(name)s “%(text)s”, which can't be", name=name, text=self.text(name)))
        return number

    def date(self, name: str) -> datetime:
        text = self.required_text(name)
        try:
            if not _DATE.fullmatch(text):
                raise ValueError
            date = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC)
        except ValueError:
            reason = _("has the %(name)s “%(text)s”, which is not a date", name=name, text=_short(text))
            raise BadRow(reason) from None
        if not EARLIEST <= date <= clock.now() + CLOCK_SLACK:
            raise BadRow(_("has the %(name)s %(text)s, which can't be", name=name, text=text))
        return date


def _parse_xml(data: bytes) -> dict[str, str]:
    try:
        element = fromstring(data.decode("utf-8"), forbid_dtd=True)
    except UnicodeDecodeError:
        raise BadRow(_("is not UTF-8 text")) from None
    except ParseError as error:
        raise BadRow(_why_not_xml(error)) from None
    except (DefusedXmlException, ValueError):
        raise BadRow(_("declares entities, which are never followed")) from None
    if element.tag != "row":
        raise BadRow(_("is not a row but <%(tag)s>", tag=_short(element.tag)))
    return dict(element.attrib)


def _why_not_xml(error: ParseError) -> str:
    message = errors.messages.get(error.code, "")
    if message == errors.XML_ERROR_UNDEFINED_ENTITY:
        reason = _("uses an entity that XML doesn't know (column %(column)s)", column=error.position[1] + 1)
    elif message in (errors.XML_ERROR_BAD_CHAR_REF, errors.XML_ERROR_INVALID_TOKEN):
        reason = _("holds what XML doesn't allow there (column %(column)s)", column=error.position[1] + 1)
    elif message == errors.XML_ERROR_DUPLICATE_ATTRIBUTE:
        reason = _("says the same attribute twice (column %(column)s)", column=error.position[1] + 1)
    elif message == errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        reason = _("shares its line with something else (column %(column)s)", column=error.position[1] + 1)
    else:
        reason = _("is not well-formed XML (column %(column)s)", column=error.position[1] + 1)
    return str(reason)


def _short(text: str) -> str:
    return text if len(text) <= _QUOTED_LENGTH else text[:_QUOTED_LENGTH] + "…"
