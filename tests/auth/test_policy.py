"""What may be a handle, an address, a password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from knowledge_exchange.auth import passwords, policy


@pytest.mark.parametrize("handle", ["abc", "grey-heron", "a1b2", "second-cup-2", "a" * 30])
def test_handles_in_the_right_form(handle: str) -> None:
    assert policy.has_handle_form(handle)
    assert not policy.is_reserved(handle)


@pytest.mark.parametrize(
    "handle", ["ab", "a" * 31, "1abc", "-abc", "abc-", "a--b", "a_b", "a b", "Abc", "äbc", "abc\n", "", "a.b", "аbc"]
)
def test_handles_in_no_right_form(handle: str) -> None:
    assert not policy.has_handle_form(handle)


@pytest.mark.parametrize(
    "handle", ["admin", "moderator", "national-officer", "unison-north", "sign-in", "signin", "m-o-d", "the-fda"]
)
def test_handles_that_would_speak_for_somebody_are_kept(handle: str) -> None:
    assert policy.is_reserved(handle)


@pytest.mark.parametrize("handle", ["officious", "fdabc", "unisons", "modern-times"])
def test_words_that_only_begin_like_an_office_are_free(handle: str) -> None:
    assert not policy.is_reserved(handle)


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("nasreen", "Nasreen Holroyd"),
        ("holroyd7", "Nasreen Holroyd"),
        ("hol-royd", "Nasreen Holroyd"),
        ("big-nasreen-fan", "Nasreen Holroyd"),
        ("barnes-wall", "Callum Osei-Barnes"),
        ("oseibarnes", "Callum Osei-Barnes"),
        ("zoe-reads", "Zoë Łaski"),
        ("laski", "Zoë Łaski"),
        ("obrien", "Kate O'Brien"),
        ("jo-at-work", "Jo Li"),
        ("li", "Jo Li"),
    ],
)
def test_a_handle_is_not_made_from_the_name(handle: str, name: str) -> None:
    assert policy.is_made_from(handle, name)


@pytest.mark.parametrize(
    ("handle", "name"),
    [("jolly-light", "Jo Li"), ("grey-heron", "Nasreen Holroyd"), ("tea", ""), ("second-cup", "山田")],
)
def test_a_handle_may_share_letters_with_a_name(handle: str, name: str) -> None:
    assert not policy.is_made_from(handle, name)


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_anybody_types_breaks_the_rules_themselves(handle: str, name: str) -> None:
    key = policy.handle_key(handle)
    policy.is_reserved(key)
    policy.is_made_from(key, name)
    if policy.has_handle_form(key):
        assert key.isascii()
        assert policy.handle_key(key) == key


def test_a_handle_can_be_changed_after_a_year() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    assert policy.may_change_handle(None, then)
    assert not policy.may_change_handle(then, then + timedelta(days=364))
    assert policy.may_change_handle(then, then + timedelta(days=365))


@pytest.mark.parametrize(
    ("before", "after", "loses"),
    [
        ("active", "lapsed", True),
        ("active", "suspended", True),
        ("active", "pending", True),
        ("suspended", "left", True),
        ("pending", "active", False),
        ("lapsed", "suspended", False),
        ("active", "active", False),
    ],
)
def test_which_steps_end_sign_ins(before: str, after: str, loses: bool) -> None:
    assert policy.loses_access(before, after) is loses


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Passw0rd1234!",
        "dragon123456",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "!!!liverpool!!!",
        "1 2 3 4 5 6 7 8 9",
        "dragondragon",
        "responsibilities",
    ],
)
def test_passwords_that_are_tried_first_are_refused(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.fault_of(password)


@pytest.mark.parametrize(
    "password", ["demo-Knowledge-1", "kettle-harbour-eleven", "wRt7$kQz!m2Lp", "žluťoučký kůň čte"]
)
def test_other_long_passwords_are_fine(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.fault_of(password, "ann@example.org", "Ann Example") is None


@pytest.mark.parametrize(
    "password", ["ann.example.smith@example.org", "Annabel Smith", "annabelsmith-1980", "annexamplesmith"]
)
def test_a_password_is_not_ones_own_name_or_address(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.fault_of(password, "ann.example.smith@example.org", "Annabel Smith")


def test_a_password_has_twelve_characters_and_no_more_than_anybody_types(app: Flask) -> None:
    with app.test_request_context():
        assert passwords.fault_of("kettle-harb")
        assert passwords.fault_of("kettle-harbo") is None
        assert passwords.fault_of("kettle-harbour " * 100)


def test_a_hash_is_argon2id_salted_and_fits_only_its_password() -> None:
    first, second = passwords.hash_password("kettle-harbour"), passwords.hash_password("kettle-harbour")
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.matches(first, "kettle-harbour")
    assert not passwords.matches(first, "kettle-harbou")
    assert not passwords.is_outdated(first)


def test_the_same_letters_fit_however_a_keyboard_composes_them() -> None:
    stored = passwords.hash_password("café-crème-noir")
    assert passwords.matches(stored, "café-crème-noir")


def test_without_an_account_nothing_fits_and_the_cost_is_todays() -> None:
    assert not passwords.matches(None, "kettle-harbour")
    assert not passwords.is_outdated(passwords._NOBODY)
    assert not passwords.matches("no hash at all", "kettle-harbour")
