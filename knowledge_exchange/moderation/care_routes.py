"""What a network's moderators see before it appears: three switches and a list of words, all off by default."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore, unit_of_work
from knowledge_exchange.networks import policy
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.networks.routes import visible_network
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.holding.holding_rules import MAX_WORD_CHARS, MOST_WORDS, words_in

BAD_INPUT = 422

blueprint = Blueprint("care", __name__, url_prefix="/n/<slug>/care")


@dataclass(frozen=True, slots=True)
class Care:
    """What is held in a network, as its row and its form have it."""

    hold_first: bool = False
    hold_links: bool = False
    watched_words: str = ""

    @property
    def note(self) -> str:
        """For the record: what is on, and how many words; not which."""
        held = [name for name in ("hold_first", "hold_links") if getattr(self, name)]
        return " ".join([*held, f"words={len(words_in(self.watched_words))}"])


def _moderated(slug: str) -> AnyRow:
    network = visible_network(slug)
    if not policy.may_moderate(network.my_role):
        abort(404)
    return network


@blueprint.get("")
@active
def page(slug: str) -> ResponseReturnValue:
    """The form; to all but the network's moderators it does not exist."""
    network = _moderated(slug)
    return _page(network, _care_of(network.id))


def _page(network: AnyRow, care: Care, wrong: str = "") -> str:
    me = require_me()
    return render_template(
        "moderation/care.html",
        me=me,
        nav="networks",
        network=network,
        care=care,
        wrong=wrong,
        most=MOST_WORDS,
        longest=MAX_WORD_CHARS,
        unread=unread_count(me.id),
    )


def _care_of(network_id: int) -> Care:
    columns = (NetworkCare.hold_first, NetworkCare.hold_links, NetworkCare.watched_words)
    row = db.session.execute(select(*columns).where(NetworkCare.network_id == network_id)).first()
    return Care() if row is None else Care(*row)


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def save(slug: str) -> ResponseReturnValue:
    """Change it, on record; what is held already stays held until somebody decides."""
    network, me = _moderated(slug), require_me()
    typed = request.form.get("watched_words", "")[: MOST_WORDS * (MAX_WORD_CHARS + 2) * 2]
    care = Care("hold_first" in request.form, "hold_links" in request.form, typed)
    wrong = _wrong(typed)
    if wrong:
        return _page(network, care, wrong), BAD_INPUT
    care = Care(care.hold_first, care.hold_links, "\n".join(filter(None, map(str.strip, typed.splitlines()))))
    with unit_of_work():
        if care != _care_of(network.id):
            _write(me, network.id, care)
    flash(_("That is how it is from now on."), "good")
    return redirect(url_for(".page", slug=slug), 303)


def _wrong(typed: str) -> str:
    words = words_in(typed)
    if len(words) > MOST_WORDS:
        return str(_("Watch for at most %(most)s words or phrases.", most=MOST_WORDS))
    if any(len(word) > MAX_WORD_CHARS for word in words):
        return str(_("A word or phrase has at most %(longest)s characters.", longest=MAX_WORD_CHARS))
    return ""


def _write(me: Me, network_id: int, care: Care) -> None:
    values = {"hold_first": care.hold_first, "hold_links": care.hold_links, "watched_words": care.watched_words}
    insert_or_ignore(NetworkCare, {"network_id": network_id, **values, "stale_months": _STALE_MONTHS})
    db.session.execute(update(NetworkCare).where(NetworkCare.network_id == network_id).values(**values))
    record("network.care", actor=me.id, note=f"{network_id} {care.note}")


#: What holds for a network without a row of its own.
_STALE_MONTHS = int(NetworkCare.__table__.c.stale_months.default.arg)


def beside_network(_me: Me, network: AnyRow) -> str:
    """The moderators' way to this page, beside their network."""
    if not policy.may_moderate(network.my_role):
        return ""
    return Markup('<p><a href="/n/{}/care">{}</a></p>').format(network.slug, _("What moderators see first"))
