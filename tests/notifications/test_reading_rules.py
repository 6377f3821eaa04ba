"""Read state, and those of PRODUCT's rules that need more than one page, device or reason."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.composing import network_mentions
from tests.notifications.test_network_levels import choose
from tests.notifications.test_rules import badge
from tests.support.community import Community
from tests.support.persons import known

#: More than a page holds.
MANY = 25


def test_opening_a_thread_in_a_list_goes_to_the_first_unread_post_on_whichever_page(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="tracking")
    replies = [here.reply(here.peer, thread_id) for _ in range(MANY)]
    here.watcher.post(f"/t/{thread_id}/read", post=str(replies[-3]))
    row = re.search(
        rf'data-thread="{thread_id}".*?<a href="([^"]+)"', here.watcher.get("/n/north-west").text, re.DOTALL
    )
    assert row is not None
    answer = here.watcher.get(row.group(1))
    assert (answer.status_code, answer.location.partition("#")[2]) == (302, f"p{replies[-2]}")
    page = here.watcher.get(answer.location.partition("#")[0]).text
    assert f'id="p{replies[-2]}"' in page
    assert f'id="p{replies[0]}"' not in page


def test_opening_a_thread_without_anything_unread_goes_to_its_beginning(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    last = here.reply(here.peer, thread_id)
    here.author.post(f"/t/{thread_id}/read", post=str(last))
    for who in (here.author, here.watcher):
        assert re.fullmatch(rf"/t/{thread_id}/[a-z-]+", who.get(f"/t/{thread_id}?unread").location)
        assert f"/t/{thread_id}?unread" not in who.get("/n/north-west").text
    assert here.outsider.get(f"/t/{thread_id}?unread").status_code == 404


def test_a_notice_opens_at_the_first_post_that_was_not_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    first, second = here.reply(here.peer, thread_id), here.reply(here.peer, thread_id)
    here.author.post(f"/t/{thread_id}/read", post=str(first))
    assert f'href="/p/{second}"' in here.author.get("/notifications").text


def test_reading_on_one_device_clears_every_other(here: Community) -> None:
    phone = known(here.app, here.author.email)
    thread_id = here.post_thread(here.author)
    last = here.reply(here.peer, thread_id)
    assert (badge(here.author), badge(phone)) == (1, 1)
    phone.post(f"/t/{thread_id}/read", post=str(last))
    assert (badge(here.author), badge(phone)) == (0, 0)
    assert "row--read" in here.author.get("/notifications").text


def test_without_a_script_a_button_marks_what_one_has_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    last = here.reply(here.peer, thread_id)
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    form = re.search(r'<form method="post" action="([^"]+)" data-read-form.*?</form>', page, re.DOTALL)
    assert form is not None
    assert "Mark as read to here" in form.group()
    assert f'name="post" value="{last}"' in form.group()
    assert here.author.post(form.group(1), post=str(last)).status_code == 303
    assert badge(here.author) == 0
    assert "data-read-form" not in here.author.get(f"/t/{thread_id}", follow_redirects=True).text


def test_the_button_marks_no_further_than_the_page_goes(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    for _number in range(MANY):
        here.reply(here.peer, thread_id)
    page = here.author.get(f"/t/{thread_id}?view=flat", follow_redirects=True).text
    upto = re.search(r'data-read-form.*?name="post" value="(\d+)"', page, re.DOTALL)
    assert upto is not None
    here.author.post(f"/t/{thread_id}/read", post=upto.group(1))
    shown = [int(post_id) for post_id in re.findall(r'<article class="post[^>]*id="p(\d+)"', page)]
    assert int(upto.group(1)) == max(shown)
    assert len(here.notices(here.author)) == MANY + 1 - len(shown)


def test_a_mention_among_replies_of_one_thread_is_in_the_one_entry(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)}, see above.")
    other = here.post_thread(here.author, title="Another rota with holes in it")
    here.reply(here.peer, other)
    page = here.author.get("/notifications").text
    assert (page.count("data-notification="), badge(here.author)) == (2, 2)
    assert page.count("2 new:") == 1


def test_what_is_new_since_one_read_is_an_entry_of_its_own(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/read", post=str(here.reply(here.peer, thread_id)))
    here.reply(here.peer, thread_id)
    page = here.author.get("/notifications").text
    assert (page.count("data-notification="), page.count("row--read"), badge(here.author)) == (2, 1, 1)


def test_every_reason_at_once_is_one_notice_the_strongest(here: Community) -> None:
    choose(here.author, "watching")
    thread_id = here.post_thread(here.author)
    named = f"@{here.handle(here.author)} and everybody in @north-west"
    answer = here.reply(here.peer, thread_id, named)
    mention = here.reply(here.watcher, thread_id, named, parent=str(answer))
    call = here.reply(here.watcher, thread_id, "@north-west", parent=str(answer))
    reply = here.reply(here.watcher, thread_id, "Yes.", parent=str(answer))
    kinds = ["direct_reply", "mention", "network_mention", "reply"]
    assert here.notices(here.author) == list(zip(kinds, (answer, mention, call, reply), strict=True))


def test_an_edit_that_calls_a_network_tells_only_those_who_had_no_notice(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}")
    for _time in range(2):
        here.peer.post(f"/p/{post_id}/edit", body=f"@{here.handle(here.watcher)} and @north-west")
    assert here.notices(here.author) == [("direct_reply", post_id)]
    assert here.notices(here.watcher) == [("mention", post_id)]
    assert here.notices(here.moderator) == [("network_mention", post_id)]


def test_an_edit_after_a_notice_was_read_does_not_bring_it_back(here: Community) -> None:
    thread_id = here.post_thread(here.author, body=f"@{here.handle(here.watcher)}")
    opening = here.opening(thread_id)
    here.watcher.post(f"/t/{thread_id}/read", post=str(opening))
    for body in ("Nobody.", f"@{here.handle(here.watcher)} after all"):
        here.author.post(f"/p/{opening}/edit", title="A rota with holes in it", body=body)
    assert here.notices(here.watcher) == []


def test_a_thread_that_is_taken_away_takes_its_notices_along(here: Community) -> None:
    choose(here.watcher, "watching")
    thread_id = here.post_thread(here.author)
    assert badge(here.watcher) == 1
    here.author.post(f"/p/{here.opening(thread_id)}/delete")
    assert (badge(here.watcher), here.notices(here.watcher)) == (0, [])
    with here.app.app_context():
        assert db.session.scalars(select(Notification.id)).all() == []


@pytest.mark.parametrize(("most", "told"), [(4, True), (3, False)])
def test_the_size_from_which_a_network_is_not_told_is_exact(
    here: Community, monkeypatch: pytest.MonkeyPatch, most: int, told: bool
) -> None:
    monkeypatch.setattr(network_mentions, "MOST_MENTIONED", most)
    thread_id = here.post_thread(here.author, body="Dear @north-west")
    assert bool(here.notices(here.watcher)) is told
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    assert ("nobody was told by naming it" in page) is not told


def test_a_level_chosen_for_a_thread_goes_before_that_of_its_network_both_ways(here: Community) -> None:
    quiet, loud = here.post_thread(here.author), here.post_thread(here.author)
    choose(here.watcher, "watching")
    here.watcher.post(f"/t/{quiet}/level", level="normal")
    here.reply(here.peer, quiet)
    assert here.notices(here.watcher) == []
    choose(here.watcher, "muted")
    here.watcher.post(f"/t/{loud}/level", level="watching")
    assert here.notices(here.watcher) == []
    reply = here.reply(here.peer, loud)
    assert here.notices(here.watcher) == [("reply", reply)]
