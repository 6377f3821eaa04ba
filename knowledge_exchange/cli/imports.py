"""``knowledge-exchange import``: one command for each kind of forum that can be brought in."""

from __future__ import annotations

from knowledge_exchange.cli.stackexchange.command import import_group as group

__all__ = ["group"]
