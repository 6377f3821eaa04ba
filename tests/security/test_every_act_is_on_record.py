"""Every act of the membership office leaves a row in the record of acts: pages and commands, each with its actor."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.gate import word_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.networks.actions import add_member, create_network
from knowledge_exchange.networks.models import LinkManager, Organisation
from knowledge_exchange.threads.actions import start_thread, written
from knowledge_exchange.verification.models import Appeal, Claim, InvitationRun, RollSource
from knowledge_exchange.verification.policy import REFUSALS
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.file import open_roll
from tests.auth.factor_people import code_of, give_app
from tests.support.persons import Person, person

OFFICE = ("membership_officer", "administrator", "officer")
ROLL = "membership_number,surname,email\n40217788,Okonedo,bola@roll.example\n"


@dataclass
class Office:
    """An administrator at work, somebody whom it is about, and a folder for files."""

    app: Flask
    officer: Person
    ann: Person
    folder: Path
    #: A national officer, who answers for pseudonyms, and one who asks them to.
    national: Person
    asker: Person

    def add(self, row: Any) -> Any:
        """Add a row; its key."""
        with self.app.app_context(), unit_of_work() as work:
            work.add(row)
            work.flush()
            return next(iter(row.__mapper__.primary_key_from_instance(row)))

    def claim(self, **facts: Any) -> int:
        """A claim of Ann's that waits for an officer."""
        given = {"member_id": self.ann.id, "source": "unison", "number_hash": "x", "number_tail": "88", "surname": "A"}
        return int(self.add(Claim(**given, queued_at=now(), queue_cause="unknown_number", **facts)))

    def staged(self) -> int:
        """A roll that waits for an officer's word."""
        path = self.folder / "roll.csv"
        path.write_text(ROLL)
        with self.app.app_context():
            return staging.stage(open_roll(path, "unison"), actor=None, origin="upload")


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> Office:
    """The office."""
    officer = person(app, "Olu Officer", role="administrator", email="olu@people.example")
    ann = person(app, "Ann Member", email="ann@people.example")
    nationals = [person(app, name, role="officer") for name in ("Nia National", "Noor National")]
    here = Office(app, officer, ann, tmp_path, *nationals)
    for code in ("R0A", "R0B"):
        here.add(Organisation(code=code, name=code))
    here.add(RollSource(source="unison", name="UNISON", pull_kind="https", pull_url="https://roll.example/"))
    return here


def pending(here: Office) -> None:
    stand(here, "pending")


def stand(here: Office, standing: str) -> None:
    with here.app.app_context(), unit_of_work() as work:
        found = work.get_one(Member, here.ann.id)
        found.standing = standing
        found.organisation_code = "R0A"


def decide_claim(here: Office, **fields: str) -> TestResponse:
    pending(here)
    return here.officer.post(f"/admin/claims/{here.claim()}", **fields)


def decide_appeal(here: Office) -> TestResponse:
    pending(here)
    claim_id = here.claim(decided_at=now(), accepted=False)
    appeal_id = here.add(Appeal(member_id=here.ann.id, claim_id=claim_id, text="Look again"))
    return here.officer.post(f"/admin/appeals/{appeal_id}", do="turn-down", answer="It is as it was.")


def with_member(here: Office, word: str, standing: str = "active", **fields: str) -> TestResponse:
    stand(here, standing)
    given = {"chosen": "other", "words": "Because.", **fields}
    return here.officer.post(f"/admin/members/{here.ann.id}/do/{word}", **given)


def every_act_with_a_member(here: Office) -> TestResponse:
    """All of them; the last answer."""
    for word, standing in (("sign-out", "active"), ("reset-link", "active"), ("reset-factors", "active")):
        done(here, partial(with_member, here, word, standing))
    for word, standing in (
        ("role", "active"),
        ("lapse", "active"),
        ("let-in", "lapsed"),
        ("restore", "lapsed"),
        ("suspend", "active"),
        ("reinstate", "suspended"),
    ):
        fields = {"role": "officer"} if word == "role" else {}
        done(here, partial(with_member, here, word, standing, **fields))
    return with_member(here, "close")


def link_manager(here: Office) -> TestResponse:
    stand(here, "active")
    number = here.add(LinkManager(organisation_code="R0A", member_id=here.ann.id))
    return here.officer.post(f"/admin/organisations/R0A/link-managers/{number}")


def appoint(here: Office) -> TestResponse:
    stand(here, "active")
    return here.officer.post("/admin/organisations/R0A/link-managers", email=here.ann.email)


def invite(here: Office) -> TestResponse:
    with here.app.app_context():
        import_id = here.staged()
        with unit_of_work():
            applying.apply(import_id, actor=None, allowed=100)
    return here.officer.post("/admin/invitations", source="unison")


def upload(here: Office) -> TestResponse:
    data = {"csrf_token": here.officer.csrf_token, "source": "unison", "file": (io.BytesIO(ROLL.encode()), "a.csv")}
    return here.officer.client.post("/admin/rolls", data=data)


def change_source(here: Office) -> TestResponse:
    fields = {"name": "Unison", "kind": "https", "url": "https://roll.example/", "every_hours": "12"}
    return here.officer.post("/admin/rolls/sources/unison/change", **fields)


def pseudonymous_post(here: Office) -> str:
    """A post under a pseudonym of Ann's: the end of the addresses that are about it, after the act's word."""
    with here.app.app_context():
        with unit_of_work():
            network = create_network("open-one", "Open one", kind="interest", visibility="open")
            add_member(here.ann.id, network.id)
        text = written("What do you do?")
        me = Me(here.ann.id, "Ann", None, "active", "member", "", None, None, "UTC", "tree", 1, now(), "")
        with unit_of_work():
            thread_id, post_id = start_thread(me, network.id, "problem", "A question", text, "pseudonym")
    return f"/t/{thread_id}/{{}}/{post_id}"


def about_pseudonym(here: Office, word: str, **fields: str) -> TestResponse:
    path = pseudonymous_post(here).format(word)
    return here.national.post(path, reason="Somebody is in danger tonight.", **fields)


def settle_pseudonym(here: Office) -> TestResponse:
    """Declined, asked for again, and opened; the last answer."""
    path, secret = pseudonymous_post(here), give_app(here.app, here.national.id)

    def request() -> str:
        asked = here.asker.post(path.format("unseal"), ground="safety", reason="Somebody is in danger tonight.")
        assert asked.status_code == 303
        with here.app.app_context():
            return f"/admin/pseudonyms/{db.session.scalar(select(func.max(Unsealing.id)))}"

    done(here, lambda: here.national.post(request(), do="decline", answer="No danger is named."))
    return here.national.post(request(), do="open", confirm_code=code_of(secret))


def answer_officially(here: Office) -> TestResponse:
    """Given by the form in which officers answer."""
    thread_id = pseudonymous_post(here).split("/")[2]
    days = {"dated": now().date().isoformat(), "review_on": (now() + timedelta(days=200)).date().isoformat()}
    return here.national.post(f"/t/{thread_id}/official", body="You may.", nations="uk", seen="0", **days)


def look_after_an_official_answer(here: Office) -> TestResponse:
    """Confirmed, withdrawn, and the withdrawal taken back; the last answer."""
    given = answer_officially(here)
    assert given.status_code == 303, given.text[:500]
    path, later = f"{given.location}/official", (now() + timedelta(days=300)).date().isoformat()
    done(here, lambda: here.national.post(path, do="confirm", seen="1", review_on=later))
    done(here, lambda: here.national.post(path, do="withdraw", seen="2", reason="It was replaced."))
    return here.national.post(path, do="restore", seen="2w")


#: What is done at each address of the office that takes forms. Each must succeed, and be on record.
PAGES: dict[str, Callable[[Office], TestResponse]] = {
    "/admin/appeals/<appeal_id>": decide_appeal,
    "/admin/categories": lambda here: here.officer.post("/admin/categories", name="Honorary"),
    "/admin/categories/<slug>": lambda here: here.officer.post("/admin/categories/student", name="Students"),
    "/admin/claims/<claim_id>": lambda here: decide_claim(here, do="accept", entry="none", note="I saw the card."),
    "/admin/invitations": invite,
    "/admin/invitations/<run_id>/stop": lambda here: here.officer.post(
        f"/admin/invitations/{here.add(InvitationRun(source='unison', wanted=3))}/stop"
    ),
    "/admin/members": lambda here: here.officer.post("/admin/members", text="ann"),
    "/admin/members/<member_id>/do/<word>": every_act_with_a_member,
    "/admin/organisations/<code>/link-managers": appoint,
    "/admin/organisations/<code>/link-managers/<number>": link_manager,
    "/admin/organisations/<code>/merge": lambda here: here.officer.post(
        "/admin/organisations/R0A/merge", successor="R0B"
    ),
    "/admin/pseudonyms/<request_id>": settle_pseudonym,
    "/p/<int:post_id>/official": look_after_an_official_answer,
    "/t/<int:thread_id>/official": answer_officially,
    "/t/<int:thread_id>/suspend/<int:post_id>": lambda here: about_pseudonym(here, "suspend", cause="rules"),
    "/t/<int:thread_id>/unseal/<int:post_id>": lambda here: about_pseudonym(here, "unseal", ground="safety"),
    "/rules/edit": lambda here: here.officer.post(
        "/rules/edit", title="Be kind", body="To all.", changes="Shorter.", seen="1"
    ),
    "/admin/rolls": upload,
    "/admin/rolls/<import_id>": lambda here: here.officer.post(f"/admin/rolls/{here.staged()}", do="apply"),
    "/admin/rolls/columns/<source>": lambda here: here.officer.post("/admin/rolls/columns/unison", do="forget"),
    "/admin/rolls/sources/<source>": lambda here: here.officer.post("/admin/rolls/sources/unison"),
    "/admin/rolls/sources/<source>/change": change_source,
}


def entries(here: Office) -> list[Any]:
    with here.app.app_context():
        facts = select(AuditEntry.id, AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.id)
        return list(db.session.execute(facts))


def done(here: Office, act: Callable[[], TestResponse]) -> None:
    """Do it, and see it on record as the officer's."""
    before = len(entries(here))
    answer = act()
    assert answer.status_code in (200, 303), answer.text[:500]
    new = [entry.action for entry in entries(here)[before:] if entry.actor_id in (here.officer.id, here.national.id)]
    assert new, f"nothing on record after {answer.request.path}"


def test_there_is_an_act_for_every_form_of_the_office(app: Flask) -> None:
    rules = set()
    for rule in app.url_map.iter_rules():
        word = word_of(app.view_functions[rule.endpoint])
        if "POST" in (rule.methods or ()) and word and set(word.roles) & set(OFFICE):
            rules.add(rule.rule)
    assert rules == set(PAGES)


@pytest.mark.parametrize("rule", sorted(PAGES))
def test_what_an_officer_does_is_on_record(rule: str, office: Office) -> None:
    done(office, lambda: PAGES[rule](office))


@pytest.mark.parametrize("word", ["search", "refuse"])
def test_so_are_the_other_buttons_of_a_claim(word: str, office: Office) -> None:
    reason = next(iter(REFUSALS))
    fields = {"search": {"text": "Okonedo"}, "refuse": {"reason": reason, "note": "Ask your branch."}}[word]
    done(office, lambda: decide_claim(office, do=word, **fields))


def test_so_is_removing_from_a_network_though_moderators_do_it_too(office: Office) -> None:
    done(office, lambda: about_pseudonym(office, "remove", cause="rules"))


def test_so_is_throwing_a_roll_away(office: Office) -> None:
    done(office, lambda: office.officer.post(f"/admin/rolls/{office.staged()}", do="drop"))


#: What the operator does to somebody, as typed.
COMMANDS = (
    ("member", "create", "--email", "new@people.example", "--name", "New Member"),
    ("member", "show", "ann@people.example"),
    ("member", "promote", "ann@people.example", "--role", "officer"),
    ("member", "suspend", "ann@people.example", "--reason", "Because."),
    ("member", "reset-password", "ann@people.example"),
    ("member", "reset-factors", "ann@people.example"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[1])
def test_what_the_operator_does_to_somebody_is_on_record(words: tuple[str, ...], office: Office) -> None:
    before = len(entries(office))
    with office.app.app_context():
        result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == 0, result.output
    assert [entry.actor_id for entry in entries(office)[before:]], "nothing on record"
