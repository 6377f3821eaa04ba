"""The verbs of accounts: what they write, and what they end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import actions, tokens
from knowledge_exchange.auth.models import Member, SignIn, StandingChange
from knowledge_exchange.auth.standing import Impossible
from knowledge_exchange.core import hooks
from knowledge_exchange.core.crypto import token_hash
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.mail.refusals import note_refusal, refused_at


@pytest.fixture(autouse=True)
def in_app(app: Flask) -> Iterator[None]:
    """Actions need an app around them."""
    with app.app_context():
        yield


@pytest.fixture
def told(app: Flask) -> list[tuple[int, str]]:
    """What the hook ``access_lost`` was called with."""
    calls: list[tuple[int, str]] = []
    hooks.provide(app, "access_lost", lambda member_id, reason: calls.append((member_id, reason)))
    return calls


def make(email: str = "ann@example.org", **facts: object) -> int:
    """An account, committed."""
    given = {"name": "Ann Example", "password_hash": "x", **facts}
    with unit_of_work():
        return actions.create_member(email=email, **given).id  # type: ignore[arg-type]


def sign_in_row(member_id: int) -> None:
    with unit_of_work() as work:
        work.add(SignIn(member_id=member_id, token_hash=token_hash(str(member_id))))


def test_an_account_keeps_its_address_in_small_letters() -> None:
    member = db.session.get(Member, make(" Ann@Example.ORG "))
    assert member is not None
    assert (member.email, member.standing) == ("ann@example.org", "pending")


def test_a_second_account_with_the_same_address_is_refused_and_the_unit_goes_on() -> None:
    make()
    with unit_of_work():
        with pytest.raises(actions.EmailTaken):
            actions.create_member(email="ANN@example.org", name="Other", password_hash="y")
        actions.create_member(email="bob@example.org", name="Bob", password_hash="y")
    assert db.session.scalar(select(func.count()).select_from(Member)) == 2


def test_a_handle_is_never_given_twice_even_after_its_owner_took_another() -> None:
    first = make(handle="grey-heron")
    with unit_of_work() as work:
        member = work.get(Member, first)
        assert member is not None
        actions.give_handle(member, "second-cup")
    with pytest.raises(actions.HandleTaken):
        make("bob@example.org", handle="Grey-Heron")
    assert actions.find_id("bob@example.org") is None


@pytest.mark.parametrize("handle", ["ann-of-cleves", "x", "officer-one", "9lives"])
def test_a_handle_that_breaks_the_rules_is_never_given(handle: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        make(handle=handle)


def test_losing_standing_ends_sign_ins_and_waiting_mail_and_tells_the_sockets(told: list[tuple[int, str]]) -> None:
    mine, other = make(standing="active"), make("bob@example.org", standing="active")
    for member_id in (mine, other):
        sign_in_row(member_id)
        with unit_of_work() as work:
            message = {"recipient": "a@example.org", "subject": "s", "text": "t", "member_id": member_id}
            work.add_all([MailMessage(**message), MailMessage(**message, essential=True)])
    with unit_of_work():
        assert actions.change_standing(mine, "suspended", "The rules were broken.", other)
    assert told == [(mine, "suspended")]
    assert db.session.scalars(select(SignIn.member_id)).all() == [other]
    left = db.session.execute(select(MailMessage.member_id, MailMessage.essential)).all()
    assert sorted(map(tuple, left)) == sorted([(mine, True), (mine, True), (other, False), (other, True)])
    [told_by_mail] = db.session.scalars(select(MailMessage).where(MailMessage.recipient == "ann@example.org"))
    assert (told_by_mail.subject, told_by_mail.essential) == ("Something about your account has changed", True)
    assert "rules" not in told_by_mail.text


def test_each_step_of_standing_is_dated_has_a_cause_and_an_actor_and_is_in_the_record(
    told: list[tuple[int, str]],
) -> None:
    officer, mine = make("bob@example.org", standing="active"), make()
    with unit_of_work():
        actions.change_standing(mine, "active", "Found on the roll.", officer)
    with unit_of_work():
        assert not actions.change_standing(mine, "active", "Again.", officer)
        actions.change_standing(mine, "lapsed", "Paid up to June.", None)
    steps = db.session.execute(
        select(StandingChange.before, StandingChange.after, StandingChange.cause, StandingChange.actor_id)
        .where(StandingChange.member_id == mine)
        .order_by(StandingChange.id)
    ).all()
    assert [tuple(step) for step in steps] == [
        ("pending", "active", "Found on the roll.", officer),
        ("active", "lapsed", "Paid up to June.", None),
    ]
    entries = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == mine)).all()
    assert sorted(entries) == ["member.created", "standing.changed", "standing.changed"]
    member = db.session.get(Member, mine)
    assert member is not None
    assert (member.standing, member.standing_cause) == ("lapsed", "Paid up to June.")
    assert told == [(mine, "lapsed")]


def test_gaining_standing_ends_no_sign_in() -> None:
    mine = make()
    sign_in_row(mine)
    with unit_of_work():
        actions.change_standing(mine, "active", "Found on the roll.", None)
    assert db.session.scalars(select(SignIn.member_id)).all() == [mine]


def test_a_step_that_is_rolled_back_leaves_everything_as_it_was(told: list[tuple[int, str]]) -> None:
    mine = make(standing="active")
    sign_in_row(mine)

    def change_their_mind() -> None:
        with unit_of_work():
            actions.change_standing(mine, "suspended", "cause", None)
            raise RuntimeError("after all not")

    with pytest.raises(RuntimeError, match="after all not"):
        change_their_mind()
    assert db.session.scalar(select(Member.standing).where(Member.id == mine)) == "active"
    assert db.session.scalars(select(SignIn.member_id)).all() == [mine]


@pytest.mark.parametrize(("verb", "word"), [(actions.change_standing, "retired"), (actions.set_role, "king")])
def test_words_that_do_not_exist_are_refused(verb: object, word: str) -> None:
    with pytest.raises(ValueError, match=word), unit_of_work():
        verb(make(), word, *(["c", None] if verb is actions.change_standing else [None]))  # type: ignore[operator]


def test_a_step_that_there_is_not_is_refused_by_name_and_changes_nothing() -> None:
    mine = make(standing="left")
    with pytest.raises(Impossible, match="nobody who is left becomes suspended"), unit_of_work():
        actions.change_standing(mine, "suspended", "Too late.", None)
    assert db.session.scalar(select(Member.standing).where(Member.id == mine)) == "left"
    assert db.session.scalars(select(AuditEntry.action)).all() == ["member.created"]


def test_who_has_left_holds_no_office_and_no_link(told: list[tuple[int, str]]) -> None:
    mine = make(standing="active", role="officer")
    with unit_of_work():
        token = tokens.issue(mine, tokens.RESET)
    with unit_of_work():
        actions.change_standing(mine, "left", "At their own wish.", mine)
    assert told == [(mine, "left")]
    assert db.session.scalar(select(Member.role).where(Member.id == mine)) == "member"
    assert tokens.holder(token, tokens.RESET) is None


def test_another_role_ends_the_sign_ins_that_were_begun_under_the_old_one() -> None:
    mine, other = make(), make("bob@example.org")
    for member_id in (mine, other):
        sign_in_row(member_id)
    with unit_of_work():
        actions.set_role(mine, "officer", other, "Elected.")
    assert db.session.scalars(select(SignIn.member_id)).all() == [other]
    note = db.session.scalar(select(AuditEntry.note).where(AuditEntry.action == "role.changed"))
    assert note == "member > officer: Elected."


def test_a_role_is_given_once_and_recorded() -> None:
    mine = make()
    with unit_of_work():
        assert actions.set_role(mine, "officer", None)
        assert not actions.set_role(mine, "officer", None)
    note = db.session.scalar(select(AuditEntry.note).where(AuditEntry.action == "role.changed"))
    assert note == "member > officer"


def test_a_new_password_ends_every_sign_in_and_every_reset_link() -> None:
    mine = make(standing="active")
    sign_in_row(mine)
    with unit_of_work():
        token = tokens.issue(mine, tokens.RESET)
    with unit_of_work():
        actions.set_password(mine, "new", mine)
    assert db.session.scalars(select(SignIn.id)).all() == []
    assert tokens.holder(token, tokens.RESET) is None


def test_a_link_that_was_mailed_shows_that_mail_arrives_again() -> None:
    ann = make()
    with unit_of_work() as work:
        note_refusal("ann@example.org", "bounced: 5.1.1")
        actions.confirm(work.get_one(Member, ann))
    assert refused_at("ann@example.org") is None
