"""What an officer sees of a roll before it is applied, after it, and when it can't be used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry, RollSource
from knowledge_exchange.verification.rolls import staging
from knowledge_exchange.verification.uploads import job as reading_job
from tests.support.persons import Person, Statements, person, visitor
from tests.verification.rolling import (
    ANN,
    BOLA,
    CERI,
    PAGE,
    applied,
    as_file,
    files_kept,
    latest,
    officer_of,
    on_the_record,
    own,
    read_all,
    rows_staged,
    send,
    sent_and_read,
    settle,
)

pytestmark = pytest.mark.usefixtures("in_app")
NUMBER, SURNAME = "column_membership_number", "column_surname"
GERMAN = "Mitgliedsnummer,Nachname,Vorname"


@pytest.fixture
def officer(app: Flask) -> Person:
    return officer_of(app)


def entries() -> int:
    settle()
    return db.session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.gone_at.is_(None))) or 0


def numbers_in(text: str) -> dict[str, str]:
    """The numbers at the top of a page, by what stands above them."""
    pairs = [part.split("</dt><dd>") for part in text.split("<dt>")[1:] if "</dt><dd>" in part]
    return {name: rest.split("</dd>")[0] for name, rest in pairs}


@pytest.mark.parametrize("role", ["membership_officer", "administrator"])
def test_the_first_page_names_the_sources_and_says_what_to_do(app: Flask, role: str) -> None:
    page = person(app, "Olu Officer", role=role).get(PAGE)
    assert page.status_code == 200
    for words in ("UNISON", "FDA", "Send a file", "Nothing has been imported yet.", "found by their names"):
        assert words in page.text


def test_visitors_and_people_without_standing_come_to_where_they_always_come(app: Flask, officer: Person) -> None:
    page = sent_and_read(officer, ANN)
    assert visitor(app).get(page).location.startswith("/sign-in?")
    assert person(app, "Les Lapsed", role="membership_officer", standing="lapsed").get(page).location == "/me"


def test_nothing_changes_before_the_officer_says_so_and_the_page_says_what_would(officer: Person) -> None:
    applied(officer, ANN, BOLA, CERI)
    moved = BOLA.replace("London", "Wales")
    page = sent_and_read(officer, ANN, moved, "1004,New,Nell,n@home.example,RM3,Wales,full,,", "1005,,,,,,,,")
    shown = officer.get(page)
    assert numbers_in(shown.text) == {
        "Unchanged": "1",
        "New": "1",
        "Changed": "1",
        "Gone": "1",
        "Would lapse": "0",
        "Unreadable": "1",
    }
    assert "the surname is missing" in shown.text
    assert entries() == 3


def test_the_lists_name_rows_by_the_end_of_their_number_alone(officer: Person) -> None:
    applied(officer, ANN, BOLA, CERI)
    moved = BOLA.replace("London", "Wales").replace("bola@", "b@")
    page = sent_and_read(officer, ANN, moved, "1004,New,Nell,n@home.example,RM3,Wales,full,,", "1005,,,,,,,,")
    says = {
        "unreadable": ("the surname is missing", "5"),
        "joiners": ("New, Nell", "04", "Wales"),
        "changes": ("Okonedo, Bola", "02", "London", "Wales", "bola@home.example", "b@home.example"),
        "leavers": ("Price, Ceri", "03", "no account here", "not in the file"),
        "back": ("There is nobody on this list.",),
        "spared": ("There is nobody on this list.",),
    }
    for kind, wanted in says.items():
        shown = officer.get(f"{page}/{kind}")
        assert shown.status_code == 200
        for words in wanted:
            assert words in shown.text, kind
        assert "1002" not in shown.text
        assert "1004" not in shown.text


def test_a_list_that_there_is_not_is_not_found(officer: Person) -> None:
    page = sent_and_read(officer, ANN)
    for path in (f"{page}/everybody", f"{PAGE}/1/joiners", f"{PAGE}/x", f"{PAGE}/columns/no-such"):
        assert officer.get(path).status_code == 404
    assert officer.post(page, do="burn").status_code == 400


@pytest.mark.parametrize("after", ["", "x", "9" * 30, "-9", "%00", "51"])
def test_lists_come_in_pages_of_fifty_by_line(officer: Person, after: str) -> None:
    page = sent_and_read(officer, *(f"{n},Name,,,,,,," for n in range(100, 160)))
    shown = officer.get(f"{page}/joiners?after={after}")
    if after == "%00":
        assert shown.status_code == 404
    elif after == "51":
        assert shown.text.count('<th scope="row">') == 10
        assert "The first fifty" in shown.text
    else:
        assert shown.text.count('<th scope="row">') == 50
        assert "after=51" in shown.text


def test_of_leavers_the_page_says_how_their_account_stands_and_never_who_they_are_here(
    app: Flask, officer: Person
) -> None:
    applied(officer, ANN, BOLA, CERI)
    fda = send(officer, as_file(BOLA), source="fda")
    read_all()
    officer.post(str(fda.location), do="apply")
    staying, going = person(app, "Account Staying").id, person(app, "Account Going").id
    own("1002", staying)
    own("1002", staying, "fda")
    own("1003", going)
    page = sent_and_read(officer, ANN)
    shown = officer.get(f"{page}/leavers").text
    assert "active member, stays: another roll has them" in shown
    assert "active member, no other roll has them: would lapse after the grace" in shown
    assert "Account" not in shown.split("<tbody>")[1]
    assert numbers_in(officer.get(page).text)["Would lapse"] == "1"


def test_who_is_not_paid_for_and_who_comes_back_are_shown_as_such(app: Flask, officer: Person) -> None:
    applied(officer, ANN, BOLA)
    applied(officer, ANN)
    own("1002", person(app, "Les Lapsed", standing="lapsed").id)
    page = sent_and_read(officer, ANN.replace("2027-12-31", "2020-12-31"), BOLA)
    assert "lapsed, comes in again" in officer.get(f"{page}/back").text
    assert "line 2: paid up to 31 Dec 2020 only" in officer.get(f"{page}/leavers").text


def test_whom_a_row_that_cannot_be_read_may_mean_is_listed_as_spared(officer: Person) -> None:
    applied(officer, ANN, BOLA)
    page = sent_and_read(officer, ANN, ",Okonedo,Bola,,,,,,")
    assert "Okonedo, Bola" in officer.get(f"{page}/spared").text


def test_words_that_nobody_knows_are_counted(officer: Person) -> None:
    page = officer.get(sent_and_read(officer, ANN, BOLA.replace("retired", "honorary"))).text
    for words in ("honorary", "R0A", "RM3", "Words that the exchange does not know"):
        assert words in page


def test_applying_changes_the_roll_and_keeps_the_numbers_alone(officer: Person) -> None:
    page = sent_and_read(officer, ANN, BOLA, "1005,,,,,,,,")
    done = officer.post_and_follow(page, do="apply")
    assert "This roll is applied" in done.text
    assert numbers_in(done.text)["New"] == "2"
    assert entries() == 2
    reading_job.clear_away()
    assert rows_staged() == 0
    assert latest().state == "applied"
    assert on_the_record("roll.imported") == [(officer.id, "unison: 2 added, 0 changed, 0 gone, 0 back, 1 unreadable")]
    listed = officer.get(PAGE).text
    assert "2 new, 0 changed, 0 gone, 0 back" in listed
    assert "Olu Officer" in listed
    assert officer.get(f"{page}/joiners").status_code == 404


def test_every_opening_of_what_is_staged_is_on_record(officer: Person) -> None:
    page = sent_and_read(officer, ANN)
    officer.get(page)
    officer.get(f"{page}/joiners")
    assert on_the_record("roll.previewed") == [(officer.id, "unison: numbers"), (officer.id, "unison: joiners")]


def test_long_after_signing_in_the_officer_shows_first_that_it_is_they(app: Flask, officer: Person) -> None:
    page = sent_and_read(officer, ANN)
    with clock.held(clock.now() + timedelta(minutes=11)):
        asked = officer.post(page, do="apply")
        assert asked.status_code == 403
        assert "Is it still you?" in asked.text
        assert entries() == 0
        assert officer.post(page, do="drop").status_code == 303


def test_of_two_officers_the_second_is_told_that_it_is_decided(app: Flask, officer: Person) -> None:
    page, other = sent_and_read(officer, ANN), officer_of(app, "Oda Other")
    assert officer.post(page, do="apply").status_code == 303
    told = other.post_and_follow(page, do="apply")
    assert "Somebody else has decided about this file meanwhile." in told.text
    assert "Somebody else" in other.post_and_follow(page, do="drop").text
    assert len(on_the_record("roll.imported")) == 1


def test_a_file_that_was_compared_with_an_earlier_roll_can_only_be_thrown_away(officer: Person) -> None:
    first, second = sent_and_read(officer, ANN), sent_and_read(officer, ANN, BOLA)
    officer.post(second, do="apply")
    shown = officer.get(first).text
    assert "Send the file again" in shown
    assert "Apply the roll" not in shown
    assert officer.post(first, do="apply").status_code == 409
    assert entries() == 2


def test_what_hangs_on_keys_that_were_replaced_is_not_applied(officer: Person) -> None:
    page = sent_and_read(officer, ANN)
    row = latest()
    row.generation += 1
    db.session.commit()
    assert officer.post(page, do="apply").status_code == 409
    assert entries() == 0


def test_a_file_whose_columns_are_strange_waits_until_somebody_names_them(officer: Person) -> None:
    page = sent_and_read(officer, "1001,Smith,Ann", header=GERMAN)
    shown = officer.get(page).text
    for words in ("could not be used", "Say which column is which", "Nachname"):
        assert words in shown
    assert "1001" not in shown
    assert len(files_kept()) == 2
    assert "Name its columns" in officer.get(PAGE).text
    chosen = {
        "column_membership_number": "Mitgliedsnummer",
        "column_surname": "Nachname",
        "column_first_name": "Vorname",
    }
    assert officer.post(page, do="columns", **chosen).status_code == 303
    read_all()
    assert (latest().state, files_kept()) == ("ready", [])
    assert "Smith, Ann" in officer.get(f"{page}/joiners").text
    again = sent_and_read(officer, "1002,Okonedo,Bola", header=GERMAN)
    assert "Okonedo, Bola" in officer.get(f"{again}/joiners").text


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({}, "Choose a column of the file."),
        (
            {"column_membership_number": "Mitgliedsnummer", "column_surname": "Mitgliedsnummer"},
            "something else already",
        ),
        ({NUMBER: "Mitgliedsnummer", SURNAME: "Nachname", "column_email": "?"}, "no such"),
    ],
)
def test_a_choice_of_columns_that_cannot_be_is_refused_and_stays(
    officer: Person, chosen: dict[str, str], says: str
) -> None:
    page = sent_and_read(officer, "1001,Smith,Ann", header=GERMAN)
    answer = officer.post(page, do="columns", **chosen)
    assert answer.status_code == 422
    assert says in answer.text
    assert latest().state == "failed"


def test_a_file_that_nobody_helps_is_deleted_after_two_days_and_its_columns_can_not_be_named_then(
    officer: Person,
) -> None:
    page = sent_and_read(officer, "1001,Smith,Ann", header=GERMAN)
    with clock.held(clock.now() + staging.STAGED_FOR + timedelta(minutes=1)):
        reading_job.sweep()
    assert files_kept() == []
    shown = officer.get(page)
    assert "Send another file" in shown.text
    assert "could not be used" in officer.get(PAGE).text
    assert officer.post_and_follow(page, do="columns").status_code == 200
    assert latest().state == "failed"


def test_what_is_remembered_of_columns_can_be_seen_changed_and_forgotten(officer: Person) -> None:
    path = f"{PAGE}/columns/unison"
    assert officer.post(path, do="save", column_surname="Nachname").status_code == 303
    assert 'value="nachname"' in officer.get(path).text
    assert officer.post(path, do="save", column_surname="a", column_email="A").status_code == 422
    assert officer.post(path, do="save", column_surname="x" * 101).status_code == 422
    assert officer.post(path, do="forget").status_code == 303
    settle()
    assert db.session.scalars(select(RollSource.columns)).all() == [""]
    assert [note for _actor, note in on_the_record("roll.columns")] == [
        "unison: surname: nachname",
        "unison: forgotten",
    ]


def test_the_history_comes_in_pages(officer: Person) -> None:
    for n in range(21):
        applied(officer, ANN.replace("Ann", f"Ann{n}"))
    first = officer.get(PAGE).text
    assert first.count('<th scope="row">') == 20
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert officer.get(older).text.count('<th scope="row">') == 1


def test_no_page_sends_more_statements_for_a_longer_roll(app: Flask, officer: Person) -> None:
    applied(officer, *(f"{n},Name,,,,,,," for n in range(100, 110)))

    def counts(first: int, last: int) -> list[int]:
        page = sent_and_read(officer, *(f"{n},Other{n},,,,,,," for n in range(first, last)), "7,,,,,,,,")
        found = []
        for path in (PAGE, page, *(f"{page}/{kind}" for kind in ("unreadable", "joiners", "changes", "leavers"))):
            with Statements(app) as statements:
                assert officer.get(path).status_code == 200
            found.append(len(statements.sent))
        officer.post(page, do="drop")
        reading_job.clear_away()
        return found

    few, many = counts(105, 108), counts(105, 405)
    assert few == many
    assert max(many) <= 30


def test_the_office_says_that_a_file_waits(officer: Person) -> None:
    sent_and_read(officer, ANN)
    assert "One file waits for your word." in officer.get("/admin").text
