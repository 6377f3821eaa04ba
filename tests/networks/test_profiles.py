"""Being found: only who asks for it, only while they are active, only with what they chose to show."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from knowledge_exchange.auth import erasing
from knowledge_exchange.auth.models import STANDINGS, Member, Profile
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import profiles
from knowledge_exchange.networks.models import Organisation
from tests.support.community import Community, settle
from tests.support.persons import Person, person

TOPICS = "Rotas and on-call, Writing to a director\nTransfers"


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, none of whom has asked to be found."""
    return settle(app)


def say(who: Person, **fields: str) -> Any:
    """Send the form of one's profile: listed, with topics, and nothing else unless it is given."""
    given = {"is_listed": "y", "ask_me_about": TOPICS, **fields}
    return who.post("/settings/profile", **{name: text for name, text in given.items() if text})


def found(who: Person, query: str = "") -> str:
    """What the directory shows somebody, beside the filters."""
    return who.get(f"/members{query}").text.partition("</form>")[2].partition("<main")[2].partition("<aside")[0]


def set_member(here: Community, who: Person, **values: Any) -> None:
    with here.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == who.id).values(**values))


def test_nobody_is_in_it_unless_they_ask_and_leaving_takes_them_out_at_once(here: Community) -> None:
    handle = here.handle(here.peer)
    assert "Piet Peer" not in found(here.outsider)
    assert here.outsider.get(f"/m/{handle}").status_code == 404
    assert say(here.peer).status_code == 303
    assert "Piet Peer" in found(here.outsider)
    page = here.outsider.get(f"/m/{handle}").text
    assert "Writing to a director" in page
    say(here.peer, is_listed="")
    assert "Piet Peer" not in found(here.outsider)
    assert here.outsider.get(f"/m/{handle}").status_code == 404
    # What they had said is kept for them alone.
    assert "Writing to a director" in here.peer.get("/settings/profile").text


def test_what_was_chosen_is_ticked_when_one_comes_back_so_that_saving_again_changes_nothing(here: Community) -> None:
    say(here.peer, shows_region="y")
    page = here.peer.get("/settings/profile").text
    boxes = re.findall(r'<input[^>]* type="checkbox"[^>]*>', page)
    assert [("checked" in box.split(), re.findall(r'name="([a-z_]+)"', box)[0]) for box in boxes] == [
        (True, "is_listed"),
        (True, "shows_region"),
        (False, "shows_organisation"),
    ]


@pytest.mark.parametrize("standing", [standing for standing in STANDINGS if standing != "active"])
def test_who_is_no_active_member_is_not_found_whatever_they_asked(here: Community, standing: str) -> None:
    say(here.peer)
    handle = here.handle(here.peer)
    set_member(here, here.peer, standing=standing)
    assert "Piet Peer" not in found(here.outsider)
    assert "Piet Peer" not in found(here.outsider, "?q=rotas")
    assert here.outsider.get(f"/m/{handle}").status_code == 404


def test_a_page_of_who_is_not_listed_shows_posts_alone_and_only_to_who_may_read_them(here: Community) -> None:
    say(here.author, is_listed="")
    thread_id = here.post_thread(here.author)
    handle = here.handle(here.author)
    page = here.peer.get(f"/m/{handle}").text
    assert "A rota with holes in it" in page
    assert "Writing to a director" not in page
    assert here.outsider.get(f"/m/{handle}").status_code == 404
    say(here.author)
    page = here.outsider.get(f"/m/{handle}").text
    assert "Writing to a director" in page
    assert "A rota with holes in it" not in page
    assert str(thread_id) not in page


def test_answers_that_were_accepted_stand_apart_and_pseudonyms_nowhere(here: Community) -> None:
    thread_id, other = here.post_thread(here.author), here.post_thread(here.author, title="Quite another question")
    answer = here.reply(here.peer, thread_id)
    here.reply(here.peer, other, voice="pseudonym")
    here.author.post(f"/p/{answer}/accept")
    page = here.watcher.get(f"/m/{here.handle(here.peer)}").text
    assert "Answers accepted by others" in page
    assert page.count(f'href="/p/{answer}"') == 2
    assert "Quite another question" not in page


def test_region_and_employer_are_shown_and_searched_only_where_that_was_chosen(here: Community) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.add(Organisation(code="R0A", name="Northern Example Trust", region="north-west"))
    set_member(here, here.peer, region="north-west", organisation_code="R0A")
    say(here.peer)
    for query in ("?region=north-west", "?q=northern", "?q=north+west"):
        assert "Piet Peer" not in found(here.outsider, query), query
    shown = found(here.outsider) + here.outsider.get(f"/m/{here.handle(here.peer)}").text.partition("<main")[2]
    assert "Northern Example Trust" not in shown
    say(here.peer, shows_region="y", shows_organisation="y")
    for query in ("?region=north-west", "?q=northern", "?q=north+west", "?q=rotas+TRUST"):
        assert "Piet Peer" in found(here.outsider, query), query
    assert "Piet Peer" not in found(here.outsider, "?region=london")
    assert "Piet Peer" not in found(here.outsider, "?q=rotas+london")


#: A name as it is kept, and ways in which it is looked for.
FOLDED = [
    ("Zoë Żółć", ("zoe", "ZOË", "zoe\u0308", "zolc")),
    ("Zoe Plain", ("Zoë", "pláin")),
    ("Zoe\u0308 Parted", ("zoe", "Zoë parted")),
    ("Deniz Ünal", ("unal", "ÜNAL", "Ünal deniz")),
    ("Łukasz Strauß", ("lukasz", "łukasz", "STRAUSS", "strauß")),
    ("Søren O’Neill", ("soren", "SØREN", "o'neill")),
]


@pytest.mark.parametrize(("name", "ways"), FOLDED, ids=[name for name, _ways in FOLDED])
def test_accents_and_how_letters_are_composed_hide_nobody(here: Community, name: str, ways: tuple[str, ...]) -> None:
    say(here.peer)
    set_member(here, here.peer, name=name)
    for typed in ways:
        assert f"/m/{here.handle(here.peer)}" in found(here.outsider, f"?q={quote(typed)}"), typed
    assert "/m/" not in found(here.outsider, "?q=zoex")


@pytest.mark.parametrize(
    "query", ["?q=rotas%00", "?q=%00", "?q=rotas&after=%00", "?region=%00", "?q=%CC%88", "?q=%E2%80%8B"]
)
def test_what_nobody_types_is_as_if_it_were_not_there(here: Community, query: str) -> None:
    say(here.peer)
    assert "Piet Peer" in found(here.outsider, query)


def test_what_is_looked_for_follows_a_new_name_and_employer_at_once(here: Community) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.add(Organisation(code="R0A", name="Ysbyty Môn", region="wales"))
    say(here.peer, shows_organisation="y", about="Désolé")
    set_member(here, here.peer, name="Chloé New", organisation_code="R0A")
    for query in ("?q=chloe", "?q=mon+chloe", "?q=DESOLE"):
        assert "Chloé New" in found(here.outsider, query), query
    assert "/m/" not in found(here.outsider, "?q=piet")


@pytest.mark.parametrize("query", ["?q=%25", "?q=_", "?q=%5C", "?after=nobody", "?region=%27", "?q=" + "x" * 9000])
def test_odd_searches_are_answered_plainly(here: Community, query: str) -> None:
    say(here.peer)
    assert here.outsider.get(f"/members{query}").status_code == 200
    assert "Piet Peer" not in found(here.outsider, query) or query in ("?after=nobody", "?region=%27")


def test_pages_of_the_directory_hold_everybody_once_by_name(here: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "A_PAGE", 3)
    names = ["ann Same", "Ann Same", "Ben One", "Cyd Two", "Dee Three", "Eve Four", "Fay Five"]
    people = [person(here.app, name, email=f"p{n}@people.example") for n, name in enumerate(names)]
    handles = [here.handle(who) for who in people]
    for who in people:
        say(who)
    seen: list[str] = []
    more: str | None = ""
    with here.app.app_context():
        while more is not None:
            cards, more = profiles.directory(profiles.Wanted(), more)
            seen += [card.handle for card in cards]
        assert sorted(seen) == sorted(handles)
        assert seen[2:] == handles[2:]
        # Of who is not in it the order tells nothing: their handle begins nowhere.
        assert profiles.directory(profiles.Wanted(), here.handle(here.peer))[0][0].handle == seen[0]


def test_what_is_too_long_or_has_no_handle_is_refused_and_given_back(here: Community) -> None:
    for fields in (
        {"ask_me_about": "\n".join(f"topic {n}" for n in range(9))},
        {"ask_me_about": "x" * 41},
        {"about": "y" * 601},
        {"title": "z" * 81},
    ):
        answer = say(here.peer, **fields)
        assert answer.status_code == 422
        assert next(iter(fields.values()))[-8:] in answer.text
    set_member(here, here.peer, handle=None)
    answer = say(here.peer)
    assert answer.status_code == 422
    assert "Choose a handle first" in answer.text
    assert "Piet Peer" not in found(here.outsider)


def test_markup_in_what_somebody_says_of_themselves_stays_text(here: Community) -> None:
    say(here.peer, about="<script>alert(1)</script>\n**bold**", title="<b>Head</b>", ask_me_about="<i>rotas</i>")
    for page in (found(here.outsider), here.outsider.get(f"/m/{here.handle(here.peer)}").text):
        assert "&lt;i&gt;rotas" in page
        for tag in ("<script>alert", "<b>Head", "<i>rotas"):
            assert tag not in page


def test_it_is_in_ones_own_data_and_goes_with_the_account(here: Community) -> None:
    say(here.peer, about="Twenty years of rotas.")
    assert "Twenty years of rotas." in here.peer.get("/me/data.json").text
    with here.app.app_context():
        with unit_of_work():
            erasing.erase(here.peer.id)
        assert db.session.scalars(select(Profile)).all() == []


def test_the_directory_costs_the_same_statements_however_many_are_in_it(here: Community) -> None:
    said: list[str] = []
    with here.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: said.append(args[2]))

    def asking() -> int:
        said.clear()
        here.outsider.get("/members?q=rotas")
        return len(said)

    say(here.peer)
    asking()
    few = asking()
    for who in (here.author, here.watcher, here.moderator):
        say(who)
    assert asking() == few


def test_pages_of_who_says_a_word_hold_each_once_though_others_stand_between(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "A_PAGE", 2)
    monkeypatch.setattr(profiles, "_AT_ONCE", 2)
    people = [person(here.app, f"Name {n}", email=f"p{n}@people.example") for n in range(9)]
    for n, who in enumerate(people):
        say(who, ask_me_about="Pâte" if n % 2 else "Nothing")
    seen: list[str] = []
    more: str | None = ""
    with here.app.app_context():
        while more is not None:
            cards, more = profiles.directory(profiles.Wanted("pate"), more)
            seen += [card.name for card in cards]
    assert seen == ["Name 1", "Name 3", "Name 5", "Name 7"]
