"""What a network's moderators wish to see before it appears: first posts, links, watched words. All off by default.

First posts are asked of names alone: that a pseudonym is a newcomer's would say something of who is behind it. So would
that one is never held: moderators and officers are trusted under their own names, and held like anybody without.
"""

from __future__ import annotations

import re
import unicodedata
from typing import cast

from flask import current_app
from sqlalchemy import Text as Words
from sqlalchemy import and_, bindparam, exists, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.models import Thread, Voice
from knowledge_exchange.threads.posting import Draft
from knowledge_exchange.threads.veils.speaking import OWN

FIRST, LINK, WORD = "first", "link", "word"
MOST_WORDS, MAX_WORD_CHARS = 100, 60
#: Whose posts under their own names are never held, besides the network's moderators.
_OFFICES = ("officer", "administrator")
_ABROAD = re.compile(r'<a\b[^<>]*? href="(?:https?:|mailto:)([^"]*)"')
_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """A text as words are looked for in it: neither case nor accents count, nor how it is spaced."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _SPACE.sub(" ", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip()


def words_in(typed: str) -> list[str]:
    """The watched words and phrases of a list, one a line, each once."""
    return list(dict.fromkeys(filter(None, map(folded, typed.splitlines()))))


def says_one_of(words: str, *texts: str) -> bool:
    """Whether a text has one of these words or phrases, whole."""
    there = "\n".join(map(folded, texts))
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", there) for word in words_in(words))


def links_abroad(html: str) -> bool:
    """Whether rendered text links to anywhere but the exchange itself."""
    own = str(current_app.config["KE_BASE_URL"]).partition(":")[2]
    return any(not (goal + "/").startswith(own + "/") for goal in _ABROAD.findall(html))


def why_held(me: Me, draft: Draft, text: Text) -> tuple[str, int]:
    """Why a draft is to be seen by a moderator first, and in which network; empty and 0: it is not. One statement.

    ``text``: the draft's, rendered.
    """
    care, is_named = _care(me, draft), _is_named(me, draft)
    if care is None or (is_named and (care.role == "moderator" or me.role in _OFFICES)):
        return "", 0
    if care.watched_words and says_one_of(care.watched_words, draft.title, draft.body):
        return WORD, care.network_id
    if care.hold_links and links_abroad(text.html):
        return LINK, care.network_id
    if care.hold_first and is_named and not care.has_spoken:
        return FIRST, care.network_id
    return "", 0


def _care(me: Me, draft: Draft) -> AnyRow | None:
    """What is set where the draft goes, and what its author is there; None where nothing is."""
    if draft.slug:
        return cast("AnyRow | None", _BY_SLUG.first(member=me.id, slug=draft.slug))
    return cast("AnyRow | None", _BY_THREAD.first(member=me.id, thread=draft.thread_id))


def _settings() -> AnySelect:
    member = bindparam("member", type_=Id)
    spoken = exists().where(Voice.kind == OWN, Participant.id == Voice.participant_id, Participant.member_id == member)
    columns = (NetworkCare.network_id, NetworkCare.hold_first, NetworkCare.hold_links, NetworkCare.watched_words)
    theirs = and_(NetworkMembership.network_id == Network.id, NetworkMembership.member_id == member)
    return (
        select(*columns, NetworkMembership.role, spoken.label("has_spoken"))
        .join(Network, Network.id == NetworkCare.network_id)
        .outerjoin(NetworkMembership, theirs)
    )


_BY_SLUG = Read(_settings().where(Network.slug == bindparam("slug", type_=Words())))
_BY_THREAD = Read(
    _settings().join(Thread, Thread.network_id == Network.id).where(Thread.id == bindparam("thread", type_=Id))
)


def _is_named(me: Me, draft: Draft) -> bool:
    """It would appear under the author's own name."""
    return draft.voice in (None, OWN) and draft.thread_id not in me.places
