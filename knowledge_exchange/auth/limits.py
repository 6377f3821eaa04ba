"""How often: limits by address and by member, in memory or (several processes) in Redis."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from knowledge_exchange.auth.sessions import current_me

#: Sign-in, join, reset: tries from one address. High enough for an office behind one address.
DOOR_LIMIT = "30 per 10 minutes"
#: Tries for one account, from anywhere; the answer stays the same text.
ACCOUNT_LIMIT = "10 per 10 minutes"
#: Claims by one account: three numbers an hour are a typing mistake, thirty are guessing.
CLAIM_LIMIT = "10 per hour"
#: What one member may write.
THREAD_LIMIT = "20 per hour"
REPLY_LIMIT = "60 per 10 minutes"
SMALL_ACT_LIMIT = "300 per 10 minutes"


def _who() -> str:
    me = current_me()
    return f"member:{me.id}" if me else f"address:{get_remote_address()}"


def the_account() -> str:
    """The account that a form at the door is about (never in a log: keys are hashed there)."""
    return f"account:{request.form.get('email', '').strip().lower()}"


limiter = Limiter(key_func=_who, default_limits=[], headers_enabled=False)


def init_app(app: Flask) -> None:
    """Count in Redis where there is one; KE_RATE_LIMITS=off turns counting off."""
    app.config["RATELIMIT_ENABLED"] = app.config["KE_RATE_LIMITS"]
    app.config["RATELIMIT_STORAGE_URI"] = app.config["KE_REDIS_URL"] or "memory://"
    # With Redis down the exchange goes on, counting in memory.
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(app.config["KE_REDIS_URL"])
    limiter.init_app(app)
