"""Categories of membership: what the rolls call them, what they join by themselves, what they may do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.acting import acting as me_of
from knowledge_exchange.auth.categories import known, words
from knowledge_exchange.auth.models import Category, Member, SignIn
from knowledge_exchange.cli.network import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions, automatic, categories
from knowledge_exchange.networks.categories import RIGHTS, Kept
from knowledge_exchange.notifications.models import NetworkLevel
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.threads import actions as threads
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.verification.models import RollEntry
from tests.networks.visiting import Networks, inside
from tests.support.persons import Person, Statements, facts_of, person

pytestmark = pytest.mark.usefixtures("in_app")

EVERYTHING = Kept("Retired member", ("retired member",), dict.fromkeys(RIGHTS, True), frozenset({"national"}))


@pytest.fixture
def admin(app: Flask, networks: Networks) -> Person:
    """An administrator, in no network."""
    return person(app, "Ada Keeper", role="administrator")


@pytest.fixture
def rita(app: Flask, networks: Networks) -> Person:
    """A retired member of the North West."""
    rita = person(app, "Rita Rest", region="north-west", category="retired")
    with unit_of_work():
        actions.join_automatically(rita.id)
    return rita


def keep(admin: Person, **changes: object) -> None:
    with unit_of_work():
        categories.keep("retired", replace(EVERYTHING, **changes), actor=admin.id)  # type: ignore[arg-type]


def without(*rights: str) -> dict[str, bool]:
    return {name: name not in rights for name in RIGHTS}


def may_not(*rights: str, slug: str = "retired") -> None:
    with unit_of_work() as work:
        work.execute(update(Category).where(Category.slug == slug).values(**dict.fromkeys(rights, False)))


# ---- Words


@pytest.mark.parametrize(
    "word", ["retired", "Retired Member", "RETIRED-MEMBER", " retired   member ", "retired_member"]
)
def test_a_roll_may_write_a_category_in_many_ways(word: str) -> None:
    assert known(word) == "retired"


@pytest.mark.parametrize("word", ["", "  ", "-", "Emeritus", "full member", "FULL"])
def test_an_unknown_word_and_none_mean_the_standard_category(word: str) -> None:
    assert known(word) == "full"


def test_many_words_are_looked_up_with_one_statement(app: Flask) -> None:
    with Statements(app) as said:
        among = words()
        assert [known(word, among) for word in ("GMTS", "student", "nobody")] == ["graduate-trainee", "student", "full"]
    assert len(said.sent) == 1


# ---- Networks


def test_a_member_joins_what_their_category_says(rita: Person) -> None:
    assert inside(rita.id) == {"north-west", "national", "ask-an-officer"}


def test_a_network_that_is_taken_away_is_left_by_those_whom_the_rule_put_there_and_nobody_else(
    app: Flask, admin: Person, rita: Person, networks: Networks
) -> None:
    joiner = person(app, "Jo Joiner", category="retired")
    chair = person(app, "Cho Chair", category="retired")
    with unit_of_work():
        actions.add_member(joiner.id, networks["ask-an-officer"])
        actions.join_automatically(chair.id)
        actions.set_role(chair.id, networks["ask-an-officer"], "moderator")
    keep(admin)
    assert inside(rita.id) == {"north-west", "national"}
    assert "ask-an-officer" in inside(joiner.id)
    assert "ask-an-officer" in inside(chair.id)


def test_a_network_that_is_added_is_joined_at_once_and_by_active_members_alone(
    app: Flask, admin: Person, rita: Person
) -> None:
    lapsed = person(app, "Lars Lapsed", category="retired", standing="lapsed")
    full = person(app, "Fay Full")
    keep(admin, networks=frozenset({"national", "ask-an-officer", "board-directors"}))
    assert "board-directors" in inside(rita.id)
    assert "board-directors" not in inside(lapsed.id) | inside(full.id)


def test_whoever_left_by_themselves_is_not_put_in_again_by_another_change(admin: Person, rita: Person) -> None:
    rita.post("/n/national/leave")
    keep(admin, networks=frozenset({"national", "ask-an-officer"}), rights=without("may_start"))
    assert "national" not in inside(rita.id)


def test_a_category_that_joins_no_region_leaves_it_and_what_was_told_there(
    admin: Person, rita: Person, networks: Networks
) -> None:
    with unit_of_work() as work:
        work.add(NetworkLevel(member_id=rita.id, network_id=networks["north-west"], level="watching"))
    keep(admin, networks=frozenset({"national", "ask-an-officer"}), rights=without("joins_region"))
    assert inside(rita.id) == {"national", "ask-an-officer"}
    assert db.session.scalars(select(NetworkLevel).where(NetworkLevel.member_id == rita.id)).all() == []
    left = select(LiveEvent.network_id).where(LiveEvent.kind == "left", LiveEvent.member_id == rita.id)
    assert db.session.scalars(left).all() == [networks["north-west"]]
    assert rita.get("/n/north-west").status_code == 200  # the closed door, without threads
    assert "How to join" in rita.get("/n/north-west").text


def test_what_another_rule_gives_is_not_taken(admin: Person, rita: Person) -> None:
    named = frozenset({"national", "ask-an-officer", "north-west"})
    keep(admin, networks=named)
    keep(admin, networks=named, rights=without("joins_region"))
    assert "north-west" in inside(rita.id)


def test_a_failure_half_way_leaves_everything_as_it_was(
    admin: Person, rita: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inside(rita.id)

    def fail(*_given: object) -> int:
        raise RuntimeError("no room left")

    monkeypatch.setattr(automatic, "take_out", fail)
    with pytest.raises(RuntimeError):
        keep(admin, networks=frozenset({"board-directors"}))
    db.session.rollback()
    assert inside(rita.id) == before
    assert categories.networks_of("retired") == {"national", "ask-an-officer"}


def test_very_many_leave_bit_by_bit(app: Flask, admin: Person, rita: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [person(app, f"Member {number}", category="retired") for number in range(4)]
    with unit_of_work():
        automatic.join_of_category("retired")
    monkeypatch.setattr(categories, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(categories, "BIT", 2)
    keep(admin)
    assert "ask-an-officer" in inside(rita.id)
    assert "still being taken out" in admin.get("/admin/categories").text
    categories.settle_rest()
    db.session.rollback()
    assert all("ask-an-officer" not in inside(who.id) for who in [rita, *others])
    assert all("national" in inside(who.id) for who in [rita, *others])
    assert not db.session.scalar(select(Category.settling).where(Category.slug == "retired"))


def test_the_statements_of_a_change_do_not_grow_with_the_members(app: Flask, admin: Person, rita: Person) -> None:
    def changed(number: int) -> int:
        for one in range(number):
            somebody = person(app, f"Member {number} {one}", category="retired")
            with unit_of_work():
                actions.join_automatically(somebody.id)
        with Statements(app) as said:
            keep(admin)
            keep(admin, networks=frozenset({"national", "ask-an-officer"}))
        return len(said.sent)

    assert changed(1) == changed(7)


# ---- Rights


def start(app: Flask, who: Person, networks: Networks) -> int:
    with app.app_context():
        author = me_of(facts_of(who.id))
        with unit_of_work():
            actions.add_member(who.id, networks["national"])
            found = threads.start_thread(author, networks["national"], "problem", "A title", threads.written("A body."))
    return found[0]


def test_whose_category_may_not_start_reads_why_and_is_refused(app: Flask, rita: Person, networks: Networks) -> None:
    assert "Start something" in rita.get("/n/national").text
    may_not("may_start")
    assert "Start something" not in rita.get("/n/national").text
    form = rita.get("/n/national/new")
    assert "not start threads" in form.text
    assert 'name="body"' not in form.text
    assert "not start threads" in rita.get("/ask").text
    refused = rita.post("/n/national/new", kind="problem", title="May I?", body="My words.", key="1")
    assert refused.status_code == 403
    assert "My words." in refused.text
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 0


def test_whose_category_may_not_reply_reads_why_and_is_refused(
    app: Flask, ann: Person, rita: Person, networks: Networks
) -> None:
    thread = start(app, ann, networks)
    page = rita.get(f"/t/{thread}", follow_redirects=True).text
    assert 'name="body"' in page
    may_not("may_reply")
    page = rita.get(f"/t/{thread}", follow_redirects=True).text
    assert 'name="body"' not in page
    assert "does not let you reply" in page
    refused = rita.post(f"/t/{thread}/replies", body="My words.", key="1")
    assert refused.status_code == 403
    assert "My words." in refused.text
    assert 'name="body"' in ann.get(f"/t/{thread}", follow_redirects=True).text


def test_whose_category_may_not_join_reads_why_and_is_refused(rita: Person) -> None:
    rita.post("/n/national/leave")
    may_not("may_join")
    page = rita.get("/n/national").text
    assert "/n/national/join" not in page
    assert "not let you join further networks" in page
    refused = rita.post("/n/national/join")
    assert refused.status_code == 403
    assert "not let you join further networks" in refused.text
    closed = rita.get("/n/board-directors").text
    assert "/n/board-directors/ask" not in closed
    assert "not let you ask to join" in closed
    refused = rita.post("/n/board-directors/ask", note="Please, I wrote long.")
    assert refused.status_code == 403
    assert "not let you ask to join" in refused.text
    assert "Please, I wrote long." in refused.text
    assert inside(rita.id) == {"north-west", "ask-an-officer"}


def test_a_private_network_stays_untold_to_those_who_may_not_join(rita: Person) -> None:
    may_not("may_join")
    assert rita.post("/n/north-west-reps/join").status_code == 404
    assert rita.post("/n/north-west-reps/ask", note="").status_code == 404


def test_a_category_that_is_not_there_any_more_takes_nobodys_rights(app: Flask, networks: Networks) -> None:
    odd = person(app, "Odd One", category="gone-since")
    with unit_of_work():
        actions.join_automatically(odd.id)
    assert inside(odd.id) == {"national", "ask-an-officer"}
    assert "Start something" in odd.get("/n/national").text


# ---- Pages


def test_the_office_reads_and_administrators_change(app: Flask, admin: Person, ann: Person) -> None:
    officer = person(app, "Mel Office", role="membership_officer")
    national = person(app, "Nat Officer", role="officer")
    assert "Retired member" in officer.get("/admin/categories").text
    assert "/admin/categories/retired" not in officer.get("/admin/categories").text
    assert officer.get("/admin/categories/retired").status_code == 404
    assert officer.post("/admin/categories", name="Friends").status_code == 404
    for nobody in (ann, national):
        assert nobody.get("/admin/categories").status_code == 404
    assert admin.get("/admin/categories/retired").status_code == 200
    assert admin.get("/admin/categories/none").status_code == 404


def test_the_page_of_a_category_shows_it_as_it_is(admin: Person) -> None:
    may_not("may_start", "joins_region")
    page = admin.get("/admin/categories/retired").text
    ticked = re.findall(r'<input checked id="(\w+)"', page) + re.findall(r'id="n-([\w-]+)"[^>]* checked', page)
    assert set(ticked) == {"joins_organisation", "may_reply", "may_join", "national", "ask-an-officer"}
    assert ">\nretired member</textarea>" in page.replace("\r", "")


def test_an_administrator_changes_a_category_on_its_page(admin: Person, rita: Person) -> None:
    done = admin.client.post(
        "/admin/categories/retired",
        data={
            "csrf_token": admin.csrf_token,
            "name": "Retired",
            "aliases": "Emeritus\nhonorary;  Pensioner",
            "joins_region": "y",
            "may_reply": "y",
            "networks": ["national", "north-west-reps"],  # the latter is private: they may not know of it
            "do": "keep",
        },
    )
    assert done.status_code == 303
    db.session.rollback()
    row = categories.found("retired")
    assert row is not None
    assert (row.name, row.aliases) == ("Retired", "emeritus;honorary;pensioner")
    assert [getattr(row, name) for name in RIGHTS] == [True, False, False, True, False]
    assert categories.networks_of("retired") == {"national"}
    assert inside(rita.id) == {"north-west", "national"}
    said = db.session.scalar(select(AuditEntry.note).where(AuditEntry.action == "category.changed"))
    assert said is not None
    assert "-ask-an-officer" in said
    assert "north-west-reps" not in admin.get("/admin/categories/retired").text


def test_a_private_network_that_the_administrator_does_not_know_stays_with_the_category(admin: Person) -> None:
    keep(admin, networks=frozenset({"national", "north-west-reps"}))
    admin.post("/admin/categories/retired", name="Retired member", networks="national", do="keep")
    assert categories.networks_of("retired") == {"national", "north-west-reps"}


@pytest.mark.parametrize(("field", "text"), [("name", "Student"), ("aliases", "GMTS"), ("name", "")])
def test_a_word_means_one_category(admin: Person, field: str, text: str) -> None:
    given = {"name": "Retired member", "aliases": "", "do": "keep", field: text}
    answer = admin.post("/admin/categories/retired", **given)
    assert answer.status_code == 422
    assert "needs a correction" in answer.text
    assert facts_of(admin.id).category == "full"


@pytest.mark.parametrize(
    ("name", "slug"), [("Aelodau Tŷ Gŵyl", "aelodau-ty-gwyl"), ("Ünïon & friends", "union-friends")]
)
def test_the_address_of_a_category_keeps_the_letters_under_its_accents(admin: Person, name: str, slug: str) -> None:
    assert admin.post("/admin/categories", name=name).location == f"/admin/categories/{slug}"
    assert name.replace("&", "&amp;") in admin.get("/admin/categories").text


def test_changing_a_category_asks_whether_it_is_still_the_administrator_and_keeps_the_form(admin: Person) -> None:
    with unit_of_work() as work:
        before = clock.now() - timedelta(hours=1)
        stale = update(SignIn).where(SignIn.member_id == admin.id)
        work.execute(stale.values(created_at=before, confirmed_at=before))
    for do in ("keep", "remove"):
        asked = admin.post("/admin/categories/retired", name="Resting member", networks="national", do=do)
        assert asked.status_code == 403
        assert "Resting member" in asked.text
        assert 'name="networks"' in asked.text
    db.session.rollback()
    assert db.session.scalar(select(Category.name).where(Category.slug == "retired")) == "Retired member"


def test_a_category_is_added_and_deleted_when_nobody_has_it(app: Flask, admin: Person) -> None:
    assert admin.post("/admin/categories", name="Friends of the union").status_code == 303
    assert known("friends of THE union") == "friends-of-the-union"
    assert admin.post("/admin/categories", name="friends-of the union").status_code == 422
    friend = person(app, "Fred Friend", category="friends-of-the-union")
    page = admin.post_and_follow("/admin/categories/friends-of-the-union", do="remove").text
    assert "Somebody has this category" in page
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == friend.id).values(category="full"))
    admin.post("/admin/categories/friends-of-the-union", do="remove")
    assert known("friends of the union") == "full"
    page = admin.post_and_follow("/admin/categories/full", do="remove").text
    assert "can’t be deleted" in page


def test_a_further_word_holds_for_those_whom_the_roll_has_under_it(app: Flask, admin: Person) -> None:
    emma = person(app, "Emma Emeritus", region="north-west")
    other = person(app, "Olaf Other", region="north-west")
    with unit_of_work() as work:
        for who in (emma, other):
            actions.join_automatically(who.id)
        facts = {"source": "fda", "number_tail": "01", "surname": "Emeritus"}
        work.add(RollEntry(**facts, number_hash="1", category="emeritus", member_id=emma.id))
        work.add(RollEntry(**facts, number_hash="2", category="full", member_id=other.id))
    keep(admin, aliases=("Emeritus",))
    assert facts_of(emma.id).category == "retired"
    assert facts_of(other.id).category == "full"
    assert inside(emma.id) == {"north-west", "national"}


def test_a_network_made_later_takes_in_whom_a_category_names(admin: Person, rita: Person) -> None:
    keep(admin, networks=frozenset({"national", "memories"}))
    done = CliRunner().invoke(group, ["create", "memories", "--name", "Memories"])
    assert done.exit_code == 0, done.output
    assert inside(rita.id) == {"north-west", "national", "memories"}
