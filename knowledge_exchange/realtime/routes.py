"""The live stream for those without a socket."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.realtime.events import gone
from knowledge_exchange.realtime.replay import missed

blueprint = Blueprint("realtime", __name__)


@blueprint.get("/live/since")
@active
def since() -> ResponseReturnValue:
    """Like the socket's ``resume``; of the page's own ``thread`` it also says that it is gone, as ``watch`` would."""
    me, thread_id = require_me(), parse_id(request.args.get("thread"))
    answer = missed(me, request.args.get("after"))
    if thread_id is not None and hooks.call("thread_room", me, thread_id) is None:
        answer.setdefault("events", []).append({"name": "thread_changed", **gone(thread_id)})
    return jsonify(answer)
