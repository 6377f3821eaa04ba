"""The Knowledge Exchange: the members' forum of a professional union.

Import nothing here at module level: ``serve`` must patch the standard library for gevent before
anything else is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.2.0"


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """The application, with every room in it. ``config`` overrides the settings by name.

    Raises ``core.config.BadSetting`` for a setting that can't be understood, and ``SystemExit``
    with a list in plain words where a production start would not be safe.
    """
    from knowledge_exchange.rooms import build

    return build(config)
