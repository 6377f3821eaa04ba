"""Forms that were taken already: sent twice, each posts once."""

from __future__ import annotations

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import every_keyed_hash, keyed_hash
from knowledge_exchange.threads import statements
from knowledge_exchange.threads.limits import MAX_KEY_CHARS

#: What the hash of a form's key is for.
_SUBMISSION = "submission"


def earlier_submission(me: Me, key: str) -> int | None:
    """The post that this form made when it was sent before."""
    # As a rule there is one.
    for hashed in every_submission_key(me, key):
        if found := statements.SUBMITTED.first(key=hashed):
            return int(found.post_id)
    return None


def note_submission(me: Me, key: str, post_id: int) -> None:
    """Remember that this form was taken."""
    hashed = submission_key(me, key)
    if hashed is not None:
        statements.INSERT_SUBMISSION.run(key_hash=hashed, post_id=post_id, at=now())


def submission_key(me: Me, key: str) -> str | None:
    """What is stored of a form's key: it names nobody. None of a form without one."""
    return keyed_hash(_SUBMISSION, _said(me, key)) if key else None


def every_submission_key(me: Me, key: str) -> list[str]:
    """The same in every generation of keys, to find it by."""
    return every_keyed_hash(_SUBMISSION, _said(me, key)) if key else []


def _said(me: Me, key: str) -> str:
    return f"{me.id}:{key[:MAX_KEY_CHARS]}"
