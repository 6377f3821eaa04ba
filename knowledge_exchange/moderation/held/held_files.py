"""Files of posts that wait for a moderator: shown to whoever may decide about the post, by an address of its own.

Nobody has posted them yet, so they are their uploader's alone; and what they are called would name whose the post is.
"""

from __future__ import annotations

from flask import Blueprint, Flask, abort
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.threads.files.attachment_html import dressed
from knowledge_exchange.threads.files.attachment_routes import given_out
from knowledge_exchange.threads.files.attachments import Kept, made_up_name, mine_among, named_in
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.holding.holding import Held

blueprint = Blueprint("held_files", __name__)


def init_app(app: Flask) -> None:
    """Bring the page into the app."""
    app.register_blueprint(blueprint)


@blueprint.get("/moderation/held/<int:held_id>/files/<int:file_id>")
@active
def file(held_id: int, file_id: int) -> ResponseReturnValue:
    """A file of a held post, for those who decide about it."""
    if not any(row.held_id == held_id for row in cases.cases_for(require_me())):
        abort(404)
    held = holding.by_id(held_id) or abort(404)
    return given_out(files_of(held).get(file_id) or abort(404))


def files_of(held: Held) -> dict[int, Kept]:
    """What its author has uploaded for it, under made-up names. No statement where its text names no file."""
    named = named_in(held.draft.body)
    mine = mine_among(held.author_id, named)
    return {
        file_id: mine[file_id]._replace(name=made_up_name(mine[file_id].type, number))
        for number, file_id in enumerate(named, 1)
        if file_id in mine
    }


def shown(held: Held) -> str:
    """Its HTML, as it is shown to those who decide about it."""
    files = files_of(held)
    html = dressed(held.text.html, {file_id: kept._replace(width=None) for file_id, kept in files.items()})
    for file_id in files:
        html = html.replace(f'"/files/{file_id}"', f'"/moderation/held/{held.id}/files/{file_id}"')
    return html
