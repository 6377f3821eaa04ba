"""Things to decide, put there by the acts of members: reports and requests to join."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.reports import reports
from knowledge_exchange.networks import requests
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.threads import actions as threads
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.holding.holding_rules import WORD
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.posting import Draft
from knowledge_exchange.threads.veils.shielding import organisation_of
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM


def me(member_id: int) -> Me:
    """A member as who acts, now."""
    found = me_of(member_id)
    assert found is not None
    return found


def post_thread(
    app: Flask, author: int, network: int, title: str, *, pseudonym: bool = False, shield: bool = False
) -> tuple[int, int]:
    """Open a thread; its id and that of its opening post."""
    with app.app_context(), unit_of_work():
        return started(author, network, title, pseudonym=pseudonym, shield=shield)


def started(author: int, network: int, title: str, *, pseudonym: bool = False, shield: bool = False) -> tuple[int, int]:
    """The same, in a unit of work."""
    who = me(author)
    text = threads.written(f"{title}, in more words.")
    hidden = Hidden(who.id, organisation_of(who), frozenset()) if shield else None
    voice = PSEUDONYM if pseudonym else OWN
    return threads.start_thread(who, network, "problem", title, text, voice, hidden)


def report(app: Flask, reporter: int, post_id: int, category: str = "attack", note: str = "") -> int:
    """Somebody reports a post; the case."""
    with app.app_context(), unit_of_work():
        return reported(reporter, post_id, category, note)


def reported(reporter: int, post_id: int, category: str = "attack", note: str = "") -> int:
    """The same, in a unit of work."""
    who = me(reporter)
    thread, post = locked_post(who, post_id)
    return reports.report(who, thread, post, category, note)


def held(author: int, network: int, slug: str, title: str) -> None:
    """A new thread waits for approval; in a unit of work."""
    body = f"{title}, in more words."
    draft = Draft(body, slug=slug, kind="problem", title=title, voice=OWN)
    holding.put(me(author), draft, threads.written(body), WORD, network, None)


def ask_to_join(app: Flask, member_id: int, network: int, note: str = "") -> None:
    """Somebody asks to come in."""
    with app.app_context(), unit_of_work():
        requests.ask_to_join(member_id, network, note)


def newcomer(name: str) -> int:
    """An active member who can't sign in; in a unit of work."""
    email = f"{name.lower().replace(' ', '.')}@people.example"
    member = create_member(email=email, name=name, password_hash="!", standing="active", confirmed=True)
    db.session.flush()
    return int(member.id)


def row_of(member_id: int) -> Member:
    """A member's row, to be changed in a unit of work."""
    return db.session.get_one(Member, member_id)
