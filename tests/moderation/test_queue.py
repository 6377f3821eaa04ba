"""The queue: what is in whose, what may be decided there by whom, claims, the way back, notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.cases.case_models import CaseNote, MemberNote, ModerationCase, QueueClaim
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import JoinRequest, NetworkMembership
from knowledge_exchange.realtime.models import LiveEvent
from tests.support import queues, worlds
from tests.support.persons import Person, Statements, person
from tests.support.worlds import World

ROUTES = ("/moderation", "/moderation/waiting")
FORMS = ("decide", "undo", "claim", "note")


@dataclass
class Desk:
    """A network with two moderators, a post that is reported, and somebody at the door."""

    app: Flask
    world: World
    second: Person
    asker: Person
    post: int
    case: str

    def shown(self, who: Person, query: str = "") -> list[str]:
        """Titles of the cards on somebody's page, in order."""
        return re.findall(r'<h2 id="[^"]*-title" tabindex="-1">([^<]*)</h2>', who.get(f"/moderation{query}").text)

    def waiting(self, who: Person) -> int:
        """The number that their navigation shows."""
        found = re.search(r'badge--wait" data-waiting="(\d+)"', who.get("/help").text)
        assert found is not None
        return int(found[1])

    def request(self) -> str:
        """The request to join, as an item."""
        with self.app.app_context():
            return f"request:{db.session.scalar(select(func.max(JoinRequest.id)))}"

    def decide(self, who: Person, item: str, decision: str, **more: str) -> Any:
        """Decide an item by the form of its card."""
        return who.post("/moderation/decide", item=item, decision=decision, **more)

    def count(self, query: Any) -> int:
        """So many rows."""
        with self.app.app_context():
            return int(db.session.scalar(select(func.count()).select_from(query.subquery())) or 0)

    def case_row(self) -> ModerationCase:
        """The case of the report as it is now."""
        row: ModerationCase = self.world.row(ModerationCase, int(self.case.partition(":")[2]))
        return row


@pytest.fixture
def desk(app: Flask) -> Desk:
    world = worlds.build(app)
    second, asker = person(app, "Sam Other"), person(app, "Ivy Gate")
    with app.app_context(), unit_of_work():
        networks.set_role(second.id, world.north_west, "moderator")
    _thread, post = queues.post_thread(app, world.peer.id, world.north_west, "The car park")
    case = queues.report(app, world.watcher.id, post, note="Rude.")
    queues.ask_to_join(app, asker.id, world.north_west, "May I?")
    return Desk(app, world, second, asker, post, f"case:{case}")


def test_a_moderator_finds_all_that_waits_with_the_oldest_clock_first(desk: Desk) -> None:
    assert desk.shown(desk.second) == ["The car park", "Ivy Gate asks to join"]
    page = desk.second.get("/moderation").text
    assert "Two things to decide" in page
    assert desk.waiting(desk.second) == 2
    assert desk.second.get("/moderation/waiting").json == {"waiting": 2}


def test_it_is_shown_by_kind_and_by_network_where_somebody_asks(desk: Desk) -> None:
    assert desk.shown(desk.second, "?kind=request") == ["Ivy Gate asks to join"]
    assert desk.shown(desk.second, "?kind=report&network=north-west") == ["The car park"]
    assert desk.shown(desk.second, "?network=national") == []


def test_each_keeps_its_own_queue_and_to_all_others_there_is_none(desk: Desk) -> None:
    world = desk.world
    elsewhere = person(desk.app, "Ada Elsewhere")
    with desk.app.app_context(), unit_of_work():
        networks.set_role(elsewhere.id, world.national, "moderator")
    for who in (elsewhere, world.officer, world.administrator):
        assert desk.shown(who) == [], who.name
        for word in ("keep", "pass"):
            assert desk.decide(who, desk.case, word).status_code == 303
        assert desk.decide(who, desk.request(), "accept").status_code == 303
        assert who.post("/moderation/claim", item=desk.case).status_code == 303
        assert who.post("/moderation/note", item=desk.case, text="Hello").status_code == 303
    for who in (world.peer, world.watcher, world.outsider, world.membership):
        assert [who.get(path).status_code for path in ROUTES] == [404, 404], who.name
        assert [who.post(f"/moderation/{form}", item=desk.case).status_code for form in FORMS] == [404] * 4
        assert "data-waiting" not in who.get("/help").text
    pending = person(desk.app, "Pen Ding", standing="pending")
    for who in (pending, world.visitor):
        assert {who.get(path).status_code for path in ROUTES} == {302}
        assert all(who.post(f"/moderation/{form}", item=desk.case).status_code in (302, 401) for form in FORMS)
    assert desk.case_row().decided_at is None
    assert desk.count(select(JoinRequest.id).where(JoinRequest.decided_at.is_not(None))) == 0
    assert desk.count(select(CaseNote.id)) == desk.count(select(QueueClaim.item)) == 0


def test_one_who_has_a_part_in_it_does_not_decide_it(desk: Desk) -> None:
    with desk.app.app_context(), unit_of_work():
        for who in (desk.world.peer, desk.world.watcher):
            networks.set_role(who.id, desk.world.north_west, "moderator")
    for who in (desk.world.peer, desk.world.watcher):
        assert desk.shown(who) == ["Ivy Gate asks to join"]
        assert desk.waiting(who) == 1


def test_a_decision_is_made_and_taken_back_and_made_again(desk: Desk) -> None:
    assert desk.decide(desk.second, desk.case, "keep").status_code == 303
    page = desk.second.get("/moderation").text
    assert "Kept: “The car park”." in page
    assert "Report: Keep it" in page
    assert desk.case_row().decision == "keep"
    assert desk.waiting(desk.second) == 1
    assert desk.second.post("/moderation/undo", item=desk.case).status_code == 303
    assert desk.case_row().decided_at is None
    assert desk.shown(desk.second)[0] == "The car park"
    assert desk.second.post_and_follow("/moderation/undo", item=desk.case).text.count("It is too late to undo") == 1
    assert desk.decide(desk.second, desk.case, "keep").status_code == 303


def test_somebody_is_let_in_and_out_again_and_refused_with_a_reason(desk: Desk) -> None:
    item, inside = desk.request(), select(NetworkMembership.member_id).filter_by(member_id=desk.asker.id)
    in_it = inside.where(NetworkMembership.network_id == desk.world.north_west)
    assert desk.decide(desk.second, item, "accept").status_code == 303
    assert desk.count(in_it) == 1
    assert desk.second.post("/moderation/undo", item=item).status_code == 303
    assert desk.count(in_it) == 0
    refused = desk.decide(desk.second, item, "refuse")
    assert refused.status_code == 422
    assert "Choose a rule, or say why" in refused.text
    assert desk.decide(desk.second, item, "refuse", reason="Please ask your own region.").status_code == 303
    assert "Please ask your own region." in desk.asker.get("/notifications").text
    assert desk.shown(desk.second) == ["The car park"]


def test_what_was_typed_comes_back_with_what_was_wrong(desk: Desk) -> None:
    too_long = "So it is. " * 210
    answer = desk.decide(desk.second, desk.request(), "refuse", reason=too_long)
    assert answer.status_code == 422
    assert too_long.strip() in answer.text
    old_rule = desk.decide(desk.second, desk.request(), "refuse", rule="9 · No such rule", reason="Because.")
    assert old_rule.status_code == 422
    assert ">Because.</textarea>" in old_rule.text
    assert desk.shown(desk.second)[-1] == "Ivy Gate asks to join"


def test_whoever_comes_second_is_told_so_and_nothing_is_done_twice(desk: Desk) -> None:
    assert desk.decide(desk.world.moderator, desk.case, "keep").status_code == 303
    later = desk.second.post_and_follow("/moderation/decide", item=desk.case, decision="pass")
    assert "Another moderator decided this" in later.text
    assert desk.world.moderator.name not in later.text
    assert desk.case_row().decision == "keep"
    headers = {"Accept": "application/json"}
    data = {"csrf_token": desk.second.csrf_token, "item": desk.case, "decision": "keep"}
    said = desk.second.client.post("/moderation/decide", data=data, headers=headers)
    assert said.status_code == 409
    assert said.json is not None
    assert said.json["gone"] is True


def test_a_button_pressed_twice_names_nobody_else(desk: Desk) -> None:
    assert desk.decide(desk.second, desk.case, "keep").status_code == 303
    again = desk.second.post_and_follow("/moderation/decide", item=desk.case, decision="keep")
    assert "You have decided this already" in again.text
    assert "Another moderator" not in again.text


def test_nonsense_is_answered_with_a_sentence(desk: Desk) -> None:
    for item in ("case:1", "case:x", "request:99", "thing:1", "", desk.case.replace("case", "request")):
        answer = desk.second.post_and_follow("/moderation/decide", item=item, decision="keep")
        assert "This is not in your queue any more" in answer.text, item
    strange = desk.decide(desk.second, desk.case, "shred")
    assert strange.status_code == 409
    assert "What can be decided here has changed" in strange.text


def test_two_do_not_work_on_one_item_unless_one_takes_it_over(desk: Desk) -> None:
    first = desk.world.moderator
    assert first.post("/moderation/claim", item=desk.case).status_code == 303
    assert "Another moderator is on it." in desk.second.get("/moderation").text
    assert "Another moderator is on it." not in first.get("/moderation").text
    refused = desk.decide(desk.second, desk.case, "keep")
    assert refused.status_code == 409
    assert "Take it over first" in refused.text
    assert "Take it over first" in desk.second.post_and_follow("/moderation/claim", item=desk.case).text
    assert desk.second.post("/moderation/claim", item=desk.case, over="1").status_code == 303
    assert desk.decide(first, desk.case, "keep").status_code == 409
    assert desk.decide(desk.second, desk.case, "keep").status_code == 303
    assert desk.count(select(QueueClaim.item)) == 0


def test_a_claim_runs_out_and_is_let_go_for_the_next(desk: Desk) -> None:
    first = desk.world.moderator
    first.post("/moderation/claim", item=desk.case)
    first.post("/moderation/claim", item=desk.request())
    assert desk.second.post("/moderation/claim", item=desk.case).status_code == 303
    assert desk.second.get("/moderation").text.count("Another moderator is on it.") == 1
    with clock.held(clock.now() + timedelta(minutes=11)):
        assert "Another moderator is on it." not in desk.second.get("/moderation").text


def test_a_note_on_a_case_is_read_by_those_who_decide_it(desk: Desk) -> None:
    assert desk.second.post("/moderation/note", item=desk.case, text="I know them.").status_code == 303
    assert "I know them." in desk.world.moderator.get("/moderation").text
    empty = desk.second.post("/moderation/note", item=desk.case, text=" ")
    assert empty.status_code == 422
    assert desk.second.post("/moderation/note", item=desk.request(), text="No case.").status_code == 303
    assert desk.count(select(CaseNote.id)) == 1


def test_a_note_on_a_member_is_their_networks_moderators_and_in_their_own_data(desk: Desk) -> None:
    world, handle = desk.world, desk.world.handle(desk.world.peer)
    address = f"/n/north-west/notes/{handle}"
    assert address in desk.second.get(f"/p/{desk.post}/more").text
    assert address not in world.watcher.get(f"/p/{desk.post}/more").text
    assert desk.second.post(address, text="Asked to be gentler, kindly.").status_code == 303
    assert "Asked to be gentler, kindly." in world.moderator.get(address).text
    assert desk.second.post(address, text="").status_code == 422
    for who in (world.peer, world.watcher, world.outsider, world.officer, world.visitor):
        assert who.get(address).status_code in (302, 404), who.name
        assert who.post(address, text="Mine.").status_code in (302, 401, 404), who.name
    with desk.app.app_context():
        note = db.session.scalars(select(MemberNote)).one()
        assert "Asked to be gentler, kindly." in str(everything_about(world.peer.id))
        assert "Asked to be gentler" not in str(everything_about(world.watcher.id))
    assert world.moderator.post(f"{address}/delete", note=str(note.id)).status_code == 303
    assert desk.count(select(MemberNote.id)) == 1
    assert desk.second.post(f"{address}/delete", note=str(note.id)).status_code == 303
    assert desk.count(select(MemberNote.id)) == 0


def test_whoever_tries_handles_learns_no_names_from_notes(desk: Desk) -> None:
    silent = desk.world.handle(desk.world.watcher)
    pages = [desk.second.get(f"/n/north-west/notes/{handle}") for handle in (silent, "nobody-at-all")]
    assert [page.status_code for page in pages] == [404, 404]
    assert desk.second.post(f"/n/north-west/notes/{silent}", text="Silent.").status_code == 404
    queues.post_thread(desk.app, desk.world.watcher.id, desk.world.north_west, "Under my name")
    assert desk.world.watcher.name in desk.second.get(f"/n/north-west/notes/{silent}").text


def test_nobody_keeps_notes_on_themselves_nor_on_a_pseudonym(desk: Desk) -> None:
    own = f"/n/north-west/notes/{desk.world.handle(desk.second)}"
    assert desk.second.get(own).status_code == 404
    _thread, post = queues.post_thread(desk.app, desk.world.peer.id, desk.world.north_west, "Quiet", pseudonym=True)
    assert "/notes/" not in desk.second.get(f"/p/{post}/more").text


def test_a_hidden_case_of_ones_own_pseudonym_is_neither_shown_nor_counted(desk: Desk) -> None:
    _thread, post = queues.post_thread(desk.app, desk.second.id, desk.world.north_west, "My own", pseudonym=True)
    before = {who.name: desk.waiting(who) for who in (desk.second, desk.world.moderator)}
    queues.report(desk.app, desk.world.watcher.id, post)
    assert "My own" not in desk.shown(desk.second)
    assert desk.waiting(desk.second) == before[desk.second.name]
    assert "My own" in desk.shown(desk.world.moderator)
    assert desk.waiting(desk.world.moderator) == before[desk.world.moderator.name] + 1


def test_whom_a_thread_is_hidden_from_finds_the_same_queue_with_and_without_it(desk: Desk) -> None:
    shielded = desk.world.moderator
    before = (desk.shown(shielded), desk.waiting(shielded), _events(desk, shielded))
    _thread, post = queues.post_thread(
        desk.app, desk.world.author.id, desk.world.north_west, "Hidden", pseudonym=True, shield=True
    )
    case = queues.report(desk.app, desk.world.watcher.id, post)
    assert (desk.shown(shielded), desk.waiting(shielded), _events(desk, shielded)) == before
    assert "Hidden" in desk.shown(desk.second)
    assert desk.decide(desk.second, f"case:{case}", "keep").status_code == 303
    unknown, hidden = (
        shielded.post_and_follow("/moderation/decide", item=item, decision="keep").text
        for item in ("case:1", f"case:{case}")
    )
    assert "Another moderator decided" not in hidden
    assert ("This is not in your queue" in unknown) == ("This is not in your queue" in hidden)


def _events(desk: Desk, who: Person) -> int:
    return desk.count(select(LiveEvent.id).filter_by(member_id=who.id, kind="queue"))


def test_open_pages_hear_of_what_comes_and_goes_and_of_nothing_in_it(desk: Desk) -> None:
    before = _events(desk, desk.second)
    desk.decide(desk.world.moderator, desk.case, "keep")
    desk.decide(desk.world.moderator, desk.request(), "accept")
    assert _events(desk, desk.second) == before + 2
    since = desk.second.get("/live/since?after=1").json
    assert since is not None
    events = desk.second.get(f"/live/since?after={_an_hour_ago()}").json
    assert events is not None
    told = [event for event in events["events"] if event["name"] == "queue"]
    assert told
    assert all(set(event) == {"name", "cursor", "event"} for event in told)


def _an_hour_ago() -> int:
    from knowledge_exchange.core.ids import floor_id

    return floor_id(clock.now() - timedelta(hours=1))


def test_the_page_costs_the_same_however_much_waits(desk: Desk) -> None:
    desk.second.get("/moderation")
    with Statements(desk.app) as few:
        desk.second.get("/moderation")
    for number in range(12):
        _thread, post = queues.post_thread(desk.app, desk.world.peer.id, desk.world.north_west, f"Number {number}")
        queues.report(desk.app, desk.world.watcher.id, post)
        someone = person(desk.app, f"Ask {number}")
        queues.ask_to_join(desk.app, someone.id, desk.world.north_west)
    with Statements(desk.app) as many:
        page = desk.second.get("/moderation").text
    assert "26 things to decide" in page
    assert len(many.sent) == len(few.sent)
    again = re.search(r'href="(/moderation\?after=[^"]+)"', page)
    assert again is not None
    first = set(re.findall(r'data-item="([^"]+)"', page))
    rest = set(re.findall(r'data-item="([^"]+)"', desk.second.get(again[1].replace("&amp;", "&")).text))
    assert (len(first), len(rest), first & rest) == (20, 6, set())


def test_whoever_moderates_nothing_pays_nothing_for_the_number(desk: Desk) -> None:
    for who in (desk.world.watcher, desk.second):
        who.get("/n/north-west")
    with Statements(desk.app) as plain:
        desk.world.watcher.get("/n/north-west")
    with Statements(desk.app) as keeping:
        desk.second.get("/n/north-west")
    assert len(keeping.sent) - len(plain.sent) == 1
    assert not any("moderation_case" in sent for sent in plain.sent)
