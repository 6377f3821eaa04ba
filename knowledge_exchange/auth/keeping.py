"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.auth.factors_models import AuthenticatorApp, RecoveryCode
from knowledge_exchange.core import rekeying


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, RecoveryCode.code_hash)
    rekeying.register(app, AuthenticatorApp.sealed, rekeying.SEAL)
