"""A second officer opens a pseudonym, once, and its author is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation import unsealing
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.threads.models import Thread
from tests.auth.factor_people import code_of, wrong_code
from tests.moderation.conftest import REASON, Bench
from tests.moderation.test_asking import QUEUE
from tests.support.persons import Person, person
from tests.support.worlds import AUTHOR


def sees(bench: Bench, request_id: int) -> set[str]:
    """Which of the officers find the request in the office, by its list and by its address alike."""
    found = set()
    for name in ("first", "second", "third", "colleague"):
        who = getattr(bench, name)
        listed = f"{QUEUE}/{request_id}" in who.get(QUEUE).text
        assert who.get(f"{QUEUE}/{request_id}").status_code == (200 if listed else 404), name
        found |= {name} if listed else set()
    return found


def test_it_waits_for_every_officer_but_the_authors_colleagues(bench: Bench) -> None:
    assert sees(bench, bench.ask()) == {"first", "second", "third"}
    assert "One waits for a second officer." in bench.second.get("/me").text
    for who in (bench.first, bench.colleague):
        assert "for a second officer." not in who.get("/me").text


def test_nor_does_the_author_find_it_who_is_an_officer_without_an_organisation(bench: Bench) -> None:
    thread = bench.world.hide(bench.third, shield="")
    answer = bench.first.post(f"/t/{thread.thread}/unseal/{thread.opening}", ground="safety", reason=REASON)
    assert answer.status_code == 303
    assert sees(bench, bench.latest().id) == {"first", "second", "colleague"}


def test_an_officer_who_is_in_none_of_its_networks_can_agree(bench: Bench) -> None:
    """Somebody's safety shall not hang on which officers joined what."""
    elsewhere = person(bench.app, "Ola Outside", role="officer")
    request_id = bench.ask()
    assert elsewhere.get(f"/t/{bench.thread.thread}").status_code == 404
    page = elsewhere.get(f"{QUEUE}/{request_id}")
    assert page.status_code == 200
    assert bench.thread.name in page.text


def test_the_office_is_for_officers_alone(bench: Bench) -> None:
    request_id = bench.ask()
    for who in (
        bench.author,
        bench.world.peer,
        bench.world.moderator,
        bench.world.administrator,
        bench.world.membership,
    ):
        for path in (QUEUE, f"{QUEUE}/{request_id}"):
            assert who.get(path).status_code == 404
        assert who.post(f"{QUEUE}/{request_id}", do="open").status_code == 404
    assert bench.world.visitor.get(QUEUE).status_code == 302


def test_the_second_officer_alone_is_shown_who_it_is_in_that_one_answer(bench: Bench) -> None:
    request_id = bench.ask()
    answer = bench.agree(request_id)
    assert answer.status_code == 200
    assert AUTHOR in answer.text
    assert "Trust AAA" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    row = bench.latest()
    assert (row.outcome, row.agreed_by) == ("opened", bench.second.id)
    for who in (bench.first, bench.second, bench.third, bench.author):
        for path in (QUEUE, f"{QUEUE}/{request_id}", f"/t/{bench.thread.thread}", "/notifications", "/pseudonyms"):
            told = who.get(path)
            # One's own name stands on one's own pages.
            assert AUTHOR not in told.text or who is bench.author, path
    assert AUTHOR not in bench.agree(request_id).text
    assert "Opened" in bench.second.get(f"{QUEUE}/{request_id}").text


def test_who_asked_can_not_agree_nor_can_a_colleague_of_the_author(bench: Bench) -> None:
    request_id = bench.ask()
    assert bench.agree(request_id, bench.first).status_code == 400
    assert bench.agree(request_id, bench.colleague).status_code == 404
    assert bench.latest().ended_at is None


def test_a_colleague_who_moves_there_after_the_page_was_loaded_opens_nothing(bench: Bench) -> None:
    request_id = bench.ask()
    assert bench.second.get(f"{QUEUE}/{request_id}").status_code == 200
    bench.world.move(bench.second, "AAA")
    assert bench.agree(request_id).status_code == 404
    assert bench.latest().ended_at is None


def test_agreeing_takes_the_second_factor_in_that_very_form(bench: Bench) -> None:
    request_id = bench.ask()
    path = f"{QUEUE}/{request_id}"
    missing = bench.second.post(path, do="open")
    wrong = bench.second.post(path, do="open", confirm_code=wrong_code(bench.secrets[bench.second.id]))
    password = bench.second.post(path, do="open", confirm_password="x")
    assert [one.status_code for one in (missing, wrong, password)] == [422] * 3
    assert "Your second factor is missing" in missing.text
    assert AUTHOR not in missing.text + wrong.text + password.text
    assert bench.latest().ended_at is None


def test_a_code_of_somebody_else_opens_nothing(bench: Bench) -> None:
    request_id = bench.ask()
    code = code_of(bench.secrets[bench.third.id])
    assert bench.second.post(f"{QUEUE}/{request_id}", do="open", confirm_code=code).status_code == 422
    assert bench.latest().ended_at is None


def test_who_has_no_second_factor_is_told_to_set_one_up_and_can_agree_then(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work() as work:
        work.delete(work.scalars(select(AuthenticatorApp).filter_by(member_id=bench.second.id)).one())
    page = bench.second.get(f"{QUEUE}/{request_id}")
    assert "/settings/factors" in page.text
    assert 'name="confirm_code"' not in page.text
    assert bench.agree(request_id).status_code == 422
    assert bench.latest().ended_at is None


def test_of_two_second_officers_one_opens_it(bench: Bench) -> None:
    request_id = bench.ask()
    assert AUTHOR in bench.agree(request_id).text
    late = bench.agree(request_id, bench.third)
    assert late.location == QUEUE
    assert AUTHOR not in bench.third.get(f"{QUEUE}/{request_id}").text
    assert bench.latest().agreed_by == bench.second.id


def test_what_was_loaded_before_it_was_settled_finds_it_settled_in_the_unit_of_work(bench: Bench) -> None:
    request_id = bench.ask()
    bench.agree(request_id)
    with bench.app.app_context(), unit_of_work(), pytest.raises(unsealing.AlreadySettled):
        unsealing.agree(officer(bench.third), request_id)


def test_of_two_at_the_very_same_moment_one_opens_it(bench: Bench) -> None:
    request_id = bench.ask()

    def try_it(who: Person) -> bool:
        with bench.app.app_context():
            try:
                with unit_of_work():
                    unsealing.agree(officer(who), request_id)
            except unsealing.AlreadySettled:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, (bench.second, bench.third))) == [False, True]
    assert len(bench.notices()) == 1


def officer(who: Person) -> Me:
    """An officer, as the functions below the pages know them."""
    return Me(who.id, who.name, None, "active", "officer", "", None, None, "UTC", "tree", 1, clock.now(), "")


def test_a_second_request_with_another_reason_can_open_it_again(bench: Bench) -> None:
    bench.agree(bench.ask())
    with clock.held(clock.now() + timedelta(minutes=2)):
        assert AUTHOR in bench.agree(bench.ask(reason="Another danger, on another day.")).text


def test_declined_it_stays_closed_and_whoever_asked_reads_why(bench: Bench) -> None:
    request_id = bench.ask()
    path = f"{QUEUE}/{request_id}"
    empty = bench.second.post(path, do="decline", answer="No")
    assert empty.status_code == 422
    assert bench.second.post(path, do="decline", answer="No danger is named.").location == QUEUE
    assert "No danger is named." in bench.first.get(QUEUE).text
    assert bench.latest().outcome == "declined"
    assert bench.agree(request_id, bench.third).location == QUEUE
    assert bench.latest().outcome == "declined"


def test_a_request_that_is_too_old_opens_nothing_though_the_job_has_not_looked_yet(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work() as work:
        work.get_one(Unsealing, request_id).asked_at = clock.now() - timedelta(days=15)
    assert AUTHOR not in bench.agree(request_id).text
    assert bench.latest().opened_at is None


def test_a_process_that_dies_before_the_commit_has_opened_nothing_and_told_nobody(bench: Bench) -> None:
    request_id = bench.ask()

    def agree_and_die() -> None:
        with unit_of_work():
            unsealing.agree(officer(bench.third), request_id)
            raise KeyboardInterrupt

    with bench.app.app_context(), pytest.raises(KeyboardInterrupt):
        agree_and_die()
    assert bench.latest().ended_at is None
    assert bench.notices() == []
    assert AUTHOR in bench.agree(request_id).text


def test_a_thread_that_was_taken_away_after_asking_is_no_longer_to_be_opened(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work() as work:
        work.get_one(Thread, bench.thread.thread).deleted_at = clock.now()
    assert bench.agree(request_id).status_code == 404


def test_nothing_that_is_stored_by_it_holds_the_author(bench: Bench) -> None:
    before = _count(bench)
    bench.agree(bench.ask())
    wanted = (str(bench.author.id), AUTHOR, bench.author.email)
    for table, rows in before.items():
        for row in _new(bench, table, rows):
            assert not any(one in row for one in wanted), (table, row[:300])


def _rows(bench: Bench, table: str) -> list[str]:
    return [repr(tuple(row)) for row in db.session.execute(text(f'SELECT * FROM "{table}"'))]


def _count(bench: Bench) -> dict[str, set[str]]:
    with bench.app.app_context():
        return {table: set(_rows(bench, table)) for table in inspect(db.engine).get_table_names()}


def _new(bench: Bench, table: str, before: set[str]) -> list[str]:
    with bench.app.app_context():
        return [row for row in _rows(bench, table) if row not in before]
