"""Whom a text can mention: names of the page, members who asked to be found, and nobody else."""

from __future__ import annotations

import pytest

from knowledge_exchange.auth.models import Member, Profile
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.models import Thread
from tests.support.community import Community
from tests.support.persons import Person
from tests.threads.test_pseudonyms import works_at


def offered(who: Person, query: str) -> list[str]:
    """Names that somebody is offered."""
    answer = who.get(f"/mentions?{query}")
    assert answer.status_code == 200
    return [one["name"] for one in answer.get_json()]


def listed(here: Community, who: Person, **facts: bool) -> None:
    """Somebody chooses to be found."""
    with here.app.app_context(), unit_of_work() as work:
        work.add(Profile(member_id=who.id, is_listed=True, **facts))


def test_offered_are_those_who_write_in_the_thread_under_their_own_names_and_nobody_who_reads_it(
    here: Community,
) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    assert offered(here.watcher, f"thread={thread_id}&q=") == sorted(
        ["Asha Author", "Piet Peer"], key=lambda name: here.handle(here.author if "Asha" in name else here.peer)
    )
    assert offered(here.author, f"thread={thread_id}&q=pe") == ["Piet Peer"]
    assert offered(here.author, f"thread={thread_id}&q={here.handle(here.peer)[:6]}") == ["Piet Peer"]
    assert offered(here.author, f"thread={thread_id}&q=wim") == []  # reads, and has not chosen to be found
    assert offered(here.author, f"thread={thread_id}&q=%25") == []  # no sign of the database's


def test_a_pseudonym_is_never_offered_nor_whoever_is_behind_it(here: Community) -> None:
    thread_id = here.post_thread(here.author, voice="pseudonym")
    here.reply(here.peer, thread_id, voice="pseudonym")
    assert offered(here.watcher, f"thread={thread_id}&q=") == []
    assert offered(here.watcher, f"thread={thread_id}&q=a") == []


def test_whose_post_is_gone_is_not_offered_for_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.peer.post(f"/p/{post_id}/delete")
    assert offered(here.watcher, f"thread={thread_id}&q=") == ["Asha Author"]


def test_who_chose_to_be_found_is_offered_where_they_may_read_and_elsewhere_like_nobody(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    for who in (here.watcher, here.outsider):
        listed(here, who, shows_region=True)
    assert offered(here.author, f"thread={thread_id}&q=w") == ["Wim Watcher"]
    assert offered(here.author, f"thread={thread_id}&q=olu") == offered(here.author, f"thread={thread_id}&q=nobody")
    assert offered(here.author, "network=national&q=olu") == ["Olu Outsider"]
    with here.app.app_context(), unit_of_work() as work:
        work.get_one(Member, here.watcher.id).standing = "lapsed"
    assert offered(here.author, f"thread={thread_id}&q=w") == []


@pytest.mark.parametrize(("kind", "shown"), [("organisation", "shows_organisation"), ("regional", "shows_region")])
def test_where_a_network_says_where_one_works_or_lives_nobody_is_offered_who_does_not(
    here: Community, kind: str, shown: str
) -> None:
    with here.app.app_context(), unit_of_work():
        network = networks.create_network("there", "There", kind=kind, visibility="closed").id
        for who in (here.author, here.peer, here.watcher):
            networks.add_member(who.id, network)
    listed(here, here.peer)
    listed(here, here.watcher, **{shown: True})
    assert offered(here.author, "network=there&q=p") == []
    assert offered(here.author, "network=there&q=w") == ["Wim Watcher"]


def test_what_is_offered_does_not_say_from_whom_a_thread_is_hidden(here: Community) -> None:
    works_at(here, here.author, here.watcher)
    listed(here, here.watcher)
    plain = here.post_thread(here.author, voice="pseudonym")
    hidden = here.post_thread(here.author, voice="pseudonym", shield="1")
    assert here.watcher.get(f"/mentions?thread={hidden}&q=").status_code == 404
    assert here.row(Thread, hidden).is_shielded
    for typed in ("", "w", "wim", "a"):
        assert offered(here.peer, f"thread={hidden}&q={typed}") == offered(here.peer, f"thread={plain}&q={typed}")
    here.reply(here.peer, hidden, f"Ask @{here.handle(here.watcher)}")
    assert here.watcher.get("/notifications").text.count("mentioned you") == 0


@pytest.mark.parametrize("query", ["thread=1&q=a", "thread=none&q=a", "network=reps&q=a", "network=none&q=a", "q=a"])
def test_nothing_is_offered_in_a_place_that_one_may_not_read(here: Community, query: str) -> None:
    assert here.outsider.get(f"/mentions?{query}").status_code == 404
    thread_id = here.post_thread(here.author)
    assert here.outsider.get(f"/mentions?thread={thread_id}&q=a").status_code == 404


@pytest.mark.parametrize("typed", ["łuk", "Łuk", "ŁUK", "żak"])
def test_a_name_is_found_in_small_letters_and_large_ones_whatever_its_alphabet(here: Community, typed: str) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.get_one(Member, here.peer.id).name = "Łukasz Żak"
    listed(here, here.peer, shows_region=True)
    here.post_thread(here.peer, title="A rota in Polish")
    assert offered(here.author, f"network=north-west&q={typed}") == ["Łukasz Żak"]
    assert "Łukasz Żak" in here.author.get(f"/members?q={typed}").text
    for name in ("łukasz żak", "Łukasz Żak", "ŁUKASZ ŻAK"):
        assert "A rota in Polish" in here.author.get(f'/search?q=by:"{name}"').text


WRITTEN = [("Ciaran O'Prey", "ciaran o’prey"), ("Ciaran O’Prey", "Ciaran O'Prey"), ("Zoë Żak", "zoe\u0308 z\u0307ak")]


@pytest.mark.parametrize(("name", "typed"), [*WRITTEN, *((typed, name) for name, typed in WRITTEN)])
def test_whose_posts_they_are_is_found_with_either_apostrophe_and_however_letters_are_composed(
    here: Community, name: str, typed: str
) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.get_one(Member, here.peer.id).name = name
    here.post_thread(here.peer, title="A rota by somebody")
    assert "A rota by somebody" in here.author.get(f'/search?q=by:"{typed}"').text
    assert "A rota by somebody" not in here.author.get(f'/search?q=by:"{typed}x"').text
