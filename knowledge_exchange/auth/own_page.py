"""What other rooms show on ``/me``, without this room knowing them.

A room gives a function of who is asking that returns names for the page's templates: verification gives what
its ``templates/verification/_claim.html`` needs, which the page of somebody pending includes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

from knowledge_exchange.auth.me import Me

Part = Callable[[Me], dict[str, Any]]
_KEY = "ke_own_page"


def extend(app: Flask, part: Part) -> None:
    """Have ``part(me)``'s names known to the templates of ``/me``."""
    app.extensions.setdefault(_KEY, []).append(part)


def context_for(me: Me) -> dict[str, Any]:
    """What all rooms give for this person's page."""
    context: dict[str, Any] = {}
    parts: list[Part] = current_app.extensions.get(_KEY, [])
    for part in parts:
        context.update(part(me))
    return context
