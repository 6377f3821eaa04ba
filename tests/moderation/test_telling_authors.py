"""Authors are told that their pseudonym was opened, and all members how often that was done."""

from __future__ import annotations

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.erasing import erase
from knowledge_exchange.core import clock, hooks
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.notifications.mailing import decide
from tests.moderation.conftest import REASON, Bench
from tests.moderation.test_asking import QUEUE, day
from tests.support.persons import known
from tests.support.worlds import AUTHOR


def test_the_author_is_told_at_once_in_their_sealed_place(bench: Bench) -> None:
    request_id = bench.ask()
    bench.agree(request_id)
    (notice,) = bench.notices()
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
    (notice,) = bench.notices()
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
    (notice,) = bench.notices()
    assert bench.author.post(f"/notifications/{notice.id}/open").location == notice.url
    (read,) = bench.notices()
    assert read.read_at == read.created_at


def test_a_muted_thread_does_not_keep_it_back(bench: Bench) -> None:
    assert bench.author.post(f"/t/{bench.thread.thread}/level", level="muted").status_code == 303
    bench.agree(bench.ask())
    assert "Two officers opened your pseudonym in" in bench.author.get("/notifications").text


def test_nobody_else_finds_that_page(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = bench.notices()
    for who in (bench.first, bench.second, bench.colleague, bench.world.peer, bench.world.administrator):
        assert who.get(notice.url).status_code == 404
    assert bench.world.visitor.get(notice.url).status_code == 302


def test_the_author_reads_it_though_they_are_suspended(bench: Bench) -> None:
    bench.agree(bench.ask())
    (notice,) = bench.notices()
    with bench.app.app_context(), unit_of_work():
        change_standing(bench.author.id, "suspended", "Because.", None)
    author = known(bench.app, bench.author.email)
    assert author.get(notice.url).status_code == 200
    assert notice.url in author.get("/me").text


def test_where_the_law_forbids_it_the_author_is_told_once_the_delay_is_over(bench: Bench) -> None:
    request_id = bench.ask(ground="law", until=day(30), legal_basis="Crime Act, section 1")
    bench.agree(request_id)
    bench.run_jobs(days=29)
    assert bench.notices() == []
    path = f"/me/pseudonyms/opened/{request_id}"
    assert bench.author.get(path).status_code == 404
    assert "Asked" not in bench.author.get("/pseudonyms").text
    bench.run_jobs(days=30)
    bench.run_jobs(days=31)
    assert len(bench.notices()) == 1
    assert "Crime Act, section 1" in bench.author.get(path).text
    assert "Asked" in bench.author.get("/pseudonyms").text


def test_a_pseudonym_whose_account_was_erased_is_nobodys(bench: Bench) -> None:
    request_id = bench.ask()
    with bench.app.app_context(), unit_of_work():
        erase(bench.author.id)
    answer = bench.agree(request_id)
    assert "It is nobody’s any more" in answer.text
    assert AUTHOR not in answer.text
    # The notice is written all the same: its absence would say so.
    assert len(bench.notices()) == 1


def test_totals_count_by_year_and_ground(bench: Bench) -> None:
    page = bench.world.peer.get("/pseudonyms").text
    assert "Never so far" in page
    assert "sealed with a key that no copy of the database holds. Whoever runs the machine" in page
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
