"""What a page sends as a draft: by its script as one field of JSON, without scripts as the form's own fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.threads.drafts.typed import LONGEST_AGO, Typed, is_form, is_number

#: Fields of one draft, and signs in all of them together: more than any form can post.
MOST_FIELDS = 30
MOST_CHARS = 200_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: What JSON can say and no page can: the half of a sign that was cut in two, and the zero byte.
_UNSAYABLE = re.compile("[\x00\ud800-\udfff]")
#: Which form a draft is of: the button "Save as draft" bears it, or the script says it.
OF = "draft_of"
#: Fields that are the page's, or hold for one look of the guard at one text.
_NOT_KEPT = frozenset(
    {
        *("csrf_token", "key", "opened", "file", OF, "draft", "draft_version"),
        *("guard", "check", "mask", "looked_at", "declared"),
    }
)
#: What is chosen beside a text is nothing without one.
_CHOSEN = frozenset({"kind", "network", "parent", "voice", "shield", "wait"})


class Unfit(ValueError):
    """It can't be kept as a draft: it is none, or too much."""


def typed_in(form: Mapping[str, str]) -> Typed:
    """The draft in a request. Raises :class:`Unfit`."""
    of, number, page = form.get(OF, ""), form.get("draft", ""), form.get("by", "")
    if not is_form(of) or (number and not is_number(number)):
        raise Unfit
    values = _values(form)
    return Typed(
        form=of,
        values=values,
        id=number,
        version=parse_id(form.get("draft_version")) or 0,
        by=page if is_number(page) else "",
        count=parse_id(form.get("count")) or 0,
        at=now() - _ago(form),
    )


def _ago(form: Mapping[str, str]) -> timedelta:
    """How long ago it was typed, as that device counts: its clock may stand anywhere."""
    seconds = parse_id(form.get("age")) or 0
    return min(timedelta(seconds=min(seconds, 10**9)), LONGEST_AGO)


def _values(form: Mapping[str, str]) -> dict[str, str]:
    values = _from_script(form["values"]) if "values" in form else dict(form.items())
    kept = {name: value for name, value in values.items() if name not in _NOT_KEPT and _NAME.fullmatch(name)}
    if not any(value.strip() for name, value in kept.items() if name not in _CHOSEN):
        raise Unfit
    if len(kept) > MOST_FIELDS or sum(map(len, kept.values())) > MOST_CHARS:
        raise Unfit
    return kept


def _from_script(said: str) -> dict[str, str]:
    try:
        values = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise Unfit from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Unfit
    return {name: _UNSAYABLE.sub("\ufffd", value) for name, value in values.items()}
