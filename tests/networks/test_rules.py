"""Who may do what in a network, which region a file means, and how names and numbers are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge_exchange.networks import policy
from knowledge_exchange.networks.listing import rounded
from knowledge_exchange.networks.organisation_file import readable_name
from knowledge_exchange.networks.regions import REGIONS, region_name, region_slug
from tests.auth.people import me_as

SEEN = ("open", "closed", "private")
ROLES = (None, "member", "moderator")


def allowed(question: object) -> set[tuple[str, str | None]]:
    return {(seen, role) for seen in SEEN for role in ROLES if question(seen, role)}  # type: ignore[operator]


ANYBODY = me_as("active", "member")
BARRED = replace(ANYBODY, may_join=False)


def test_only_open_networks_are_joined_at_will() -> None:
    assert allowed(lambda seen, role: policy.may_join(ANYBODY, seen, role)) == {("open", None)}


def test_only_closed_networks_are_asked_and_only_once_at_a_time() -> None:
    assert allowed(lambda seen, role: policy.may_ask(ANYBODY, seen, role, asked=False)) == {("closed", None)}
    assert allowed(lambda seen, role: policy.may_ask(ANYBODY, seen, role, asked=True)) == set()


def test_whose_category_may_not_neither_joins_nor_asks() -> None:
    assert allowed(lambda seen, role: policy.may_join(BARRED, seen, role)) == set()
    assert allowed(lambda seen, role: policy.may_ask(BARRED, seen, role, asked=False)) == set()


def test_only_moderators_invite_and_not_into_open_networks() -> None:
    assert allowed(policy.may_invite) == {("closed", "moderator"), ("private", "moderator")}


def test_only_those_inside_leave_and_only_moderators_moderate() -> None:
    assert [policy.may_leave(role) for role in ROLES] == [False, True, True]
    assert [policy.may_moderate(role) for role in ROLES] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("North West", "north-west"),
        ("NORTH WEST", "north-west"),
        ("north-west", "north-west"),
        ("NHS England North West", "north-west"),
        ("North East & Yorkshire", "north-east-and-yorkshire"),
        ("North East and Yorkshire", "north-east-and-yorkshire"),
        ("East of England", "east-of-england"),
        ("the East of England region", "east-of-england"),
        ("Y56", "london"),
        ("London", "london"),
        ("Wales", "wales"),
        ("Northern  Ireland", "northern-ireland"),
        ("Narnia", None),
        ("North", None),
        ("England", None),
        ("", None),
    ],
)
def test_a_region_is_understood_in_many_spellings(text: str, slug: str | None) -> None:
    assert region_slug(text) == slug


def test_every_region_is_found_by_slug_name_and_code() -> None:
    assert len(REGIONS) == 10
    for slug, (name, code) in REGIONS.items():
        assert region_slug(slug) == region_slug(name) == slug
        assert not code or region_slug(code) == slug
        assert region_name(slug) == name
    assert region_name("elsewhere") == "elsewhere"


@pytest.mark.parametrize(
    ("size", "told"), [(0, 0), (1, 0), (19, 0), (20, 20), (29, 20), (199, 190), (200, 200), (299, 200), (999, 900)]
)
def test_numbers_of_people_are_rounded_down(size: int, told: int) -> None:
    assert rounded(size) == told


@pytest.mark.parametrize(
    ("shouted", "said"),
    [
        ("MANCHESTER UNIVERSITY NHS FOUNDATION TRUST", "Manchester University NHS Foundation Trust"),
        ("ST HELEN'S AND KNOWSLEY NHS TRUST", "St Helen's and Knowsley NHS Trust"),
        ("THE CHRISTIE NHS FOUNDATION TRUST", "The Christie NHS Foundation Trust"),
        ("STOKE-ON-TRENT CARE", "Stoke-on-Trent Care"),
        ("GREAT ORMOND STREET HOSPITAL FOR CHILDREN", "Great Ormond Street Hospital for Children"),
        ("Already Said Quietly", "Already Said Quietly"),
    ],
)
def test_names_in_capitals_are_made_readable(shouted: str, said: str) -> None:
    assert readable_name(shouted) == said
