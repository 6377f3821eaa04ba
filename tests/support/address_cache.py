"""How addresses are put together, kept from one test's app to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def share_builders() -> None:
    """Every test has an app of its own, and each would compile the same functions again: nine tenths of making it.

    Such a function depends on the rule's words and defaults alone; where Werkzeug has none to wrap, nothing is shared.
    """
    compiled: Callable[..., Any] | None = getattr(Rule, "_compile_builder", None)
    if compiled is None:
        return
    made: dict[tuple[object, ...], Any] = {}

    def shared(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = sorted((rule.defaults or {}).items(), key=repr)
        key = (rule.rule, append_unknown, repr(defaults), tuple(rule._trace))
        if key not in made:
            made[key] = compiled(rule, append_unknown)
        return made[key]

    setattr(Rule, "_compile_builder", shared)  # noqa: B010 -- a private name of theirs
