"""What somebody has written and is not posted yet, under seal with whose it is: readable with the key file alone."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import crypto
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.threads.posting import Draft
from knowledge_exchange.threads.veils.shielding import organisation_of

#: What is sealed is a multiple of this: of its length no more than that can be told.
STEP_BYTES = 1024


def sealed(author_id: int, draft: Draft, **further: Any) -> bytes:
    """A draft and its author under seal; ``further``: what else is kept with it, as JSON can say it."""
    said: dict[str, Any] = {**asdict(draft), "author": author_id, "further": further}
    if draft.hidden is not None:
        hidden = draft.hidden
        said["hidden"] = [hidden.author_id, sorted(hidden.organisations), sorted(hidden.members)]
    plain = json.dumps(said).encode()
    return crypto.seal(plain.ljust(-(-len(plain) // STEP_BYTES) * STEP_BYTES))


def opened(content: bytes) -> tuple[int, Draft, dict[str, Any]] | None:
    """Author, draft and what else is kept; None of what another key file sealed, or another version of the program."""
    try:
        said = json.loads(crypto.unseal(content))
        author_id, hidden, further = said.pop("author"), said.pop("hidden"), said.pop("further", {})
        if hidden is not None:
            hidden = Hidden(hidden[0], frozenset(hidden[1]), frozenset(hidden[2]))
        return author_id, Draft(**said, hidden=hidden), further
    except (ValueError, TypeError, LookupError):
        return None


def as_they_work_now(me: Me, draft: Draft) -> Draft:
    """What is to be hidden from the author's organisation is, from the one to which they moved meanwhile, too."""
    if draft.hidden is None or not draft.is_shielded:
        return draft
    whole = draft.hidden.organisations | organisation_of(me)
    return replace(draft, hidden=replace(draft.hidden, organisations=whole))
