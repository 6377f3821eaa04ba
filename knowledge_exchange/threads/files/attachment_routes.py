"""Files by themselves: sent by the script of a form, and given out to who may read the post that they belong to."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import large_bodies
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.models import ROLES
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.threads.files import attaching, attachments
from knowledge_exchange.threads.files import attachment_words as words
from knowledge_exchange.threads.files.attachments import MAX_FILE_BYTES, MIB, WIDTHS, Kept
from knowledge_exchange.threads.files.file_store import name_of, store
from knowledge_exchange.threads.routes import blueprint

#: Files that one member may send, with or without success: each is looked at by a process of its own.
FILE_LIMIT = "60 per 10 minutes"
#: One file with the form around it; the files of a post that are sent with it.
MAX_UPLOAD_BYTES = MAX_FILE_BYTES + MIB
MAX_FORM_BYTES = 3 * MAX_FILE_BYTES + MIB
_FORMS = re.compile(r"/n/[^/]+/new|/t/\d+/replies|/p/\d+/edit")
#: Besides what every answer bears: whatever is in a file, it does nothing here.
_SANDBOX = "sandbox; default-src 'none'"


def init_app(app: Flask) -> None:
    """Let members send files, alone and with the forms of posts."""
    large_bodies.take_up_to(app, "/files", MAX_UPLOAD_BYTES, roles=ROLES)
    large_bodies.take_up_to(app, _FORMS, MAX_FORM_BYTES, roles=ROLES)


@blueprint.post("/files")
@active
@limiter.limit(FILE_LIMIT)
def upload() -> ResponseReturnValue:
    """Take one file; answers JSON: its ``id`` and the ``text`` that names it in a post, or an ``error`` in words."""
    me = require_me()
    sent = request.files.get(attaching.FIELD)
    if sent is None or not sent.filename:
        return jsonify(error=words.refusal("empty")), 422
    end_read()  # looking at it may take long
    try:
        kept = attaching.take(me, sent.stream, sent.filename)
    except attaching.NotTaken as refused:
        return jsonify(error=str(refused)), 422
    facts = {"id": str(kept.id), "name": kept.name, "kind": words.kind_words(kept.type)}
    shown = {"size": words.size_words(kept.size), "is_picture": kept.is_picture, "text": attaching.reference(kept)}
    return jsonify(**facts, **shown), 201


@blueprint.post("/files/<int:file_id>/forget")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def forget_upload(file_id: int) -> ResponseReturnValue:
    """Take back a file that was not posted."""
    with unit_of_work():
        if not attachments.forget_upload(require_me().id, file_id):
            abort(404)
    return jsonify(done=True)


@blueprint.get("/files/<int:file_id>")
@active
def file(file_id: int) -> ResponseReturnValue:
    """A file, as it was posted."""
    return given_out(attachments.served_to(require_me().id, file_id) or abort(404))


@blueprint.get("/files/<int:file_id>/<int:width>")
@active
def smaller_file(file_id: int, width: int) -> ResponseReturnValue:
    """A picture in a smaller size; as it is, where there is none."""
    if str(width) not in WIDTHS:
        abort(404)
    return given_out(attachments.served_to(require_me().id, file_id) or abort(404), str(width))


def given_out(kept: Kept, width: str = "") -> Response:
    """The content of a file that its reader may see: pictures to be shown, all else to be saved."""
    end_read()
    content = store().get(name_of(kept.id, width if kept.is_picture else ""))
    if content is None and width:
        content = store().get(name_of(kept.id))
    if content is None:
        abort(404)
    charset = "; charset=utf-8" if kept.type.startswith("text/") else ""
    answer = Response(content, content_type=kept.type + charset)
    way = "inline" if kept.is_picture else "attachment"
    plain = kept.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    answer.headers["Content-Disposition"] = f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(kept.name, safe='')}"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return answer
