"""Asking to open a pseudonym: who may, what a request says, what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import clock
from knowledge_exchange.moderation.models import Unsealing
from tests.moderation.conftest import REASON, Bench
from tests.support.persons import person

QUEUE = "/admin/pseudonyms"


def day(ahead: int) -> str:
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


def test_an_officer_asks_from_the_menu_of_the_post(bench: Bench) -> None:
    menu = bench.first.get(f"/p/{bench.thread.opening}/more")
    assert f'href="{bench.form}"' in menu.text
    page = bench.first.get(bench.form)
    assert page.status_code == 200
    assert bench.thread.name in page.text
    bench.ask()
    row = bench.latest()
    assert (row.ground, row.reason, row.asked_by, row.voice_id) == (
        "safety",
        REASON,
        bench.first.id,
        bench.thread.voice,
    )
    assert (row.ended_at, row.opened_at, row.tell_at, row.legal_basis) == (None, None, None, "")


def test_to_everybody_else_there_is_no_such_form_and_no_link_to_it(bench: Bench) -> None:
    outsider = person(bench.app, "Ola Outside", role="officer")
    for who in (
        bench.world.peer,
        bench.world.moderator,
        bench.world.administrator,
        bench.world.membership,
        bench.author,
    ):
        assert bench.form not in who.get(f"/p/{bench.thread.opening}/more").text
        assert who.get(bench.form).status_code == 404
        assert who.post(bench.form, ground="safety", reason=REASON).status_code == 404
    assert outsider.get(bench.form).status_code == 404
    assert outsider.post(bench.form, ground="safety", reason=REASON).status_code == 404
    assert bench.world.visitor.get(bench.form).status_code == 302
    assert bench.rows(Unsealing) == []


def test_who_is_shielded_from_the_thread_does_not_find_the_form_whatever_their_office(bench: Bench) -> None:
    hidden = bench.world.hide(bench.author)
    path = f"/t/{hidden.thread}/unseal/{hidden.opening}"
    assert bench.colleague.get(path).status_code == 404
    assert bench.colleague.post(path, ground="safety", reason=REASON).status_code == 404
    assert bench.first.get(path).status_code == 200


def test_only_posts_under_a_pseudonym_in_that_very_thread_can_be_asked_for(bench: Bench) -> None:
    other = bench.world.open_thread(bench.world.peer)
    reply = bench.world.reply(bench.world.peer, bench.thread.thread)
    for path in (
        f"/t/{other}/unseal/{bench.world.opening(other)}",
        f"/t/{bench.thread.thread}/unseal/{reply}",
        f"/t/{other}/unseal/{bench.thread.opening}",
        f"/t/{bench.thread.thread}/unseal/{2**70}",
        f"/t/{2**70}/unseal/{bench.thread.opening}",
    ):
        assert bench.first.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ground": ""}, "Choose the ground."),
        ({"ground": "curiosity"}, "Not a valid choice"),
        ({"reason": "Too short."}, "at least 20 characters"),
        ({"reason": "x" * 2001}, "at least 20 characters"),
        ({"until": "5"}, "Only the law can ask"),
        ({"ground": "law", "until": "5"}, "Name the law"),
        ({"ground": "law", "until": "91", "legal_basis": "An Act"}, "at most 90 days ahead"),
        ({"ground": "law", "until": "0", "legal_basis": "An Act"}, "at most 90 days ahead"),
        ({"ground": "law", "legal_basis": "An Act"}, "Say until when"),
        ({"ground": "law", "until": "5", "legal_basis": "x" * 301}, "at most 300 characters"),
    ],
)
def test_a_request_that_is_not_complete_comes_back_with_its_text(
    bench: Bench, fields: dict[str, str], said: str
) -> None:
    given = {"ground": "safety", "reason": REASON, **fields}
    if "until" in fields:
        given["until"] = day(int(fields["until"]))
    answer = bench.first.post(bench.form, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert given["reason"] in answer.text
    assert bench.rows(Unsealing) == []


def test_a_delay_that_the_law_asks_for_is_kept_with_its_basis(bench: Bench) -> None:
    bench.ask(ground="law", until=day(90), legal_basis="Crime Act, section 1")
    row = bench.latest()
    assert row.legal_basis == "Crime Act, section 1"
    assert row.tell_at == datetime.fromisoformat(day(90)).replace(tzinfo=UTC)


def test_one_request_at_a_time_is_open_for_a_pseudonym(bench: Bench) -> None:
    first = bench.ask()
    again = bench.third.post_and_follow(bench.form, ground="law", reason=REASON)
    assert "Somebody asks to open this pseudonym already." in again.text
    assert "already" in bench.third.get(bench.form).text
    assert [row.id for row in bench.rows(Unsealing)] == [first]


def test_a_form_without_its_token_asks_nothing(bench: Bench) -> None:
    answer = bench.first.client.post(bench.form, data={"ground": "safety", "reason": REASON})
    assert answer.status_code == 400
    assert bench.rows(Unsealing) == []


def test_whoever_signed_in_long_ago_shows_first_that_it_is_still_they(bench: Bench) -> None:
    with clock.held(clock.now() + timedelta(minutes=11)):
        answer = bench.first.post(bench.form, ground="safety", reason=REASON)
    assert answer.status_code == 403
    assert REASON in answer.text
    assert bench.rows(Unsealing) == []


def test_whoever_asked_finds_it_in_the_office_and_may_withdraw_it(bench: Bench) -> None:
    request_id = bench.ask()
    assert REASON in bench.first.get(QUEUE).text
    path = f"{QUEUE}/{request_id}"
    assert bench.first.post(path, do="open", confirm_code="123456").status_code == 400
    assert bench.second.post(path, do="withdraw").status_code == 400
    assert bench.first.post(path, do="withdraw").location == QUEUE
    assert bench.latest().outcome == "withdrawn"
    assert "settled already" in bench.first.post_and_follow(path, do="withdraw").text
    assert bench.ask(bench.third) != request_id


def test_a_request_that_nobody_agrees_to_lapses_after_two_weeks_and_can_be_made_anew(bench: Bench) -> None:
    request_id = bench.ask()
    bench.run_jobs(days=13)
    assert bench.latest().ended_at is None
    bench.run_jobs(days=14)
    row = bench.latest()
    assert (row.id, row.outcome) == (request_id, "lapsed")
    assert bench.ask() != request_id


def test_each_step_is_on_record_and_says_of_whom_nothing(bench: Bench) -> None:
    first = bench.ask()
    bench.first.post(f"{QUEUE}/{first}", do="withdraw")
    second = bench.ask()
    bench.second.post(f"{QUEUE}/{second}", do="decline", answer="No danger is named.")
    third = bench.ask()
    assert bench.agree(third).status_code == 200
    entries = [row for row in bench.rows(AuditEntry) if row.action.startswith("pseudonym.")]
    assert [
        (row.action, row.actor_id, row.subject_id, row.note) for row in sorted(entries, key=lambda row: row.id)
    ] == [
        ("pseudonym.asked", bench.first.id, None, str(first)),
        ("pseudonym.withdrawn", bench.first.id, None, str(first)),
        ("pseudonym.asked", bench.first.id, None, str(second)),
        ("pseudonym.declined", bench.second.id, None, str(second)),
        ("pseudonym.asked", bench.first.id, None, str(third)),
        ("pseudonym.opened", bench.second.id, None, str(third)),
    ]
    assert all(row.at == clock.rounded(row.at) for row in entries)


def test_the_menu_and_the_pages_are_the_same_for_an_officer_who_is_the_author(bench: Bench) -> None:
    mine = bench.world.hide(bench.first, shield="")
    path = f"/t/{mine.thread}/unseal/{mine.opening}"
    assert bench.first.get(path).status_code == bench.second.get(path).status_code == 200
    for who in (bench.first, bench.second):
        assert path in who.get(f"/p/{mine.opening}/more").text


def test_too_many_requests_are_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_RATE_LIMITS=True)
    officer = person(app, "Olu Officer", role="officer")
    answers = {officer.post("/t/1/unseal/1").status_code for _turn in range(301)}
    assert answers == {404, 429}
