"""For machines that watch over this one."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from knowledge_exchange.admin.metrics import as_text
from knowledge_exchange.auth.gate import machine
from knowledge_exchange.core.db import db
from knowledge_exchange.core.revisions import is_migrated

blueprint = Blueprint("admin", __name__)
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDING = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


@blueprint.get("/healthz")
@machine
def healthz() -> ResponseReturnValue:
    """The process is up."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
@machine
def readyz() -> ResponseReturnValue:
    """It can serve: database there, migrations run, Redis there if it is set."""
    wrong = [name for name, check in _CHECKS.items() if not _passes(check)]
    return (jsonify(ok=False, failing=wrong), 503) if wrong else jsonify(ok=True)


def _passes(check: object) -> bool:
    try:
        return bool(check())  # type: ignore[operator]
    except Exception:
        current_app.logger.warning("not ready", exc_info=True)
        return False


def _database() -> bool:
    return bool(db.session.execute(text("SELECT 1")).scalar_one() == 1)


def _redis() -> bool:
    url = current_app.config["KE_REDIS_URL"]
    if not url:
        return True
    import redis

    return bool(redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).ping())


_CHECKS = {"database": _database, "migrations": is_migrated, "redis": _redis}


@blueprint.get("/metrics")
@machine
def metrics() -> ResponseReturnValue:
    """Figures for a monitor: with the token, or from this very machine (no proxy in between)."""
    if not _may_read_metrics():
        abort(404)
    return Response(as_text(), mimetype="text/plain; version=0.0.4")


def _may_read_metrics() -> bool:
    token = current_app.config["KE_METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    forwarded = any(name in request.headers for name in _FORWARDING)
    return request.remote_addr in _LOOPBACK and not forwarded
