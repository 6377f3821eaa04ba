"""The totals of a month: the same story as the log and the tables, and nothing that points at anybody."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ActAppeal
from knowledge_exchange.moderation.acts.act_words import WORDS
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.networks import actions as networks
from tests.moderation.deeds import NOVEMBER, OCTOBER, Deeds, items
from tests.support.persons import Person, Statements
from tests.support.worlds import World


@pytest.fixture
def deeds(world: World) -> Deeds:
    """The world, in which nothing was done yet."""
    return Deeds(world)


def _busy_month(deeds: Deeds) -> int:
    """Acts of every kind in two months, reports, appeals; a hidden thread among them. Returns a private network."""
    world = deeds.world
    with world.app.app_context(), unit_of_work():
        reps = networks.create_network("reps", "Reps", kind="interest", visibility="private").id
        networks.add_member(world.peer.id, reps)
    thread = world.open_thread(world.peer, "Counted and done with")
    hidden = world.hide(world.author)
    for number, action in enumerate(sorted(WORDS)):
        with clock.held((OCTOBER if number % 3 else NOVEMBER) + timedelta(hours=number)):
            deeds.note(action, None if action.endswith("_aimed") else thread)
            deeds.note(action, hidden.thread)
            deeds.note(action, network=reps, as_="lead")
            deeds.note(action, network=None, as_="officer")
            deeds.note(action, thread, as_="author")
    for number in range(6):
        opened = OCTOBER + timedelta(days=number)
        where = (world.north_west, thread) if number < 5 else (world.north_west, hidden.thread)
        facts = {"network_id": where[0], "thread_id": where[1], "opened_at": opened, "due_at": opened}
        decided = opened + timedelta(hours=2 * number + 1)
        deeds.add(ModerationCase(id=number + 1, kind="report", decided_at=decided, decision="kept", **facts))
        deeds.add(Report(case_id=number + 1, member_id=world.watcher.id, category="rude", at=opened))
    _appeal(deeds, thread, hidden.thread)
    return reps


def _appeal(deeds: Deeds, thread: int, hidden: int) -> None:
    """Seven appeals in October, of which one is against an act in a hidden thread; four upheld, one overturned."""
    world = deeds.world
    for number in range(7):
        with clock.held(OCTOBER - timedelta(days=40)):
            act = deeds.note("hide", hidden if number == 6 else thread)
        outcome = "" if number == 5 else "overturned" if number == 4 else "upheld"
        decided = None if number == 5 else OCTOBER + timedelta(days=3)
        facts = {"act_id": act, "member_id": world.peer.id, "text": "Look again.", "asked_at": OCTOBER}
        deeds.add(ActAppeal(**facts, decided_at=decided, outcome=outcome))


def _counted(world: World, month: str, network: int | None) -> dict[str, str]:
    """The same numbers by SQL of this test's own."""
    ends = {"2026-10": ("2026-10-01", "2026-11-01"), "2026-11": ("2026-11-01", "2026-12-01")}[month]
    times = dict(zip(("begin", "end"), [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in ends], strict=True))
    if world.app.config["KE_DATABASE_URL"].startswith("sqlite"):
        times = {name: f"{moment:%Y-%m-%d %H:%M:%S.%f}" for name, moment in times.items()}  # type: ignore[misc]
    open_thread = "(thread_id IS NULL OR thread_id IN (SELECT id FROM thread WHERE NOT is_shielded))"
    where = "" if network is None else f" AND network_id = {network}"
    with world.app.app_context():
        acts = db.session.execute(
            text(
                "SELECT action, count(*) FROM moderation_act WHERE at >= :begin AND at < :end AND acted_as <> 'author'"
                f" AND {open_thread}{where} GROUP BY action"
            ),
            times,
        ).all()
        reports = db.session.execute(
            text(
                "SELECT count(*) FROM report JOIN moderation_case ON moderation_case.id = report.case_id"
                f" WHERE report.at >= :begin AND report.at < :end AND {open_thread}{where}"
            ),
            times,
        ).scalar_one()
        decided = db.session.execute(
            text(
                "SELECT count(*) FROM moderation_case WHERE kind = 'report' AND decided_at >= :begin"
                f" AND decided_at < :end AND {open_thread}{where}"
            ),
            times,
        ).scalar_one()
    found = {f"act: {action}": str(number) for action, number in acts}
    return {**found, "reports received": str(reports), "reports decided": str(decided)}


def _told(who: Person, month: str, network: str) -> dict[str, str]:
    lines = csv.DictReader(io.StringIO(who.get(f"/log/totals.csv?month={month}").text))
    return {line["what"]: line["number"] for line in lines if line["network"] == network and line["month"] == month}


def _read_in_the_log(who: Person, path: str, month: str) -> Counter[str]:
    """What the log itself shows of a month, page by page."""
    found: Counter[str] = Counter()
    address: str | None = path
    while address:
        page = who.get(address).text
        for item in items(page):
            if month in item:
                found[re.search(r"<b>(.*?)</b>", item).group(1)] += 1  # type: ignore[union-attr]
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward.group(1).replace("&amp;", "&") if onward else None
    return found


def test_log_and_totals_tell_the_same_story_as_the_tables(deeds: Deeds) -> None:
    world = deeds.world
    reps = _busy_month(deeds)
    with clock.held(datetime(2026, 12, 1, 0, 1, tzinfo=UTC)):
        for month, words in (("2026-10", "October 2026"), ("2026-11", "November 2026")):
            for name, network in (("The whole exchange", None), ("North-West", world.north_west), ("Reps", reps)):
                told = _told(world.peer, month, name)
                extra = {what for what in told if what.startswith(("appeals", "median"))}
                assert {what: told[what] for what in told if what not in extra} == _counted(world, month, network)
            log = _read_in_the_log(world.colleague, "/n/north-west/log", words)  # the hidden thread is hidden from them
            expected = Counter[str]()
            for what, number in _told(world.colleague, month, "North-West").items():
                if what.startswith("act: "):
                    expected[str(WORDS[what[5:]].log)] += int(number)
            assert log == expected != Counter()
        whole = _told(world.peer, "2026-10", "The whole exchange")
        assert whole["median hours to a decision"] == "5.0"
        assert (whole["appeals made"], whole["appeals upheld"], whole["appeals overturned"]) == ("6", "4", "1")
        assert _told(world.watcher, "2026-10", "Reps") == {}, "a private network is named to those inside alone"
        page = world.peer.get("/log/totals?month=2026-10").text
        assert "Moderation by month: October 2026" in page
        assert "hidden from somebody is left out for everybody" in page


def test_a_month_appears_when_it_is_over_and_few_appeals_are_not_told_by_number(deeds: Deeds) -> None:
    world = deeds.world
    assert "No month is over yet" in world.peer.get("/log/totals").text
    assert world.peer.get("/log/totals.csv").status_code == 404
    with clock.held(OCTOBER):
        act = deeds.note("lock", world.open_thread(world.peer, "Once and done with"))
    deeds.add(ActAppeal(act_id=act, member_id=world.peer.id, text="Look again.", asked_at=OCTOBER))
    with clock.held(datetime(2026, 10, 31, 23, 59, tzinfo=UTC)):
        assert "No month is over yet" in world.peer.get("/log/totals").text
    with clock.held(datetime(2026, 11, 1, 0, 0, tzinfo=UTC)):
        told = _told(world.peer, "2026-10", "The whole exchange")
        assert (told["act: lock"], told["appeals made"]) == ("1", "fewer than 5")
        asked = ("2026-11", "2026-09", "x", "2026-10-01")
        assert [world.peer.get(f"/log/totals?month={month}").status_code for month in asked] == [404] * 4


def test_totals_cost_the_same_with_many_networks_and_acts(deeds: Deeds) -> None:
    world = deeds.world

    def cost(ask: Callable[[], Any]) -> int:
        ask()
        with Statements(world.app) as sent:
            assert ask().status_code == 200
        return len(sent.sent)

    def page() -> Any:
        return world.peer.get("/log/totals")

    with clock.held(OCTOBER):
        deeds.note("lock", world.open_thread(world.peer, "Once and done with"))
    before = cost(page)
    with world.app.app_context(), unit_of_work():
        more = [networks.create_network(f"n{n}", f"N {n}", kind="interest", visibility="open").id for n in range(4)]
    for network in more:
        with clock.held(OCTOBER):
            deeds.note("pin", network=network)
    assert cost(page) == before
