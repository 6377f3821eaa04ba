"""Each class of data has its time, and one job that keeps to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core import clock, keeping
from knowledge_exchange.core.db import Base
from knowledge_exchange.core.keeping_settings import KEEPING
from knowledge_exchange.core.settings import SETTINGS
from knowledge_exchange.jobs import jobs_of

#: Tables without a time of their own: why what they hold is kept.
REASONS = {
    "audit_seal": "digests that hold the chain of the record together; they name nobody",
    "category": "no data of a person: the table of categories",
    "category_network": "no data of a person: the table of categories",
    "collection": "no data of a person: what a network's moderators put together",
    "collection_item": "likewise, for as long as the thread is there",
    "house_rule": "what held when an act was done, for as long as anybody may ask",
    "moderation_act": "the log; what it keeps of a post goes after seven days, names with accounts",
    "network_care": "no data of a person: what a network's moderators chose",
    "network_month": "numbers of many, of no single person",
    "network_mute": "holds as long as it is true; goes when it is over, or with the account",
    "network_tag": "no data of a person: a network's list",
    "official_answer": "the union's word, for as long as the post is there",
    "official_version": "what it said before, likewise",
    "queue_claim": "goes when it has run out, within minutes, or is taken by another",
    "rules_acceptance": "the member's own; goes with the account",
    "rules_version": "what held when an act was done, for as long as anybody may ask",
    "sanction": "what was imposed on somebody, for as long as they are a member; goes with the account",
    "summary_ask": "gone once it is answered; goes with the account",
    "thread_outcome": "what was written stays, in a voice",
    "mark": "a keyed hash that stands beside no name and no time; goes with the post",
    "profile": "the member's own, what they chose to say of themselves; goes with the account",
    "search_document": "made of posts, as stems; goes with them",
    "search_gram": "parts of words that stand in posts that everybody in a network may see",
    "search_state": "no data of a person: how far the index has come",
    "search_word": "words of posts that everybody in a network may see; go when they stand in none",
    "tag_follow": "a choice of the member's; goes with the account",
    "thread_summary": "what was written stays; names go with accounts",
    "thread_tag": "no data of a person: what a thread is about",
    "thread_trace": "no data of a person: where a thread stood",
    "email_token": "goes when it has run out, within days (auth/jobs.py)",
    "level_change": "the member's own, for their ledger; goes with the account",
    "mail_refusal": "counts for 180 days and goes then (mail/refusals.py), or with the account",
    "network": "no data of a person",
    "network_level": "a choice of the member's; goes with the account",
    "network_membership": "holds as long as it is true; goes with the account",
    "network_removal": "holds as long as it is true; goes with the account",
    "notice_choice": "a choice of the member's; goes with the account",
    "notice_settings": "a choice of the member's; goes with the account",
    "notification": "the member's own, for their ledger; goes with the account or the thread",
    "organisation": "no data of a person",
    "participant": "a member's place in a thread; goes with the account or the thread",
    "passkey": "the member's own; goes with the account",
    "post": "what was written stays, in a voice that names nobody once its account is erased",
    "post_revision": "what a post said before an edit, for as long as the post is there",
    "recovery_code": "the member's own; goes with the account",
    "roll_source": "no data of a person: where the rolls come from",
    "sealed_list": "the member's own; goes with the account",
    "shield": "from whom a thread is hidden, sealed, for as long as the thread is there",
    "shield_tag": "likewise, as the database can ask; it names nobody",
    "sign_in": "goes when it is no longer good, within 90 days (auth/jobs.py)",
    "spent_challenge": "goes when it has run out, within minutes (auth/jobs.py)",
    "taken_handle": "no handle is given out twice; it leads to nobody once its account is erased",
    "thread": "what was written stays",
    "totp": "the member's own; goes with the account",
    "union_identity": "the member's own; goes with the account",
    "unsealing": "counted in what is published; it names officers, and never whose the pseudonym is",
    "voice": "names nobody once its account is erased",
}


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_every_table_has_a_time_or_a_reason() -> None:
    timed = {table for kept in keeping.registered() for table in kept.tables}
    assert timed | set(REASONS) == set(Base.metadata.tables)
    assert timed.isdisjoint(REASONS)


def test_every_setting_belongs_to_a_class_and_is_told_to_operators() -> None:
    named = [setting for setting, _days, _what in KEEPING]
    assert sorted(named) == sorted(kept.setting for kept in keeping.registered())
    told = {setting.name: setting.default for setting in SETTINGS}
    assert all(told[setting] == days for setting, days, _what in KEEPING)
    assert {name for name in told if name.startswith("KE_KEEP_")} == set(named)


def test_it_runs_by_itself(app: Flask) -> None:
    assert keeping.forget_what_is_due in [job.run for job in jobs_of(app)]


def test_each_class_gets_its_own_moment_and_none_at_all_when_it_is_off(make_app: Callable[..., Flask]) -> None:
    heard: dict[str, datetime] = {}
    app = make_app(KE_KEEP_MAIL_DAYS=3, KE_KEEP_EVENTS_DAYS=0)
    with app.app_context():
        app.extensions["ke_kept_classes"] = [
            keeping.Kept(kept.setting, kept.tables, lambda before, name=kept.setting: heard.update({name: before}))  # type: ignore[misc]
            for kept in keeping.registered()
        ]
        moment = clock.now()
        with clock.held(moment):
            keeping.forget_what_is_due()
        assert heard["KE_KEEP_MAIL_DAYS"] == moment - timedelta(days=3)
        assert heard["KE_KEEP_CLAIMS_DAYS"] == moment - timedelta(days=365)
        assert "KE_KEEP_EVENTS_DAYS" not in heard
        assert keeping.kept_for_ever() == ["KE_KEEP_EVENTS_DAYS"]


def test_a_class_that_fails_keeps_no_other(app: Flask) -> None:
    heard: list[datetime] = []

    def fail(_before: datetime) -> None:
        raise RuntimeError("this one is broken")

    app.extensions["ke_kept_classes"] = [
        keeping.Kept("KE_KEEP_MAIL_DAYS", (), fail),
        keeping.Kept("KE_KEEP_CLAIMS_DAYS", (), heard.append),
    ]
    keeping.forget_what_is_due()
    assert len(heard) == 1


def test_check_says_what_is_kept_for_ever(make_app: Callable[..., Flask]) -> None:
    with make_app(KE_KEEP_RECORD_DAYS=0).app_context():
        done = CliRunner().invoke(cli, ["check"])
    assert done.exit_code == 0, done.output
    assert "KE_KEEP_RECORD_DAYS is 0: kept for ever are the record of acts." in done.output
    assert "KE_KEEP_MAIL_DAYS" not in done.output


def test_on_an_empty_database_every_class_finds_nothing(app: Flask) -> None:
    with clock.held(clock.now() + timedelta(days=3000)):
        for kept in keeping.registered():
            kept.forget(clock.now())
