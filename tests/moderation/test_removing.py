"""Removal from a network, aimed at a pseudonym: it lasts until somebody lets them in again."""

from __future__ import annotations

from click.testing import CliRunner

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import invitations, requests
from knowledge_exchange.networks.models import JoinRequest, NetworkInvitation, NetworkMembership
from tests.moderation.conftest import Bench
from tests.moderation.test_aiming import FIELDS, WHY, entries, is_in, removals, standing


def test_nor_a_moderator_who_removes_themselves_or_another(bench: Bench) -> None:
    moderator = bench.world.moderator
    mine = bench.world.hide(moderator, shield="")
    assert bench.first.post(f"/t/{mine.thread}/remove/{mine.opening}", **FIELDS).status_code == 303
    assert moderator.post(f"/t/{mine.thread}/remove/{mine.opening}", **FIELDS).status_code == 303
    assert is_in(bench, moderator)


def test_a_moderator_removes_whoever_is_behind_it_from_the_network(bench: Bench) -> None:
    moderator = bench.world.moderator
    assert bench.aim("remove") in moderator.get(f"/p/{bench.thread.opening}/more").text
    assert bench.aim("suspend") not in moderator.get(f"/p/{bench.thread.opening}/more").text
    assert moderator.post(bench.aim("remove"), **FIELDS).status_code == 303
    assert not is_in(bench, bench.author)
    assert standing(bench, bench.author) == "active"
    (row,) = removals(bench)
    assert (row.member_id, row.removed_on, row.cause) == (bench.author.id, clock.now().date(), "private")
    page = bench.author.get("/me").text
    assert "Removed from North-West" in page
    assert "what has to stay private" in page
    assert WHY not in page


def test_sent_twice_it_happens_once_and_is_on_record_twice(bench: Bench) -> None:
    for _turn in range(2):
        assert bench.first.post(bench.aim("remove"), **FIELDS).status_code == 303
    assert len(removals(bench)) == 1
    assert len(entries(bench)) == 2


def test_the_removed_do_not_come_back_by_themselves(bench: Bench) -> None:
    with bench.app.app_context(), unit_of_work():
        networks.add_member(bench.author.id, bench.world.national, origin="approved")
    open_one = bench.world.hide(bench.author, slug="national", shield="")
    bench.first.post(f"/t/{open_one.thread}/remove/{open_one.opening}", **FIELDS)
    bench.first.post(bench.aim("remove"), **FIELDS)
    with bench.app.app_context(), unit_of_work():
        networks.join_automatically(bench.author.id)
    answer = bench.author.post("/n/national/join")
    assert answer.status_code == 403
    assert "You were removed from this network" in answer.text
    bench.author.post("/n/north-west/ask", note="Let me in.")
    assert bench.rows(NetworkMembership, member_id=bench.author.id) == []
    assert len(removals(bench)) == 2


def test_an_invitation_or_a_decision_on_a_request_lifts_it(bench: Bench) -> None:
    world, author = bench.world, bench.author
    bench.first.post(bench.aim("remove"), **FIELDS)
    author.post("/n/north-west/ask", note="Let me in.")
    (request,) = bench.rows(JoinRequest, member_id=author.id, decided_at=None)
    with bench.app.app_context(), unit_of_work():
        assert requests.decide_request(request.id, world.north_west, moderator_id=world.moderator.id, accept=True)
    assert is_in(bench, author)
    assert removals(bench) == []
    bench.first.post(bench.aim("remove"), **FIELDS)
    with bench.app.app_context(), unit_of_work():
        invitations.invite(author.email, world.north_west, moderator_id=world.moderator.id)
    (invitation,) = bench.rows(NetworkInvitation, member_id=author.id, answered_at=None)
    assert author.post(f"/networks/invitations/{invitation.id}", answer="accept").status_code == 303
    assert is_in(bench, author)
    assert removals(bench) == []


def test_the_operator_reads_what_is_sealed_and_lets_somebody_back(bench: Bench) -> None:
    bench.first.post(bench.aim("remove"), **FIELDS)
    shown = command(bench, "record", "aimed")
    assert WHY in shown
    assert bench.thread.name in shown
    assert bench.author.name not in shown
    assert "was not removed" in command(bench, "network", "let-back", "national", bench.author.email, code=1)
    assert "may come back" in command(bench, "network", "let-back", "north-west", bench.author.email)
    assert removals(bench) == []
    assert is_in(bench, bench.author)
    assert {"record.aimed_shown", "network.let_back"} <= {row.action for row in bench.rows(AuditEntry)}


def command(bench: Bench, *words: str, code: int = 0) -> str:
    with bench.app.app_context():
        result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == code, result.output
    return result.output


def test_ones_own_data_hold_where_one_was_removed(bench: Bench) -> None:
    bench.first.post(bench.aim("remove"), **FIELDS)
    with bench.app.app_context():
        (row,) = everything_about(bench.author.id)["removals_from_networks"]
    assert (row["slug"], row["cause"]) == ("north-west", "private")
