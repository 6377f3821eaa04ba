"""The ledger for who writes under a pseudonym: it answers from the sealed place, of which no history is kept."""

from __future__ import annotations

from knowledge_exchange.notifications.ledger import explain, explain_notice
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.why_rules import Outcome
from tests.notifications.pseudonyms import answer, as_me, ask, place, told
from tests.support.community import Community
from tests.support.persons import Person


def outcome(here: Community, who: Person, post_id: int) -> Outcome:
    with here.app.app_context():
        found = explain(as_me(who), post_id)
    assert found is not None
    return found.outcome


def test_ones_own_post_is_ones_own_though_it_names_nobody(here: Community) -> None:
    thread = ask(here, here.author)
    assert outcome(here, here.author, here.opening(thread)) is Outcome.OWN
    assert "You wrote this yourself" in here.author.get(f"/notifications/why?post={here.opening(thread)}").text


def test_what_the_sealed_place_was_told_is_told(here: Community) -> None:
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread)
    assert outcome(here, here.author, reply) is Outcome.TOLD
    page = here.author.get(f"/notifications/why?post={reply}").text
    assert "It answers a post of yours" in page
    assert "and so this thread" not in page
    notice = told(here, Notification.participant_id == place(here, here.author, thread))[0]
    with here.app.app_context():
        assert explain_notice(as_me(here.author), notice.id) is not None
        assert explain_notice(as_me(here.watcher), notice.id) is None


def test_what_it_was_not_told_has_no_history(here: Community) -> None:
    thread = ask(here, here.author)
    here.author.post(f"/t/{thread}/level", level="muted")
    reply = here.reply(here.peer, thread)
    assert outcome(here, here.author, reply) is Outcome.NO_HISTORY
    assert "under a pseudonym" in here.author.get(f"/notifications/why?post={reply}").text


def test_others_get_their_answers_as_ever(here: Community) -> None:
    thread = ask(here, here.author)
    mine = answer(here, here.author, thread)
    assert outcome(here, here.watcher, mine) is Outcome.QUIETER
    theirs = here.reply(here.peer, thread)
    post = answer(here, here.author, thread, parent=theirs)
    assert outcome(here, here.peer, post) is Outcome.TOLD
