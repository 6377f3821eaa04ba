"""The check of a submission: what was found, what its author has said to it, and whether it may go on.

A form that is stopped is shown again with a :class:`Review`. What is pressed there comes back in the form itself:
``mask`` (which finding, or ``all`` or ``hard``), ``declared`` (a digest of the findings of one kind: no patient's),
``looked_at`` (a digest of all others: post it as it is), ``check`` (only look). A digest is of the very findings, so
that a text which has changed is asked about again. Nothing is kept between the two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from knowledge_exchange.guard.finding import find
from knowledge_exchange.guard.findings import HARD, WORDS, Finding
from knowledge_exchange.guard.masking import mask
from knowledge_exchange.guard.organisations import NONE, Organisations

#: Of the text around a finding, so many characters on each side are shown.
AROUND_CHARS = 60
#: More are counted, but not shown one by one.
MOST_SHOWN = 60
MASK_ALL, MASK_HARD = "all", "hard"
#: The answers of a form that comes back: stopped, and shown because that was asked for.
STOPPED, SHOWN = 422, 200
_DIGEST_CHARS = 24
#: The names of people, and the index of organisations.
Known = tuple[Sequence[str], Organisations]


@dataclass(frozen=True, slots=True)
class Item:
    """One finding as it is shown: in its surroundings, with the value of the button that masks it."""

    field: str
    finding: Finding
    key: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """What it looks like: "an NHS number"."""
        return str(WORDS[self.finding.kind].looks_like)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What can be said of the findings of one kind: they are no patient's."""

    kind: str
    digest: str
    is_made: bool

    @property
    def words(self) -> str:
        """The sentence beside the box."""
        return str(WORDS[self.kind].declared)


@dataclass(frozen=True, slots=True)
class Review:
    """A form that is to be shown again."""

    #: By field: as it came, or with masks where one was asked for.
    texts: dict[str, str]
    #: What may be a patient's, and what may be a colleague's or the author's.
    hard: tuple[Item, ...]
    soft: tuple[Item, ...]
    declarations: tuple[Declaration, ...]
    #: Of the soft findings and of ``few``: what "Post it as it is" sends along.
    looked_at: str
    #: Fewer than ten members fit what is written (of pseudonyms only).
    few: bool
    #: How many places were masked just now.
    masked: int
    #: Whether it was asked to be posted as it is without the declaration that this needs.
    is_undeclared: bool
    status: int

    @property
    def html(self) -> Markup:
        """The panel that a page shows above its submit button, inside the form."""
        return Markup(render_template("guard/_review.html", review=self))  # noqa: S704  # escaped by the template

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self.hard) + len(self.soft)

    @property
    def most_shown(self) -> int:
        """How many of each sort are shown one by one."""
        return MOST_SHOWN

    @property
    def hidden_count(self) -> int:
        """How many of them are not shown one by one."""
        return sum(max(0, len(items) - MOST_SHOWN) for items in (self.hard, self.soft))


def review(
    form: MultiDict[str, str],
    texts: Mapping[str, str],
    *,
    strict: bool,
    known: Callable[[], Known] = lambda: ((), NONE),
    few: Callable[[str], bool] | None = None,
) -> Review | None:
    """What stops a submission; None: it may go on.

    ``texts``: what will be shown to others, by field; ``strict``: whether what may identify a colleague or the author
    stops it, too, until they have looked at it once; ``known``: gives the names that are looked for, only asked when
    they are; ``few``: whether few members fit a text, only asked where it is strict.
    """
    pressed, looking = form.get("mask", ""), "check" in form
    if not (strict or pressed or looking) and not _undeclared(form, _found(texts, (), NONE, only_hard=True)):
        return None
    names, organisations = known()
    found = _found(texts, names, organisations)
    now, masked = _masked(texts, found, pressed)
    if masked:
        found = _found(now, names, organisations)
    fits_few = strict and few is not None and few("\n".join(now.values()))
    undeclared = _undeclared(form, found)
    looked_at = _digest([*_of(found, hard=False), f"few:{fits_few}"])
    has_soft = fits_few or any(not one.is_patient for _field, one in found)
    is_seen = not (strict and has_soft) or form.get("looked_at") == looked_at
    if is_seen and not undeclared and not (pressed or looking):
        return None
    return Review(
        texts=now,
        hard=_items(now, found, hard=True),
        soft=_items(now, found, hard=False),
        declarations=_declarations(form, found),
        looked_at=looked_at,
        few=fits_few,
        masked=masked,
        is_undeclared=bool(undeclared) and "looked_at" in form and not pressed,
        status=SHOWN if pressed or looking else STOPPED,
    )


_Found = list[tuple[str, Finding]]


def _found(texts: Mapping[str, str], people: Sequence[str], known: Organisations, *, only_hard: bool = False) -> _Found:
    return [(field, one) for field, text in texts.items() for one in find(text, people, known, only_hard=only_hard)]


def _of(found: _Found, *, hard: bool) -> list[str]:
    return [f"{one.kind}:{one.text}" for _field, one in found if one.is_patient is hard]


def _digest(said: Iterable[str]) -> str:
    """Of findings, in whatever order they stand."""
    return hashlib.sha256("\0".join(sorted(said)).encode("utf-8", "replace")).hexdigest()[:_DIGEST_CHARS]


def _kind_digest(found: _Found, kind: str) -> str:
    return _digest(f"{one.kind}:{one.text}" for _field, one in found if one.kind == kind)


def _kinds(found: _Found) -> list[str]:
    there = {one.kind for _field, one in found}
    return [kind for kind in HARD if kind in there]


def _undeclared(form: MultiDict[str, str], found: _Found) -> list[str]:
    """The kinds of findings that may be a patient's, and of which nobody has said that they aren't."""
    said = set(form.getlist("declared"))
    return [kind for kind in _kinds(found) if _kind_digest(found, kind) not in said]


def _declarations(form: MultiDict[str, str], found: _Found) -> tuple[Declaration, ...]:
    said = set(form.getlist("declared"))
    digests = [(kind, _kind_digest(found, kind)) for kind in _kinds(found)]
    return tuple(Declaration(kind, digest, digest in said) for kind, digest in digests)


def _keys(found: _Found) -> list[str]:
    """A key for each finding: its place among those that read the same in the same field."""
    seen: dict[tuple[str, str], int] = {}
    keys = []
    for field, one in found:
        said = _digest([f"{field}:{one.kind}:{one.text}"])
        seen[field, said] = number = seen.get((field, said), 0) + 1
        keys.append(f"{field}.{said}.{number}")
    return keys


def _masked(texts: Mapping[str, str], found: _Found, pressed: str) -> tuple[dict[str, str], int]:
    """The texts with what was asked for masked, and how many places that was.

    A key is of the finding, not of its number: whoever has changed the text in between masks what they had read.
    """
    keys = _keys(found)
    chosen = [
        (field, one)
        for (field, one), key in zip(found, keys, strict=True)
        if pressed in (MASK_ALL, key) or (pressed == MASK_HARD and one.is_patient)
    ]
    now = {field: mask(text, [one for where, one in chosen if where == field]) for field, text in texts.items()}
    return now, len(chosen)


def _items(texts: Mapping[str, str], found: _Found, *, hard: bool) -> tuple[Item, ...]:
    return tuple(
        _item(texts[field], field, one, key)
        for (field, one), key in zip(found, _keys(found), strict=True)
        if one.is_patient is hard
    )


def _item(text: str, field: str, one: Finding, key: str) -> Item:
    """A finding with what stands around it in its own line."""
    before = text[max(0, one.start - AROUND_CHARS - 1) : one.start].rpartition("\n")[2]
    after = text[one.end : one.end + AROUND_CHARS + 1].partition("\n")[0]
    if len(before) > AROUND_CHARS:
        before = "…" + before[-AROUND_CHARS:].partition(" ")[2]
    if len(after) > AROUND_CHARS:
        after = after[:AROUND_CHARS].rpartition(" ")[0] + "…"
    return Item(field=field, finding=one, key=key, before=before, after=after)
