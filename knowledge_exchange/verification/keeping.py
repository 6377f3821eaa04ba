"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.core import rekeying
from knowledge_exchange.verification.models import Claim, RollEntry, RollSource


def init_app(app: Flask) -> None:
    """Register both."""
    # The roll first: claims are compared with it, and a hash can be lifted, but not taken down.
    rekeying.register(app, RollEntry.number_hash)
    rekeying.register(app, Claim.number_hash)
    rekeying.register(app, Claim.code_hash)
    rekeying.register(app, RollSource.pull_digest)
    rekeying.register(app, RollSource.pull_token, rekeying.SEAL)
