"""Ways to somebody's door: e-mail addresses, telephone numbers, postcodes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.surroundings import in_address
from knowledge_exchange.guard.vocabulary import word_set

MOST_LOCAL_CHARS = 64
MOST_HOST_CHARS = 255
_LOCAL_END = re.compile(r"[\w.+%'-]{1,64}\Z")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# "name at trust dot nhs dot uk", "name (at) trust.nhs.uk", in capitals too.
_DOT = r"(?:\s?[(\[{]\s?dot\s?[)\]}]\s?|\sdot\s|\.)"
_AT = re.compile(r"\s?[(\[{]\s?at\s?[)\]}]\s?|\sat\s", re.IGNORECASE)
_SPOKEN_LOCAL = re.compile(rf"(?<![\w.+-])[\w+-]{{1,40}}(?:{_DOT}[\w+-]{{1,40}}){{0,3}}\Z", re.IGNORECASE)
_SPOKEN_LOCAL_CHARS = 120
_SPOKEN_HOST = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,5}}", re.IGNORECASE)
_DOT_SAID = re.compile(r"dot", re.IGNORECASE)

#: What may stand between the parts of a telephone number; one line, and no cell of a table.
_BETWEEN = re.compile(r"[ \t().\-*_]{1,6}")
_DAY = re.compile(r"[0-9]{1,2}[.\-][0-9]{1,2}[.\-](?:19|20)[0-9]{2}(?![0-9])")
#: As they are dialled here; also such as were never given to anybody, for the library knows those.
_HOME_SHAPE = re.compile(r"0(?:[12378][0-9]{9}|[18][0-9]{8})")
_RUN = re.compile(r"[0-9]+")
#: Runs of digits in one number; digits of one without and with its country; asked of the library at most so often.
MOST_RUNS = 6
_HOME_DIGITS = (10, 11)
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
MOST_ASKED = 600
_HOME = "GB"

# Royal Mail's areas, and the islands'.
_AREAS = word_set(
    """
    AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G
    GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW
    OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD
    WF WN WR WS WV YO ZE
    """
)
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:\*\*|__)?([A-Za-z]{1,2})([0-9][A-Za-z0-9]?)(?:\*\*|__)?([\s\-|*_]{0,9})"
    r"([0-9])([ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2})(?![A-Za-z0-9])"
)
_ORDINALS = frozenset({"st", "nd", "rd", "th"})


def addresses(text: str) -> Iterator[Span]:
    """E-mail addresses, also such as are spelled out for people."""
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_END.search(text, max(0, at - MOST_LOCAL_CHARS), at)
        host = _HOST.match(text, at + 1, at + 1 + MOST_HOST_CHARS) if local else None
        if local and host:
            yield Span("email", local.start(), host.end())
        at = text.find("@", at + 1)
    for said in _AT.finditer(text):
        if (host := _SPOKEN_HOST.match(text, said.end())) and (start := _spoken_from(text, said, host)) is not None:
            yield Span("email", start, host.end())


def _spoken_from(text: str, said: re.Match[str], host: re.Match[str]) -> int | None:
    """Where an address begins that is spelled out; None: "we looked at example.org" is none."""
    spelled = said.group().strip().lower() != "at" or _DOT_SAID.search(host.group())
    local = _SPOKEN_LOCAL.search(text, max(0, said.start() - _SPOKEN_LOCAL_CHARS), said.start())
    if local is None or not (spelled or "." in local.group()):
        return None
    return local.start()


def telephones(text: str) -> Iterator[Span]:
    """Telephone numbers: of this country as they are dialled here, of others with a plus sign or two noughts."""
    runs = [(run.start(), run.end()) for run in _RUN.finditer(text)]
    at, asked = 0, 0
    while at < len(runs):
        found = 0
        for count in _candidates(text, runs, at):
            asked += 1
            start, end = _start(text, runs[at][0]), runs[at + count - 1][1]
            # Whoever floods the text with them is not answered more slowly: what looks like one then is one.
            if asked > MOST_ASKED or _is_telephone(text[start:end]):
                found = count
                yield Span("phone", start, end)
                break
        at += found or 1


def _start(text: str, digit: int) -> int:
    """Where a number begins whose first digit stands there: with its plus sign, its bracket."""
    before = text[max(0, digit - 2) : digit]
    return digit - 2 if before == "(+" else digit - 1 if before[-1:] in ("+", "(") else digit


def _candidates(text: str, runs: list[tuple[int, int]], at: int) -> list[int]:
    """Numbers of runs, most first, that may together be a telephone number."""
    first = runs[at][0]
    abroad = text[max(0, first - 1) : first] == "+" or text.startswith("00", first)
    if (not abroad and text[first] != "0") or text[max(0, first - 1) : first].isalpha():
        return []
    found, digits = [], 0
    for count in range(1, MOST_RUNS + 1):
        if at + count > len(runs):
            break
        start, end = runs[at + count - 1]
        if count > 1 and not _BETWEEN.fullmatch(text, runs[at + count - 2][1], start):
            break
        digits += end - start
        if digits > _MOST_DIGITS:
            break
        fits = digits >= _FEWEST_DIGITS if abroad else digits in _HOME_DIGITS
        if fits and not text[end : end + 1].isalpha():
            found.append(count)
    return found[::-1]


def _is_telephone(said: str) -> bool:
    # Imported when it is first needed: an idle process does without.
    import phonenumbers

    if _DAY.match(said):
        return False
    if _HOME_SHAPE.fullmatch(re.sub(r"[^0-9]", "", said)) and "+" not in said:
        return True
    dialled = re.sub(r"[*_]", "", said)
    dialled = f"+{dialled[2:]}" if dialled.startswith("00") else dialled
    try:
        number = phonenumbers.parse(dialled, _HOME)
    except phonenumbers.NumberParseException:
        return False
    # A plus sign says that it is meant as one, whether it is in use or not.
    return phonenumbers.is_possible_number(number) if "+" in said else phonenumbers.is_valid_number(number)


def postcodes(text: str) -> Iterator[Span]:
    """Whole postcodes of the United Kingdom and its islands; "M13" alone is a district of thousands."""
    for found in _POSTCODE.finditer(text):
        area, district, gap, unit = found.group(1), found.group(2), found.group(3), found.group(5)
        if area.upper() not in _AREAS or in_address(text, found.start()):
            continue
        letters = area + unit + "".join(sign for sign in district if sign.isalpha())
        if gap and not letters.isupper() and (unit.lower() in _ORDINALS or "|" in gap or "\n" in gap):
            continue
        if not gap and not (letters.isupper() or letters.islower()):
            continue
        yield Span("postcode", found.start(1), found.end())
