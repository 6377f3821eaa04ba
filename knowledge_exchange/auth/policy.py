"""Who may do what with an account, and what may be a handle. Pure: facts in, answers out."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

HANDLE_MIN_CHARS = 3
HANDLE_MAX_CHARS = 30
HANDLE_PAUSE = timedelta(days=365)
NAME_MAX_CHARS = 80
#: A part of a name this short ("Jo", "Li") is in every other word: it counts only as a whole word.
_SHORT_NAME_PART = 2

_HANDLE = re.compile(r"[a-z](?:-?[a-z0-9])*")

_RESERVED = """
    about account admin administrator administrators admins all anonymous api central channel claim committee
    confirm council deleted demo employer everybody everyone exchange executive fda forum help helpdesk here home
    hostmaster imported info join knowledge link live login logout mail me member members membership mip mod
    moderation moderator moderators mods myself network networks news nhs nobody none noreply notifications null
    office officer officers official online owner password policy postmaster president privacy pseudonym
    reset rep reps representative root rules search secretary security service settings sign-in sign-out signin
    signout somebody staff steward support suspended sysop system team undefined union unison unknown user
    users verify webmaster you
"""
#: Words that would pass for the union, for an office in it, or for a page of the exchange.
RESERVED_WORDS = frozenset(_RESERVED.split())
_OFFICE_WORDS = (
    "admin administrator fda mip mod moderator nhs officer officers official president representative secretary "
    "staff steward union unison"
)
#: These say an office wherever they stand: ``national-officer``, ``unison-north-west``.
_OFFICES = frozenset(_OFFICE_WORDS.split())


def email_key(text: str) -> str:
    """An e-mail address as it is stored and looked up: composed, in small letters, without edges."""
    return unicodedata.normalize("NFC", text).strip().lower()


def handle_key(text: str) -> str:
    """A handle as it is stored and looked up; people may type capitals and the ``@``."""
    return text.strip().removeprefix("@").lower()


def handle_key_or_none(text: str | None) -> str | None:
    """As :func:`handle_key`; None where nothing was typed."""
    return handle_key(text or "") or None


def has_handle_form(handle: str) -> bool:
    """3 to 30 letters a-z, digits and single hyphens, beginning with a letter and not ending with a hyphen."""
    fits = HANDLE_MIN_CHARS <= len(handle) <= HANDLE_MAX_CHARS
    return fits and _HANDLE.fullmatch(handle) is not None


def is_reserved(handle: str) -> bool:
    """Whether it would pass for somebody speaking for the union or the exchange."""
    plain = handle.replace("-", "")
    words = set(handle.split("-"))
    return handle in RESERVED_WORDS or plain in RESERVED_WORDS or bool(words & _OFFICES)


def is_made_from(handle: str, name: str) -> bool:
    """Whether a part of the name can be read in the handle (a pseudonym would be none)."""
    plain = handle.replace("-", "")
    words = set(handle.split("-"))
    return any(part in words or (len(part) > _SHORT_NAME_PART and part in plain) for part in _name_parts(name))


def _name_parts(name: str) -> set[str]:
    """The words of a name in plain letters: ``Zoë O'Brien-Łaski`` gives zoe, obrien, laski, obrienlaski."""
    parts: set[str] = set()
    for word in name.split():
        pieces = [_plain_letters(piece) for piece in re.split(r"[-‐–]", word)]
        parts.update((*pieces, "".join(pieces)))
    return parts - {""}


_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def _plain_letters(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.casefold()).translate(_UNDECOMPOSED)
    return "".join(letter for letter in spread if letter.isascii() and letter.isalnum())


def may_change_handle(changed_at: datetime | None, at: datetime) -> bool:
    """Whether a year has gone by since the last change (a first choice is always free)."""
    return changed_at is None or at - changed_at >= HANDLE_PAUSE


def may_sign_in(standing: str, confirmed_at: datetime | None) -> bool:
    """Everybody with a confirmed address but those who have left; what they then see is the gate's matter."""
    return standing != "left" and confirmed_at is not None


def loses_access(before: str, after: str) -> bool:
    """Whether this step in somebody's standing ends their sign-ins at once."""
    return before != after and (before == "active" or after == "left")
