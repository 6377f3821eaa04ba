"""PRODUCT's rules of notification, as far as this release builds them."""

from __future__ import annotations

import re

import pytest

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.levels import raised, reason_for
from knowledge_exchange.notifications.models import LEVELS
from tests.support.community import Community
from tests.support.persons import Person


def badge(who: Person) -> int:
    """The number on somebody's badge, as their home page shows it."""
    found = re.search(r'data-unread-count="(\d+)"', who.get("/").text)
    assert found is not None
    return int(found.group(1))


def test_the_author_of_an_event_is_never_notified_of_it(here: Community) -> None:
    thread_id = here.post_thread(here.author, body=f"Hello @{here.handle(here.author)}")
    own = here.reply(here.author, thread_id, f"And again @{here.handle(here.author)}")
    here.reply(here.author, thread_id, "To myself", parent=str(own))
    here.author.post(f"/p/{own}/accept")
    assert here.notices(here.author) == []


def test_at_most_one_notification_for_a_post_the_strongest_reason_winning(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, f"Both: @{here.handle(here.author)}")
    assert here.notices(here.author) == [("direct_reply", post_id)]
    other = here.reply(here.watcher, thread_id, f"@{here.handle(here.author)}", parent=str(post_id))
    assert here.notices(here.author) == [("direct_reply", post_id), ("mention", other)]
    assert here.notices(here.peer) == [("direct_reply", other)]


def test_who_posted_watches_and_hears_of_every_reply(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    first = here.reply(here.peer, thread_id)
    second = here.reply(here.watcher, thread_id, parent=str(first))
    assert here.notices(here.author) == [("direct_reply", first), ("reply", second)]
    assert here.place(here.peer, thread_id).level == "watching"


@pytest.mark.parametrize("level", ["normal", "tracking"])
def test_quieter_levels_hear_only_what_is_said_to_them(here: Community, level: str) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level=level)
    here.reply(here.peer, thread_id)
    assert here.notices(here.watcher) == []
    named = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}, did you?")
    assert here.notices(here.watcher) == [("mention", named)]


def test_a_muted_thread_says_nothing_not_even_a_direct_reply(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="muted")
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    assert here.notices(here.author) == []
    here.peer.post(f"/t/{thread_id}/level", level="muted")
    here.reply(here.author, thread_id, "My own words")
    here.author.post(f"/p/{post_id}/accept")
    assert here.notices(here.peer) == []


def test_automatic_changes_only_raise_a_level_and_never_override_a_choice(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="normal")
    here.reply(here.author, thread_id)
    assert here.place(here.author, thread_id).level == "normal"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("to", LEVELS)
def test_raising_is_monotonic(level: str, to: str) -> None:
    order = list(LEVELS)
    assert order.index(raised(level, to, chosen=False)) == max(order.index(level), order.index(to))
    assert raised(level, to, chosen=True) == level


def test_one_reason_the_strongest() -> None:
    assert reason_for("watching", answered=True, mentioned=True) == "direct_reply"
    assert reason_for("normal", answered=False, mentioned=True) == "mention"
    assert reason_for("tracking", answered=False, mentioned=False) is None
    assert reason_for("muted", answered=True, mentioned=True) is None


def test_an_edit_notifies_only_those_newly_mentioned_and_never_fires_reply(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    body = f"@{here.handle(here.author)} @{here.handle(here.watcher)} @{here.handle(here.peer)}"
    here.peer.post(f"/p/{post_id}/edit", body=body)
    here.peer.post(f"/p/{post_id}/edit", body=body + " once more")
    assert here.notices(here.author) == [("direct_reply", post_id)]
    assert here.notices(here.watcher) == [("mention", post_id)]
    assert here.notices(here.peer) == []


def test_a_mention_of_somebody_who_cannot_see_the_thread_is_like_one_of_nobody(here: Community) -> None:
    known = here.post_thread(here.author, body=f"Ask @{here.handle(here.outsider)} about it")
    unknown = here.post_thread(here.author, body="Ask @hxxxxxxxxx about it")
    assert here.notices(here.outsider) == []
    pages = [here.peer.get(f"/t/{id_}", follow_redirects=True).text for id_ in (known, unknown)]
    shown = [re.search(r"Ask (<span[^>]*>)@\S+(</span>)", page) for page in pages]
    assert shown[0] is not None
    assert shown[1] is not None
    assert shown[0].groups() == shown[1].groups()


def test_visibility_is_asked_when_the_row_is_made(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    here.watcher.post("/n/north-west/leave")
    here.reply(here.peer, thread_id)
    assert here.notices(here.watcher) == []


def test_visibility_is_asked_again_when_it_is_shown(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    here.reply(here.peer, thread_id, "Not for those who left")
    assert badge(here.watcher) == 1
    here.watcher.post("/n/north-west/leave")
    assert badge(here.watcher) == 0
    assert "Piet Peer" not in here.watcher.get("/notifications").text


def test_somebody_without_standing_is_told_nothing(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "lapsed", "The roll says so.", None)
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    assert here.notices(here.author) == []


def test_several_unread_replies_in_one_thread_are_one_entry_that_leads_to_the_first(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    first, _second, _third = (here.reply(here.peer, thread_id) for _ in range(3))
    page = here.author.get("/notifications").text
    assert page.count("data-notification=") == 1
    assert "3 new:" in page
    assert f'href="/p/{first}"' in page
    assert badge(here.author) == 1


def test_reading_never_goes_back_and_clears_what_was_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    first, second, third = (here.reply(here.peer, thread_id) for _ in range(3))
    here.author.post(f"/t/{thread_id}/read", post=str(second))
    assert here.place(here.author, thread_id).last_read_id == second
    here.author.post(f"/t/{thread_id}/read", post=str(first))
    assert here.place(here.author, thread_id).last_read_id == second
    assert here.notices(here.author) == [("direct_reply", third)]
    here.author.post(f"/t/{thread_id}/read", post=str(third))
    assert (here.notices(here.author), badge(here.author)) == ([], 0)


def test_nothing_but_reading_marks_a_thread_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    for path in (f"/t/{thread_id}", "/notifications", "/", "/n/north-west"):
        here.author.get(path, follow_redirects=True)
    assert badge(here.author) == 1


def test_a_post_of_another_thread_marks_nothing(here: Community) -> None:
    one, other = here.post_thread(here.author), here.post_thread(here.author)
    here.reply(here.peer, one)
    later = here.reply(here.peer, other)
    assert here.author.post(f"/t/{one}/read", post=str(later)).status_code == 404
    assert badge(here.author) == 2


def test_marking_all_read_is_one_button(here: Community) -> None:
    for _number in range(3):
        here.reply(here.peer, here.post_thread(here.author))
    assert badge(here.author) == 3
    assert here.author.post("/notifications/read").status_code == 303
    assert badge(here.author) == 0


def test_taking_a_post_away_cancels_its_notices(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    assert badge(here.author) == 1
    here.peer.post(f"/p/{post_id}/delete")
    assert (here.notices(here.author), badge(here.author)) == ([], 0)


def test_accepting_tells_whose_answer_it_is_and_taking_it_back_cancels_that(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.author.post(f"/p/{post_id}/accept")
    assert here.notices(here.peer) == [("accepted", post_id)]
    here.author.post(f"/p/{post_id}/unaccept")
    assert here.notices(here.peer) == []


def test_the_list_is_paged_by_key(here: Community) -> None:
    threads = [here.post_thread(here.author) for _ in range(23)]
    for thread_id in threads:
        here.reply(here.peer, thread_id)
    first = here.author.get("/notifications").text
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further is not None
    second = here.author.get(further.group(1)).text
    assert (first.count("data-notification="), second.count("data-notification=")) == (20, 3)


def test_a_mention_in_capitals_is_still_a_mention(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    named = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher).upper()}")
    assert here.notices(here.watcher) == [("mention", named)]


def test_a_level_that_does_not_exist_is_refused(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert here.author.post(f"/t/{thread_id}/level", level="loud").status_code == 400


def test_a_participant_is_made_once_even_if_read_before(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    opening = here.opening(thread_id)
    for _time in range(2):
        assert here.watcher.post(f"/t/{thread_id}/read", post=str(opening)).status_code == 303
    assert here.place(here.watcher, thread_id).last_read_id == opening
