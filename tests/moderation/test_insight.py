"""Insight: counted as the tables say, never of few people, the same for whoever something is hidden from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.cases.case_models import NetworkMonth
from knowledge_exchange.moderation.insight.insight import MONTHS_SHOWN, work_out
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.curation.curation_models import ThreadTag
from knowledge_exchange.threads.models import Thread
from tests.support.persons import Person, Statements, person

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
TOO_FEW = "too few to show"
TEXT = actions.Text("What do you do?", "<p>What do you do?</p>", ())


@dataclass
class Months:
    """Networks in which people ask and answer, each act at its moment."""

    app: Flask
    networks: dict[str, int]
    readers: list[Person]
    writers: list[int]

    def me(self, member_id: int) -> Me:
        """A member as verbs want them."""
        return acting(db.session.get_one(Member, member_id))

    def ask(self, slug: str, days_ago: float, asker: int = 0, **facts: Any) -> int:
        """Somebody asks, so many days ago; the thread's id."""
        with self.app.app_context(), clock.held(NOW - timedelta(days=days_ago)), unit_of_work():
            me = self.me(self.writers[asker])
            return actions.start_thread(me, self.networks[slug], "problem", "A rota with holes", TEXT, **facts)[0]

    def reply(self, thread_id: int, days_ago: float, writer: int, *, accepted: bool = False) -> int:
        """Somebody replies, so many days ago; and it is accepted at once."""
        with self.app.app_context(), clock.held(NOW - timedelta(days=days_ago)), unit_of_work():
            me = self.me(self.writers[writer])
            thread = queries.thread_visible_to(me, thread_id)
            assert thread is not None
            opening = queries.post_by_id(thread.opening_post_id)
            assert opening is not None
            post_id = actions.reply(me, thread, opening, TEXT)
            written = queries.post_by_id(post_id)
            assert written is not None
            if accepted:
                actions.accept(me, thread, written)
            return post_id

    def lively(self, slug: str, days_ago: float, people: int) -> list[int]:
        """So many people ask one problem each."""
        return [self.ask(slug, days_ago, asker) for asker in range(people)]

    def work(self, times: int = 1) -> None:
        """Let the job look."""
        with self.app.app_context():
            for _turn in range(times):
                work_out()

    def month(self, slug: str | None, month: date = NOVEMBER) -> NetworkMonth | None:
        """What stands in the table."""
        where = NetworkMonth.network_id.is_(None) if slug is None else NetworkMonth.network_id == self.networks[slug]
        with self.app.app_context():
            return db.session.scalars(select(NetworkMonth).where(where, NetworkMonth.month == month)).first()


@pytest.fixture
def months(app: Flask) -> Iterator[Months]:
    """It is the 20th of November; twelve people write, a reader looks on."""
    with clock.held(NOW):
        made = {}
        with app.app_context(), unit_of_work():
            for slug, visibility in (("open", "open"), ("closed", "closed"), ("secret", "private")):
                network = networks.create_network(slug, slug.title(), kind="interest", visibility=visibility)
                made[slug] = network.id
        readers = [person(app, "Rita Reader"), person(app, "Otto Outsider")]
        writers = [person(app, f"Writer {number}").id for number in range(12)]
        with app.app_context(), unit_of_work():
            for network_id in made.values():
                for member_id in [readers[0].id, *writers]:
                    networks.add_member(member_id, network_id)
        yield Months(app, made, readers, writers)


def test_the_figures_are_those_of_the_tables(months: Months) -> None:
    asked = months.lively("open", 10, 12)
    months.reply(asked[0], 10 - 1 / 24, 5, accepted=True)  # within an hour
    months.reply(asked[1], 10 - 5 / 24, 6)
    months.reply(asked[2], 7, 7, accepted=True)  # after three days
    months.reply(asked[3], 9.9, 3)  # who asked, and so no reply
    months.work()
    row = months.month("open")
    assert row is not None
    with months.app.app_context():
        problems = db.session.execute(
            text("SELECT id, created_at, answered_at FROM thread WHERE network_id = :n"), {"n": months.networks["open"]}
        ).all()
        firsts = db.session.execute(
            text(
                "SELECT t.id, MIN(p.id) AS first, MIN(t.opening_post_id) AS opening FROM thread t "
                "JOIN post p ON p.thread_id = t.id AND p.parent_id IS NOT NULL AND p.voice_id <> t.voice_id "
                "WHERE t.network_id = :n GROUP BY t.id"
            ),
            {"n": months.networks["open"]},
        ).all()
        wrote = db.session.scalar(
            text(
                "SELECT COUNT(DISTINCT pa.member_id) FROM post p JOIN voice v ON v.id = p.voice_id "
                "JOIN participant pa ON pa.id = v.participant_id JOIN thread t ON t.id = p.thread_id "
                "WHERE t.network_id = :n"
            ),
            {"n": months.networks["open"]},
        )
    assert (row.problems, row.replied, row.people) == (len(problems), len(firsts), wrote) == (12, 3, 12)
    assert row.answered_in_a_day == 1
    assert row.median_first_reply_s == median([3600, 5 * 3600, 3 * 86400])


def test_below_ten_people_nothing_of_a_month_is_shown_anywhere(months: Months) -> None:
    months.lively("open", 10, 9)
    for turn in range(4):
        months.ask("open", 9, turn)  # more threads, no more people
    months.work()
    row = months.month("open")
    assert row is not None
    assert (row.people, row.problems) == (9, 13)
    for path in ("/n/open/insight", "/insight"):
        page, file = months.readers[0].get(path).text, months.readers[0].get(f"{path}.csv").text
        assert "Nothing to show yet" in page
        assert 'class="chart"' not in page
        assert file.count(TOO_FEW) == 5 * MONTHS_SHOWN
        assert not re.search(r"\b13\b", file)


def test_a_month_with_too_few_stays_empty_beside_one_that_is_shown(months: Months) -> None:
    months.lively("open", 10, 12)
    months.lively("open", 40, 9)
    months.work()
    page = months.readers[0].get("/n/open/insight").text
    assert "October 2026</th><td" in page.replace("\n", "").replace("              ", "")
    lines = list(csv.reader(io.StringIO(months.readers[0].get("/n/open/insight.csv").text)))
    by_month = {line[0]: line[1:] for line in lines if line}
    assert by_month["2026-11"] == ["12", "0", "", "0", "10+"]
    assert by_month["2026-10"] == [TOO_FEW] * 5
    assert page.count('role="img"') >= 2
    assert page.count(TOO_FEW) == MONTHS_SHOWN - 1


def test_the_whole_exchange_is_made_of_what_everybody_may_know_of_and_networks_that_show_the_month(
    months: Months,
) -> None:
    months.lively("open", 10, 12)
    months.lively("closed", 10, 9)
    months.lively("secret", 10, 12)
    months.work()
    whole = months.month(None)
    assert whole is not None
    assert (whole.problems, whole.people) == (12, 12)
    months.lively("closed", 9, 11)
    months.work()
    whole = months.month(None)
    assert whole is not None
    assert (whole.problems, whole.people) == (12 + 20, 12)


def test_hidden_imported_and_vanished_threads_count_for_nobody(months: Months) -> None:
    asked = months.lively("open", 10, 12)
    months.work()
    before = months.month("open")
    hidden, imported, gone = (months.ask("open", 9, 0) for _turn in range(3))
    with months.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == hidden).values(is_shielded=True))
        db.session.execute(update(Thread).where(Thread.id == imported).values(external_key="elsewhere:1"))
        db.session.execute(update(Thread).where(Thread.id == gone).values(deleted_at=NOW))
    months.work()
    after = months.month("open")
    assert before is not None
    assert after is not None
    assert (after.problems, after.people) == (before.problems, before.people) == (len(asked), 12)


def test_pseudonyms_are_no_people(months: Months) -> None:
    months.lively("open", 10, 9)
    for asker in range(9, 12):
        months.ask("open", 10, asker, voice="pseudonym")
    months.work()
    row = months.month("open")
    assert row is not None
    assert (row.people, row.problems) == (9, 12)


def test_tags_and_duplicates_are_what_is_asked_again_and_again(months: Months) -> None:
    asked = months.lively("open", 10, 12)
    elsewhere = months.ask("secret", 10)
    with months.app.app_context(), unit_of_work():
        tag = {"id": 1, "network_id": months.networks["open"], "slug": "r", "name": "Rotas"}
        db.session.execute(insert(NetworkTag), [tag])
        db.session.execute(insert(ThreadTag), [{"tag_id": 1, "thread_id": one} for one in asked[:4]])
        for target, some in ((asked[0], asked[1:4]), (elsewhere, asked[4:6])):
            db.session.execute(update(Thread).where(Thread.id.in_(some)).values(duplicate_of=target))
        db.session.execute(update(Thread).where(Thread.id == elsewhere).values(title="Said in private alone"))
    months.work()
    mine, others = (who.get("/n/open/insight").text for who in months.readers)
    for page in (mine, others):
        assert 'Rotas <span class="quiet">(4 times)</span>' in page
        assert f'href="/t/{asked[0]}"' in page
    assert "Said in private alone" in mine
    assert "Said in private alone" not in others
    assert str(elsewhere) not in others


def test_older_months_are_worked_out_one_at_a_look_and_again_in_turn(months: Months) -> None:
    moved = months.lively("open", 70, 12)
    months.work()
    assert months.month(None, date(2026, 9, 1)) is not None
    assert months.month(None, date(2026, 8, 1)) is None
    months.work(MONTHS_SHOWN)
    with months.app.app_context():
        whole = db.session.scalars(select(NetworkMonth.month).where(NetworkMonth.network_id.is_(None))).all()
    assert len(whole) == len(set(whole)) == MONTHS_SHOWN
    with months.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == moved[0]).values(deleted_at=NOW))
    months.work(MONTHS_SHOWN)
    row = months.month("open", date(2026, 9, 1))
    assert row is not None
    assert row.problems == 11


@pytest.mark.parametrize("path", ["/insight", "/n/open/insight"])
def test_a_page_costs_as_many_statements_whatever_there_is(months: Months, path: str) -> None:
    months.readers[0].get(path)
    with Statements(months.app) as empty:
        assert months.readers[0].get(path).status_code == 200
    months.lively("open", 10, 12)
    months.lively("open", 40, 12)
    months.work()
    with Statements(months.app) as full:
        assert months.readers[0].get(path).status_code == 200
    assert len(full.sent) == len(empty.sent) <= 6


def test_who_may_not_read_a_network_finds_no_insight_into_it(months: Months) -> None:
    outsider = months.readers[1]
    for path in ("/n/closed/insight", "/n/secret/insight", "/n/nowhere/insight"):
        assert [outsider.get(f"{path}{end}").status_code for end in ("", ".csv")] == [404, 404]
    assert months.readers[0].get("/n/secret/insight").status_code == 200
    assert [outsider.get(path).status_code for path in ("/insight", "/n/open/insight")] == [200, 200]
