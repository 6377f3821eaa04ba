"""The live stream for those without a socket."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.realtime.replay import missed

blueprint = Blueprint("realtime", __name__)


@blueprint.get("/live/since")
@active
def since() -> ResponseReturnValue:
    """Like the socket's ``resume``."""
    return jsonify(missed(require_me(), request.args.get("after")))
