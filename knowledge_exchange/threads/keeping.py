"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.core import rekeying
from knowledge_exchange.threads.models import Submission


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, Submission.key_hash)
