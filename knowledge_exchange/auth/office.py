"""The rooms of the membership office, as officers find them: each room says what it has, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from knowledge_exchange.auth.me import Me


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the office: a tab on each of them, and a paragraph on the first."""

    endpoint: str
    name: Callable[[], str]
    about: Callable[[], str]
    roles: frozenset[str]
    #: Where it stands among the others.
    order: int
    #: What waits there for somebody like this, in words; empty where nothing does.
    waiting: Callable[[Me], str]


def _nothing(_me: Me) -> str:
    return ""


def section(
    app: Flask,
    endpoint: str,
    name: Callable[[], str],
    about: Callable[[], str],
    *,
    roles: tuple[str, ...],
    order: int,
    waiting: Callable[[Me], str] = _nothing,
) -> None:
    """Make a page part of the office. ``name`` and ``about`` give words in the reader's language."""
    found: list[Section] = app.extensions.setdefault("ke_office", [])
    found.append(Section(endpoint, name, about, frozenset(roles), order, waiting))
    found.sort(key=lambda part: part.order)


def sections_for(me: Me | None) -> list[Section]:
    """What this person finds in the office; nothing for most."""
    if me is None or not me.is_active:
        return []
    found: list[Section] = current_app.extensions.get("ke_office", [])
    return [part for part in found if me.role in part.roles]
