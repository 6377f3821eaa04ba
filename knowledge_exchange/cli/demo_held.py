"""What the demo's moderators see before it appears: the North West looks out for agencies, and one post waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.holding.holding_rules import WORD
from knowledge_exchange.threads.posting import Draft

NETWORK = "north-west"
_WORDS = "locum agency\nstaffing solutions\ndiscount code"
_AUTHOR, _HOURS_AGO = "rota-wrangler", 2.1
_TITLE = "Which locum agency answers the phone at weekends?"
_BODY = (
    "Two gaps on Saturday nights until Christmas, and the bank has nobody. **Which agency do you ring** when it has to "
    "be somebody who knows the building? No names of people, please; what they charge would help."
)


def held_text() -> actions.Text:
    """The post, rendered: outside any unit of work."""
    return actions.written(_BODY)


def load_held(
    people: Mapping[str, Me], networks: Mapping[str, int], ago: Callable[[float], datetime], text: actions.Text
) -> None:
    """Say what is looked out for, and let one post wait for a moderator."""
    network_id = networks[NETWORK]
    care = db.session.get(NetworkCare, network_id) or NetworkCare(network_id=network_id)
    care.watched_words = _WORDS
    db.session.add(care)
    draft = Draft(_BODY, "own", slug=NETWORK, kind="problem", title=_TITLE)
    with clock.held(ago(_HOURS_AGO)):
        holding.put(people[_AUTHOR], draft, text, WORD, network_id, None)
