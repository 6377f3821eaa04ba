"""The page of an act: what was done, as which role, and why. A notice leads its author there; there it is undone."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active, once_set_up, signed_in
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation.acts.act_words import who, words_of
from knowledge_exchange.moderation.acts.acts import details_of
from knowledge_exchange.moderation.acts.own_acts import Shown, act_for
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undo
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("acts", __name__, url_prefix="/acts")
CONFLICT = 409
#: Where an author appeals, once there is such a page (``own_sanctions.py``).
_APPEAL = "own_sanctions.act_page"


@blueprint.get("/<act_id>")
@signed_in
@once_set_up
def act(act_id: str) -> ResponseReturnValue:
    """An act; to everybody but its author and those who may act there, there is no such page."""
    me = require_me()
    return _page(me, _shown(me, act_id))


def _shown(me: Me, act_id: str) -> Shown:
    return act_for(me, parse_id(act_id) or 0) or abort(404)


def _page(me: Me, shown: Shown, refused: str = "") -> str:
    found, facts = shown.act, details_of(shown.act)
    words, whoever = words_of(found.action), who(found.acted_as)
    may_appeal = _APPEAL in current_app.view_functions and shown.is_author and found.undone_at is None
    return render_template(
        "moderation/act.html",
        nav="me",
        me=me,
        unread=unread_count(me.id),
        shown=shown,
        what=words.log,
        who=whoever,
        told=str(words.told) % {"who": whoever} if shown.is_author else words.log,
        undone=_("%(who)s has undone it.", who=who(facts.get("undone_as", ""))),
        is_final=found.final_at is not None and found.final_at <= now(),
        appeal=url_for(_APPEAL, act_id=found.id) if may_appeal else None,
        refused=refused,
    )


@blueprint.post("/<act_id>/undo")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def undo_act(act_id: str) -> ResponseReturnValue:
    """Undo it, for those who may; else it is said why not, and nothing changes."""
    me = require_me()
    shown = _shown(me, act_id)
    if not shown.part:
        abort(404)
    end_read()
    try:
        if shown.act.undone_at is None and not shown.may_undo:
            raise CannotUndo(_("You can’t undo this: it is final, or somebody above you did it."))
        with unit_of_work():
            undo(me, shown.act.id)
    except CannotUndo as why:
        return _page(me, _shown(me, act_id), why.sentence), CONFLICT
    flash(_("Undone. Its author is told."), "good")
    return redirect(f"/acts/{act_id}", 303)
