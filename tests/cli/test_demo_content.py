"""The demo community is whole, in order, and as large and varied as the contract asks."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from knowledge_exchange.cli import demo_content, demo_places
from knowledge_exchange.cli.demo_content import DemoCommunity, Thread, load
from knowledge_exchange.cli.demo_content.reading import hours

FILES = Path(demo_content.__file__).parent
ACCOUNTS = {
    "member": "active",
    "colleague": "active",
    "peer": "active",
    "outsider": "active",
    "moderator": "active",
    "officer": "active",
    "second-officer": "active",
    "membership": "active",
    "admin": "active",
    "pending": "pending",
    "lapsed": "lapsed",
    "suspended": "suspended",
}
REGIONS = {
    "north-west",
    "london",
    "midlands",
    "north-east-and-yorkshire",
    "east-of-england",
    "south-east",
    "south-west",
    "scotland",
    "wales",
    "northern-ireland",
}


@pytest.fixture(scope="module")
def community() -> DemoCommunity:
    return load()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the demo's files, to be damaged."""
    return Path(shutil.copytree(FILES, tmp_path / "demo"))


def account(community: DemoCommunity, name: str) -> demo_content.Person:
    return next(p for p in community.people if p.email == f"{name}@demo.example")


def levels(thread: Thread) -> int:
    depth: dict[str | None, int] = {None: 0}
    for post in thread.posts:
        depth[post.key] = depth[post.parent] + 1
    return max(depth.values())


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_community_is_as_large_as_the_contract_asks(community: DemoCommunity) -> None:
    assert sum(person.standing == "active" for person in community.people) >= 120
    assert len(community.threads) >= 64
    assert sum(1 + len(thread.posts) for thread in community.threads) >= 350


def test_the_twelve_accounts_have_their_standing(community: DemoCommunity) -> None:
    found = {person.email.removesuffix("@demo.example"): person.standing for person in community.people if person.demo}
    assert found == ACCOUNTS


def test_the_accounts_are_where_the_contract_puts_them(community: DemoCommunity) -> None:
    where = {name: account(community, name) for name in ACCOUNTS}
    assert where["member"].organisation == where["colleague"].organisation == "R0A"
    assert where["peer"].region == "north-west"
    assert where["peer"].organisation not in {"R0A", ""}
    assert {where["officer"].office, where["second-officer"].office} == {"officer"}
    assert where["membership"].office == "membership"
    assert where["admin"].office == "admin"
    assert where["pending"].claim is not None
    north_west = next(n for n in community.networks if n.slug == "north-west")
    assert where["moderator"].handle in north_west.moderators


def test_the_link_manager_works_where_they_are_named_and_an_officer_appointed_them(community: DemoCommunity) -> None:
    people = {person.handle: person for person in community.people}
    manager, officer = people[demo_places.MANAGER], people[demo_places.OFFICER]
    assert (manager.organisation, manager.standing) == (demo_places.ORGANISATION, "active")
    assert officer.office == "officer"


def test_each_account_sees_only_its_networks(community: DemoCommunity) -> None:
    def networks_of(name: str) -> set[str]:
        handle = account(community, name).handle
        return {n.slug for n in community.networks if handle in community.members_of(n.slug)}

    assert networks_of("outsider") == {"london", "national", "ask-an-officer"}
    assert REGIONS | {"board-directors", "north-west-reps"} <= networks_of("officer")
    assert "north-west-reps" in networks_of("moderator")
    assert {"north-west", "board-directors"} <= networks_of("peer")
    assert not {"board-directors", "north-west-reps"} & networks_of("member")
    assert networks_of("pending") == networks_of("suspended") == set()


def test_the_networks_are_those_of_the_contract(community: DemoCommunity) -> None:
    networks = {network.slug: network for network in community.networks}
    for slug in REGIONS:
        assert (networks[slug].kind, networks[slug].visibility) == ("regional", "closed")
    assert networks["national"].visibility == networks["ask-an-officer"].visibility == "open"
    assert networks["board-directors"].visibility == "closed"
    assert networks["north-west-reps"].visibility == "private"


def test_every_network_has_threads_and_the_main_ones_many(community: DemoCommunity) -> None:
    count = Counter(thread.network for thread in community.threads)
    assert set(count) == {network.slug for network in community.networks}
    assert count["london"] >= 6
    assert min(count["north-west"], count["national"], count["ask-an-officer"]) >= 8


def test_all_kinds_of_thread_appear_and_half_are_problems(community: DemoCommunity) -> None:
    count = Counter(thread.kind for thread in community.threads)
    assert set(count) == set(demo_content.KINDS)
    assert 0.4 <= count["problem"] / len(community.threads) <= 0.6


def test_problems_are_answered_open_or_untouched(community: DemoCommunity) -> None:
    problems = [thread for thread in community.threads if thread.kind == "problem"]
    answered = sum(thread.answer is not None for thread in problems)
    assert 0.4 <= answered / len(problems) <= 0.65
    assert sum(not thread.posts for thread in problems) >= 4


def test_some_threads_fill_several_pages_and_some_nest_deeply(community: DemoCommunity) -> None:
    replies = sorted((len(thread.posts) for thread in community.threads), reverse=True)
    assert replies[0] >= 45
    assert replies[2] > 25
    assert max(levels(thread) for thread in community.threads) == 6


def test_officers_answer_in_their_network(community: DemoCommunity) -> None:
    officers = {person.handle for person in community.people if person.office == "officer"}
    asked = [t for t in community.threads if t.network == "ask-an-officer" and t.posts]
    with_officer = [t for t in asked if officers & {post.author for post in t.posts}]
    assert len(with_officer) >= 6


def test_the_member_asks_takes_part_and_has_unread_replies(community: DemoCommunity) -> None:
    handle = account(community, "member").handle
    own = [thread for thread in community.threads if thread.author == handle]
    joined = [
        thread for thread in community.threads if thread not in own and handle in {post.author for post in thread.posts}
    ]
    unread = [
        thread
        for thread in own + joined
        if any(post.author != handle and post.hours_ago < demo_content.READ_UNTIL_HOURS for post in thread.posts)
    ]
    assert len(own) >= 3
    assert len(joined) >= 5
    assert len(unread) >= 5
    assert len(own) + len(joined) < len(community.threads) / 2


def test_titles_reach_the_limit_and_never_pass_it(community: DemoCommunity) -> None:
    assert max(len(thread.title) for thread in community.threads) == 120


def test_everything_is_later_than_what_it_answers(community: DemoCommunity) -> None:
    for thread in community.threads:
        ages: dict[str | None, float] = {None: thread.hours_ago}
        for post in thread.posts:
            assert 0 <= post.hours_ago < ages[post.parent], f"{thread.key}, reply {post.key}"
            ages[post.key] = post.hours_ago


def test_the_newest_post_is_fresh_and_the_oldest_a_season_old(community: DemoCommunity) -> None:
    ages = [post.hours_ago for thread in community.threads for post in thread.posts]
    assert min(ages) < 1
    assert max(thread.hours_ago for thread in community.threads) > 60 * 24


def test_no_two_people_or_texts_are_the_same(community: DemoCommunity) -> None:
    handles = [person.handle for person in community.people]
    texts = [post.body for thread in community.threads for post in thread.posts]
    assert len(set(handles)) == len(handles)
    assert len(set(texts)) == len(texts)


def test_bodies_show_what_the_renderer_can_do(community: DemoCommunity) -> None:
    text = "\n".join(body for t in community.threads for body in (t.body, *(post.body for post in t.posts)))
    for mark in ("| --- |", "\n- ", "\n1. ", "\n> ", "\n```\n", "](https://example.org/", " @"):
        assert mark in text, f"nothing shows {mark!r}"


def test_loading_takes_at_most_half_a_second() -> None:
    started = time.process_time()
    load()
    assert time.process_time() - started <= 0.5


@pytest.mark.parametrize(("text", "expected"), [("3d4h", 76.0), ("45m", 0.75), ("1h30m", 1.5), ("2d", 48.0)])
def test_spans_of_time_are_read_in_hours(text: str, expected: float) -> None:
    assert hours(text) == expected


@pytest.mark.parametrize("text", ["", "4", "h", "3 days", "2h3d"])
def test_anything_else_is_refused_as_a_span_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="not a span of time"):
        hours(text)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("people.toml", 'handle = "tea-at-four"', 'handle = "T4"', r"people\.toml, T4: a handle"),
        ("people.toml", 'handle = "tea-at-four"', 'handle = "marian-o"', "gives away the name"),
        ("people.toml", 'handle = "tea-at-four"', 'handle = "rota-wrangler"', "there 2 times"),
        ("people.toml", 'organisation = "RM3"', 'organisation = "XXX"', "XXX is not listed"),
        ("people.toml", 'role = "National officer"', 'rank = "x"', r"people\.toml, duty-desk"),
        ("people.toml", "[[group]]", "[[group", r"people\.toml: "),
        ("networks.toml", 'visibility = "closed"', 'visibility = "ajar"', "north-west: visibility"),
        ("networks.toml", '"gentle-nudge"', '"nobody-here"', "not active people"),
        ("threads/north-west-winter.md", "problem: Esc", "puzzle: Esc", "kind 'puzzle' is not"),
        ("threads/north-west-winter.md", "by: second-cup", "by: last-tube-home", "last-tube-home"),
        ("threads/north-west-winter.md", "age: 2d6h", "age: soon", "winter.md, thread 1"),
        ("threads/north-west-winter.md", "age: 2d6h", "age: 3h", "not between its parent and now"),
        ("threads/north-west-winter.md", ">>> 2 < 1 ", ">>> 2 < 9 ", "not yet made"),
        ("threads/north-west-winter.md", ">>> 2 < 1 ", ">>> 1 < 1 ", "number is taken"),
        ("threads/north-west-winter.md", "+35m", "in a while", "cannot read"),
        ("threads/north-west-winter.md", "network: north-west", "network: narnia", "no such netw"),
    ],
)
def test_a_fault_is_named_with_its_file_and_entry(files: Path, file: str, old: str, new: str, complaint: str) -> None:
    replace_in(files / file, old, new)
    with pytest.raises(ValueError, match=complaint):
        load(files)


def test_a_title_that_is_too_long_is_refused(files: Path) -> None:
    name = files / "threads" / "north-west-winter.md"
    replace_in(name, "=== problem: ", "=== problem: " + "x" * 120)
    with pytest.raises(ValueError, match="1 to 120 are allowed"):
        load(files)


def test_a_second_accepted_answer_is_refused(files: Path) -> None:
    replace_in(files / "threads" / "north-west-winter.md", "+35m", "+35m answer")
    with pytest.raises(ValueError, match="only a problem has an accepted answer"):
        load(files)
