"""Which column of a file is which of ours: by its standard name, by one of its usual other names, or as said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from knowledge_exchange.core.csv_files import header_key
from knowledge_exchange.core.text_lines import UnreadableFile
from knowledge_exchange.verification.rolls.rows import NUMBER, READERS

#: Our columns, in the order in which people are asked for them.
COLUMNS = (NUMBER, *READERS)
REQUIRED = (NUMBER, "surname")
#: What other systems call them, the likeliest first: of several that a file has, the first is taken.
#: Without spaces and signs, see :func:`_plain`.
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    NUMBER: (
        *("membershipnumber", "membershipno", "membershipnum", "membershipid", "membershipref", "membershipreference"),
        *("membernumber", "memberno", "membernum", "memberid", "memberref", "memno", "memnumber", "mshipno"),
        *("unionnumber", "unionno", "unionmembershipnumber", "cardnumber", "cardno", "rms", "rmsnumber", "rmsno"),
    ),
    "surname": ("surname", "lastname", "familyname", "membersurname", "currentsurname"),
    "first_name": ("firstname", "forename", "forenames", "firstnames", "givenname", "givennames", "knownas"),
    "email": (
        *("email", "emailaddress", "homeemail", "homeemailaddress", "personalemail", "personalemailaddress"),
        *("privateemail", "preferredemail", "primaryemail", "contactemail", "memberemail", "emailhome"),
    ),
    "ods_code": (
        *("odscode", "ods", "employercode", "organisationcode", "organizationcode", "orgcode", "trustcode"),
        *("employerods", "employerodscode", "workplacecode"),
    ),
    "region": ("region", "regionname", "unionregion", "regioncode", "nhsregion", "memberregion"),
    "category": (
        *("category", "membershipcategory", "membershiptype", "membertype", "membercategory", "typeofmembership"),
        *("membershipclass", "memberclass", "membershipgrade"),
    ),
    "joined": (
        *("joined", "joindate", "joineddate", "datejoined", "joinedon", "joiningdate", "dateofjoining"),
        *("membershipstart", "membershipstartdate", "membersince"),
    ),
    # A wrong guess would put people out: only what speaks of paying.
    "paid_up_to": (
        *("paidupto", "paidto", "paiduntil", "paidtodate", "paiduptodate", "subspaidto", "subscriptionpaidto"),
        *("datepaidto", "paidupuntil"),
    ),
    "former_names": (
        *("formernames", "formername", "formersurname", "formersurnames", "previousname", "previousnames"),
        *("previoussurname", "previoussurnames", "maidenname", "maidensurname", "birthname", "nee", "othersurnames"),
    ),
}
#: A first line with so many digits, or an address, is somebody's row and not a line of names.
_SOMEBODYS = re.compile(r"\d\D*\d\D*\d|@")


#: A year may stand in a column's name; with more digits it is somebody's number or birthday.
MAX_HEADER_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Header:
    """What a file's columns are taken for."""

    #: The columns from left to right: our names, and the keys of those that are not used.
    names: list[str]
    #: Our name: theirs, as it stands in the file.
    used: dict[str, str]
    #: Those of ``used`` that nobody said, and that are not called what we call them.
    guessed: dict[str, str]
    #: Columns that are not used, by the names that the file gives them.
    ignored: list[str]
    #: Remembered, but not in this file: our name, theirs.
    lost: dict[str, str] = field(default_factory=dict)


def match_header(header: Sequence[str], said: Mapping[str, str], remembered: Mapping[str, str]) -> Header:
    """Match a file's columns with ours. What is said now beats what was remembered, and that beats guessing.

    Both mappings go from our name to theirs; an empty text means that the file has no such column, whatever it
    may look like. Raises :class:`UnreadableFile` where a column that is needed, or that was said, is not there.
    """
    places, lost = _places(header, said, remembered)
    _insist(places, header)
    keys = [header_key(cell) for cell in header]
    wanted = (set(said) | set(remembered)) - set(lost)
    return _header(header, keys, {ours: at for ours, at in places.items() if at is not None}, wanted, lost)


def guess_header(header: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Our names of columns and theirs, as far as they can be found; what is missing is simply not there."""
    try:
        places, _lost = _places(header, {}, remembered)
    except UnreadableFile:  # a column twice: which of them, a person must say
        return {}
    return {ours: header[at] for ours, at in places.items() if at is not None}


def _places(
    header: Sequence[str], said: Mapping[str, str], remembered: Mapping[str, str]
) -> tuple[dict[str, int | None], dict[str, str]]:
    """Where each of our columns stands, or None; and what was remembered but isn't there."""
    keys = [header_key(cell) for cell in header]
    spoken_for = {header_key(theirs) for theirs in said.values()} - {""}
    kept = {ours: theirs for ours, theirs in remembered.items() if header_key(theirs) not in spoken_for}
    lost = {ours: theirs for ours, theirs in kept.items() if ours not in said and _absent(theirs, keys)}
    wanted = {ours: theirs for ours, theirs in {**kept, **said}.items() if ours not in lost}
    places = {ours: _place_said(ours, wanted[ours], header, keys) for ours in COLUMNS if ours in wanted}
    standing = [place for place in places.values() if place is not None]
    taken = set(standing)
    if len(taken) < len(standing):
        raise UnreadableFile(_("One column of the file can’t be two of ours."))
    for ours in COLUMNS:
        if ours not in places:
            places[ours] = _place_guessed(ours, keys, taken)
    return places, lost


def _header(
    header: Sequence[str], keys: list[str], places: dict[str, int], wanted: set[str], lost: dict[str, str]
) -> Header:
    ours_at = {place: ours for ours, place in places.items()}
    # A column that is not used must not bear the name of one that is.
    names = [ours_at.get(at, f"-{key}") for at, key in enumerate(keys)]
    used = {ours: header[at] for ours, at in places.items()}
    guessed = {ours: header[at] for ours, at in places.items() if ours not in wanted and keys[at] != ours}
    ignored = [key for at, key in enumerate(keys) if key and at not in ours_at]
    return Header(names, used, guessed, ignored, lost)


def _absent(theirs: str, keys: Sequence[str]) -> bool:
    return theirs != "" and header_key(theirs) not in keys


def _place_said(ours: str, theirs: str, header: Sequence[str], keys: Sequence[str]) -> int | None:
    if not theirs:
        return None
    key = header_key(theirs)
    if key not in keys:
        message = _("The file has no column “%(theirs)s” for %(ours)s.", theirs=theirs, ours=ours)
        raise UnreadableFile(f"{message}{_it_has(header)}")
    _insist_once(key, header, keys)
    return keys.index(key)


def _place_guessed(ours: str, keys: list[str], taken: set[int]) -> int | None:
    plain = [_plain(key) for key in keys]
    for name in (_plain(ours), *OTHER_NAMES[ours]):
        found = [at for at, key in enumerate(plain) if key == name and at not in taken]
        if len(found) > 1:
            raise UnreadableFile(_("The first line names a column twice: %(names)s.", names=keys[found[0]]))
        if found:
            return found[0]
    return None


def _insist_once(key: str, header: Sequence[str], keys: Sequence[str]) -> None:
    if keys.count(key) > 1:
        raise UnreadableFile(_("The first line names a column twice: %(names)s.", names=header[keys.index(key)]))


def _insist(places: Mapping[str, int | None], header: Sequence[str]) -> None:
    missing = [ours for ours in REQUIRED if places[ours] is None]
    if missing:
        names = ", ".join(missing)
        message = _("The first line must name the columns; missing: %(names)s.", names=names)
        raise UnreadableFile(f"{message}{_it_has(header)}")


def is_somebodys(header: Sequence[str]) -> bool:
    """Whether the first line is a person's row: it holds an address, or what may be a number of theirs."""
    return any("@" in name or sum(sign.isdigit() for sign in name) > MAX_HEADER_DIGITS for name in header)


def _it_has(header: Sequence[str]) -> str:
    """The columns that there are; nothing where the first line is somebody's row, which is not for logs."""
    names = [cell.strip() for cell in header if cell.strip()]
    if any(_SOMEBODYS.search(name) for name in names):
        return ""
    return " " + str(_("It has: %(names)s.", names=", ".join(names)))


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
