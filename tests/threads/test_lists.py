"""Lists of threads: a network's in every order and narrowed in every way, and what Home asks one to help with."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.threads import actions, outlines
from knowledge_exchange.threads.chosen import Chosen, Key, chosen_in, key_in
from knowledge_exchange.threads.feeds import MOST_NEEDED
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.routes import visible_thread
from knowledge_exchange.threads.tags import tags
from tests.support.community import Community
from tests.support.persons import Person, Statements

PLACE = "/n/north-west"
MANY = THREADS_A_PAGE + 4


def problems(here: Community, number: int = MANY, kind: str = "problem") -> list[int]:
    """So many threads of the author's in North West, the oldest first."""
    me = acting(here.row(Member, here.author.id))
    with here.app.app_context():
        text = actions.written("Who knows?")
        with unit_of_work():
            return [
                actions.start_thread(me, here.north_west, kind, f"Nobody knows {n}", text)[0] for n in range(number)
            ]


def told(here: Community, thread_id: int, **facts: object) -> None:
    """Change a thread's facts as its verbs would."""
    with here.app.app_context(), unit_of_work():
        change = update(Thread).where(Thread.id == thread_id)
        db.session.execute(change.values(version=Thread.version + 1, **facts))


def in_days(days: int) -> date:
    return now().date() + timedelta(days=days)


def walked(who: Person, path: str) -> list[int]:
    """The threads of a list, over all its pages."""
    found: list[int] = []
    while path:
        page = who.get(path).text
        found += [int(one) for one in re.findall(r'data-thread="(\d+)"', page)]
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further.group(1).replace("&amp;", "&") if further else ""
    return found


def test_every_order_is_paged_without_gap_or_repetition(here: Community) -> None:
    ids = problems(here)
    for place, thread in enumerate(ids):
        told(here, thread, too=place // 3, answer_by=in_days(place // 2))
    here.reply(here.peer, ids[0], "I don't either.")
    shared = sorted(ids[3:], key=lambda one: (ids.index(one) // 3, one), reverse=True)
    assert walked(here.watcher, PLACE) == [ids[0], *ids[:0:-1]]
    assert walked(here.watcher, f"{PLACE}?order=newest") == ids[::-1]
    assert walked(here.watcher, f"{PLACE}?show=unanswered&order=age") == ids
    assert walked(here.watcher, f"{PLACE}?show=unanswered&order=due") == ids
    assert walked(here.watcher, f"{PLACE}?order=shared") == shared


def test_kind_tag_and_order_go_together_and_stand_in_every_address(here: Community) -> None:
    ids, advice = problems(here, 4), problems(here, 1, "advice")
    assert here.moderator.post(f"{PLACE}/tags", name="Rotas").status_code == 303
    with here.app.test_request_context():
        me = acting(here.row(Member, here.author.id))
        for thread in (*ids[:3], *advice):
            with unit_of_work():
                tags.choose(visible_thread(me, thread), ["rotas"])
    path = f"{PLACE}?show=problem&tag=rotas&order=newest"
    assert walked(here.watcher, path) == ids[2::-1]
    page = here.watcher.get(path).text.replace("&amp;", "&")
    for further in (
        f'href="{PLACE}?show=advice&tag=rotas&order=newest"',
        f'href="{PLACE}?show=problem&order=newest"',
        f'href="{PLACE}?show=problem&tag=rotas"',
        f'href="{PLACE}?show=unanswered&tag=rotas&order=age"',
    ):
        assert further in page
    assert walked(here.watcher, f"{PLACE}?tag=rotas") == [*advice, *ids[2::-1]]


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({}, Chosen()),
        ({"show": "nonsense", "order": "nonsense", "tag": "No Such<"}, Chosen()),
        ({"show": "advice", "order": "age"}, Chosen("advice")),
        ({"show": "advice", "order": "shared"}, Chosen("advice")),
        ({"show": "unanswered", "order": "due", "tag": "rotas"}, Chosen("unanswered", "rotas", "due")),
    ],
)
def test_what_an_address_cannot_choose_counts_as_not_said(asked: dict[str, str], chosen: Chosen) -> None:
    assert chosen_in(asked) == (chosen, None)


def test_a_key_that_is_none_is_no_fault(here: Community) -> None:
    here.post_thread(here.author)
    for key in ("0", "x", "1.", ".", "-1.5", "9999999.5", "99999999.5", "5." + "9" * 20):
        for order in ("latest", "newest", "shared"):
            assert here.watcher.get(f"{PLACE}?order={order}&before={key}").status_code == 200
        assert here.watcher.get(f"{PLACE}?show=unanswered&order=due&after={key}").status_code == 200


def test_a_key_is_read_as_it_was_written() -> None:
    for key in (Key(7), Key(7, 12)):
        assert key_in(str(key)) == key
    assert key_in("12345678.7") is None


def test_a_narrowed_list_costs_what_the_whole_one_costs(here: Community) -> None:
    problems(here, 3)

    def cost(path: str) -> int:
        here.watcher.get(path)
        with Statements(here.app) as said:
            assert here.watcher.get(path).status_code == 200
        return len(said.sent)

    assert {cost(f"{PLACE}?{more}") for more in ("order=newest", "show=unanswered&order=due", "order=shared")} == {
        cost(PLACE)
    }


def test_a_row_says_by_when_an_answer_is_needed_until_it_is_there_or_too_late(here: Community) -> None:
    thread = here.post_thread(here.author)
    needs = re.compile(r"needs an answer by\s+<time")
    told(here, thread, answer_by=in_days(0))
    assert needs.search(here.watcher.get(PLACE).text)
    assert needs.search(here.watcher.get("/").text)
    told(here, thread, answer_by=in_days(-1))
    assert not needs.search(here.watcher.get(PLACE).text)
    told(here, thread, answer_by=in_days(3))
    assert needs.search(here.watcher.get(PLACE).text)
    reply = here.reply(here.peer, thread)
    assert needs.search(here.watcher.get(PLACE).text)
    assert here.author.post(f"/p/{reply}/accept").status_code == 303
    assert not needs.search(here.watcher.get(PLACE).text)


def above(who: Person) -> list[int]:
    """What waits for somebody on Home, and where it asks for help."""
    page = who.get("/").text
    waiting = page[page.index('id="wait"') : page.index('id="new"')]
    return [int(one) for one in re.findall(r'data-thread="(\d+)"(?:(?!</li>).)*?Can you help\?', waiting, re.DOTALL)]


def test_home_asks_for_help_with_what_is_needed_soonest_however_old_it_is(here: Community) -> None:
    ids = problems(here)
    for place, thread in enumerate(ids[: MOST_NEEDED + 2]):
        here.reply(here.peer, thread, "Which trust is it?")
        told(here, thread, answer_by=in_days(9 - place))
    for thread in ids[MOST_NEEDED + 2 :]:
        here.reply(here.peer, thread, "And with us.")
    soonest = ids[MOST_NEEDED + 1 : 1 : -1]
    assert above(here.watcher) == soonest
    # Whoever has asked, or replied, needs no reminder; nor whoever may not read there.
    assert not set(above(here.author)) & set(ids)
    assert not set(above(here.peer)) & set(ids)
    assert above(here.outsider) == []


def test_home_asks_for_no_help_where_the_day_is_over_or_the_reader_wants_to_hear_nothing(here: Community) -> None:
    over, muted, locked, needed = problems(here, 4)
    for thread in (over, muted, locked, needed):
        here.reply(here.peer, thread, "Which trust is it?")
        told(here, thread, answer_by=in_days(2))
    told(here, over, answer_by=in_days(-1))
    told(here, locked, locked_at=now())
    with here.app.app_context(), unit_of_work():
        notices.choose_level(here.watcher.id, muted, "muted")
    assert above(here.watcher) == [needed]
    told(here, needed, archived_at=now())
    assert above(here.watcher) == []


def test_what_is_hidden_from_somebody_is_in_none_of_their_lists(here: Community) -> None:
    thread = here.post_thread(here.author)
    told(here, thread, answer_by=in_days(1), too=3, is_shielded=True)
    lists = [f"?order={order}" for order in ("newest", "shared")]
    lists += [f"?show=unanswered&order={order}" for order in ("age", "due")]
    assert [walked(here.watcher, PLACE + chosen) for chosen in lists] == [[], [], [], []]
    assert above(here.watcher) == []
    told(here, thread, is_shielded=False)
    assert [walked(here.watcher, PLACE + chosen) for chosen in lists] == [[thread]] * 4
    assert above(here.watcher) == [thread]


def test_home_costs_no_statement_more_for_what_is_needed(here: Community) -> None:
    here.post_thread(here.author)

    def cost() -> int:
        here.watcher.get("/")
        with Statements(here.app) as said:
            here.watcher.get("/")
        return len(said.sent)

    before = cost()
    for thread in problems(here, 5):
        told(here, thread, answer_by=in_days(1))
    outlines.forget_all()
    assert cost() == before
