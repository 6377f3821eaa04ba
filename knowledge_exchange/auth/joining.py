"""What happens when somebody asks for an account."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import update

from knowledge_exchange.auth import actions, letters, queries, tokens
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.core.crypto import new_token
from knowledge_exchange.core.db import db


def ask(email: str, name: str, password_hash: str, handle: str | None) -> None:
    """Open an account that waits for its address to be confirmed, or write to the account that is there.

    The owner of the address is told by mail; nobody is told here.
    """
    found = queries.account_of_email(email)
    if found is None:
        try:
            member = actions.create_member(email=email, name=name, password_hash=password_hash)
        except actions.EmailTaken:
            # Another process was first, a moment ago: as if it had been there all along.
            found = queries.account_of_email(email)
        else:
            letters.ask_to_confirm(member.id, member.email, handle)
            return
    if found is not None:
        _ask_again(found, name, password_hash, handle)


def _ask_again(found: Account, name: str, password_hash: str, handle: str | None) -> None:
    if found.email_confirmed_at is not None:
        letters.say_already(found.id, found.email)
        _open_in_vain(name, password_hash)
        return
    if letters.has_had_enough(found.email):
        # A link that was sent stays good, with the password that belongs to it.
        return
    # Nobody has shown yet that the address is theirs: the last who asked may be the first who can. It takes
    # the password of the last one to confirm, so that nobody confirms a password that a stranger chose.
    changed = {"name": name, "password_hash": password_hash}
    db.session.execute(update(Member).where(Member.id == found.id).values(**changed))
    tokens.void(found.id, tokens.CONFIRM)
    letters.ask_to_confirm(found.id, found.email, handle)


class _Undone(Exception):
    """Ends a savepoint so that nothing of it remains."""


def _open_in_vain(name: str, password_hash: str) -> None:
    """The work of opening an account, undone at once: on a busy server the answer takes as long as if it were new."""
    with suppress(_Undone), db.session.begin_nested():
        member = actions.create_member(email=f"{new_token()}@nobody.invalid", name=name, password_hash=password_hash)
        tokens.issue(member.id, tokens.CONFIRM)
        raise _Undone
