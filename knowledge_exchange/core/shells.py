"""Pages with holes: what is the same for all who may see a page is set once, the rest put in at each request.

A template is rendered with *facts* and *holes*. The facts are the key under which the result is kept, all
of them, so that nothing can be in a kept page that its reader was not to see. A hole stands for what is
the reader's own, or long: its value is put in when the page is answered, and a template can do nothing
with it but print it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.globals import app_ctx
from markupsafe import Markup

from knowledge_exchange.core.i18n import language, today
from knowledge_exchange.core.latest import Latest

#: Pages kept in each process, about 12 kB each; without the posts or rows in them, which are holes.
MOST_KEPT = 1024
#: Stands in no text of anybody: forms take it out, PostgreSQL refuses it.
_EDGE = "\0"


class Hole(Markup):
    """A place for a value that is put in later; printed by the template as it is."""

    def __new__(cls, name: str) -> Hole:
        """The hole of that name."""
        return super().__new__(cls, f"{_EDGE}{name}{_EDGE}")


class Given:
    """Base of facts with attributes: a template that asks for another fails, where Jinja would print nothing."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(f"{type(self).__name__} has no {name!r}: a kept page may show only what it is kept under")


@dataclass(frozen=True, slots=True)
class _Shell:
    parts: list[bytes]
    holes: tuple[tuple[int, str], ...]  # place among the parts, name

    def filled(self, values: Mapping[str, str | bytes]) -> bytes:
        parts = self.parts.copy()
        for place, name in self.holes:
            value = values[name]
            parts[place] = value if isinstance(value, bytes) else value.encode()
        return b"".join(parts)


_kept: Latest[_Shell] = Latest(MOST_KEPT)
_fragments: Latest[Markup] = Latest(MOST_KEPT)


def page(
    template: str,
    facts: Mapping[str, Any],
    values: Mapping[str, str | bytes],
    *,
    zone: str,
    keep: bool,
    **constant: Any,
) -> bytes:
    """The page: kept under its facts (hashable) and the day in the reader's ``zone``, the holes filled.

    ``values`` are safe HTML for each hole, long ones in UTF-8; ``constant`` is what never changes. With
    ``keep`` off the page is set for this one request.
    """
    if not keep:
        return _set(template, {**facts, **constant}).filled(values)
    key = (app_ctx.app.name, template, language(), today(zone), *facts.items())
    return _kept.of(key, lambda: _set(template, {**facts, **constant})).filled(values)


def fragment(template: str, **facts: Any) -> Markup:
    """A piece of a page that is made of facts alone (hashable): kept under them, never of who reads it."""
    key = (app_ctx.app.name, template, language(), *facts.items())
    return _fragments.of(key, lambda: Markup(render_template(template, me=Given(), **facts)))  # noqa: S704 -- a template's


def _set(template: str, context: dict[str, Any]) -> _Shell:
    parts = render_template(template, **context).split(_EDGE)
    holes = tuple((place, parts[place]) for place in range(1, len(parts), 2))
    return _Shell([part.encode() for part in parts], holes)
