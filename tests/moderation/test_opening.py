"""A second officer opens a pseudonym, once, and its author is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock, hooks
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.moderation import unsealing
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.notifications.mailing import decide
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.sealed import forget_owner
from knowledge_exchange.threads.models import Thread
from tests.auth.factor_people import code_of, wrong_code
from tests.moderation.conftest import REASON, Bench
from tests.moderation.test_asking import QUEUE, day
from tests.support.persons import Person, known, person
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


def test_nor_does_the_author_find_it_who_is_an_officer_without_an_organisation(bench: Bench) -> None:
    thread = bench.world.hide(bench.third, shield="")
    answer = bench.first.post(f"/t/{thread.thread}/unseal/{thread.opening}", ground="safety", reason=REASON)
    assert answer.status_code == 303
    assert sees(bench, bench.latest().id) == {"first", "second", "colleague"}


def test_who_may_not_see_the_thread_does_not_find_the_request(bench: Bench) -> None:
    outsider = person(bench.app, "Ola Outside", role="officer")
    request_id = bench.ask()
    assert outsider.get(f"{QUEUE}/{request_id}").status_code == 404
    assert outsider.post(f"{QUEUE}/{request_id}", do="open").status_code == 404
    assert bench.thread.name not in outsider.get(QUEUE).text


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


def notices(bench: Bench) -> list[Notification]:
    return bench.rows(Notification, kind="unsealed")


def test_the_author_is_told_at_once_in_their_sealed_place(bench: Bench) -> None:
    request_id = bench.ask()
    bench.agree(request_id)
    (notice,) = notices(bench)
    assert (notice.member_id, notice.participant_id) == (None, bench.thread.place)
    assert (notice.network_id, notice.thread_id, notice.post_id) == (None, None, None)
    assert notice.url == f"/me/pseudonyms/opened/{request_id}"
    page = bench.author.get(notice.url)
    assert page.status_code == 200
    assert REASON in page.text
    assert bench.second.name not in page.text
    assert notice.url in bench.author.get("/me/pseudonyms").text


def test_the_notice_is_shown_pushed_and_mailed_to_the_author_and_to_nobody_else(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = notices(bench)
    said = "Two officers opened your pseudonym in"
    assert said in bench.author.get("/notifications").text
    assert said not in bench.world.peer.get("/notifications").text
    assert bench.author.get(f"/notifications/why?notice={notice.id}").status_code == 200
    with bench.app.app_context():
        assert hooks.call("sealed_notices", notice.id - 1, notice.id, None) == [(notice.id, bench.author.id)]
        decide()
    messages = [row for row in bench.rows(MailMessage) if row.writer == "sealed"]
    assert [(row.member_id, row.recipient, row.thread_id) for row in messages] == [(None, "", None)]


def test_opening_it_marks_it_read_and_tells_no_time(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = notices(bench)
    assert bench.author.post(f"/notifications/{notice.id}/open").location == notice.url
    (read,) = notices(bench)
    assert read.read_at == read.created_at


def test_a_muted_thread_does_not_keep_it_back(bench: Bench) -> None:
    assert bench.author.post(f"/t/{bench.thread.thread}/level", level="muted").status_code == 303
    bench.agree(bench.ask())
    assert "Two officers opened your pseudonym in" in bench.author.get("/notifications").text


def test_nobody_else_finds_that_page(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = notices(bench)
    for who in (bench.first, bench.second, bench.colleague, bench.world.peer, bench.world.administrator):
        assert who.get(notice.url).status_code == 404
    assert bench.world.visitor.get(notice.url).status_code == 302


def test_the_author_reads_it_though_they_are_suspended(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = notices(bench)
    with bench.app.app_context(), unit_of_work():
        change_standing(bench.author.id, "suspended", "Because.", None)
    author = known(bench.app, bench.author.email)
    assert author.get(notice.url).status_code == 200
    assert notice.url in author.get("/me").text


def test_where_the_law_forbids_it_the_author_is_told_once_the_delay_is_over(bench: Bench) -> None:
    request_id = bench.ask(ground="law", until=day(30), legal_basis="Crime Act, section 1")
    bench.agree(request_id)
    bench.run_jobs(days=29)
    assert notices(bench) == []
    path = f"/me/pseudonyms/opened/{request_id}"
    assert bench.author.get(path).status_code == 404
    assert "Asked" not in bench.author.get("/pseudonyms").text
    bench.run_jobs(days=30)
    bench.run_jobs(days=31)
    assert len(notices(bench)) == 1
    assert "Crime Act, section 1" in bench.author.get(path).text
    assert "Asked" in bench.author.get("/pseudonyms").text


def test_a_process_that_dies_before_the_commit_has_opened_nothing_and_told_nobody(bench: Bench) -> None:
    request_id = bench.ask()

    def agree_and_die() -> None:
        with unit_of_work():
            unsealing.agree(officer(bench.third), request_id)
            raise KeyboardInterrupt

    with bench.app.app_context(), pytest.raises(KeyboardInterrupt):
        agree_and_die()
    assert bench.latest().ended_at is None
    assert notices(bench) == []
    assert AUTHOR in bench.agree(request_id).text


def test_a_thread_that_was_taken_away_after_asking_is_no_longer_to_be_opened(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work() as work:
        work.get_one(Thread, bench.thread.thread).deleted_at = clock.now()
    assert bench.agree(request_id).status_code == 404


def test_a_pseudonym_whose_account_was_erased_is_nobodys(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work():
        forget_owner(bench.author.id)
    answer = bench.agree(request_id)
    assert "It is nobody’s any more" in answer.text
    assert AUTHOR not in answer.text
    # The notice is written all the same: its absence would say so.
    assert len(notices(bench)) == 1


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


def test_totals_count_by_year_and_ground(bench: Bench) -> None:
    assert "Never so far" in bench.world.peer.get("/pseudonyms").text
    bench.agree(bench.ask())
    refused = bench.ask(ground="law")
    bench.second.post(f"{QUEUE}/{refused}", do="decline", answer="There is no such law.")
    bench.ask(ground="law")
    page = bench.world.peer.get("/pseudonyms").text
    year = clock.now().year
    for line in (
        f"{year}</th><td>safety</td><td>1</td><td>1</td><td>0<",
        f"{year}</th><td>law</td><td>2</td><td>0</td><td>1<",
    ):
        assert line in page.replace("\n", ""), line
    assert bench.world.visitor.get("/pseudonyms").status_code == 302
    assert "/pseudonyms" in bench.world.peer.get("/help").text
    assert "/pseudonyms" in bench.world.peer.get("/rules").text


def test_the_places_of_the_thread_stay_as_they_were(bench: Bench) -> None:
    def count() -> int:
        with bench.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Participant)) or 0

    before = count()
    bench.agree(bench.ask())
    assert count() == before
