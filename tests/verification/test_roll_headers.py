"""Which column is which: by its name, by its other names, as remembered, or as somebody says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.cli.roll import group
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.text_lines import UnreadableFile
from knowledge_exchange.verification.models import RollEntry, RollSource
from knowledge_exchange.verification.rolls.file import open_roll
from knowledge_exchange.verification.rolls.headers import Header, match_header
from knowledge_exchange.verification.rolls.look import look_at
from knowledge_exchange.verification.rolls.sources import mapping_of, remember_mapping

pytestmark = pytest.mark.usefixtures("in_app")

FileOf = Callable[..., Path]


def used(*header: str, said: dict[str, str] | None = None, remembered: dict[str, str] | None = None) -> Header:
    return match_header(header, said or {}, remembered or {})


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Membership No", "membership_number"),
        ("Member Number", "membership_number"),
        ("Mem No.", "membership_number"),
        ("MEMBERSHIP-NUMBER", "membership_number"),
        ("Last Name", "surname"),
        ("Family name", "surname"),
        ("Forename(s)", "first_name"),
        ("Given name", "first_name"),
        ("E-mail address", "email"),
        ("Employer code", "ods_code"),
        ("ODS", "ods_code"),
        ("Membership type", "category"),
        ("Join date", "joined"),
        ("Date Joined", "joined"),
        ("Paid to", "paid_up_to"),
        ("Maiden name", "former_names"),
        ("Previous surname(s)", "former_names"),
        ("Former names", "former_names"),
    ],
)
def test_the_usual_other_names_are_understood_without_being_told(theirs: str, ours: str) -> None:
    needed = {"membership_number", "surname"} - {ours}
    header = used(theirs, *needed)
    assert header.used[ours] == theirs
    assert header.names[0] == ours


def test_only_what_was_guessed_is_said_to_be() -> None:
    header = used("Membership Number", "Last name", "Colour", said={"surname": "last NAME"})
    assert header.guessed == {}
    assert used("Member No", "surname").guessed == {"membership_number": "Member No"}
    assert header.ignored == ["colour"]


def test_of_several_addresses_the_private_one_is_taken() -> None:
    header = used("membership_number", "surname", "Work e-mail", "Home e-mail")
    assert header.used["email"] == "Home e-mail"


def test_what_is_said_beats_what_is_remembered_and_that_beats_guessing() -> None:
    columns = ("Membership No", "Our ref", "Card", "surname")
    assert used(*columns).used["membership_number"] == "Membership No"
    remembered = {"membership_number": "our_ref"}
    assert used(*columns, remembered=remembered).used["membership_number"] == "Our ref"
    said = {"membership_number": "Card"}
    assert used(*columns, said=said, remembered=remembered).used["membership_number"] == "Card"


def test_a_column_can_be_said_not_to_be_there() -> None:
    header = used("membership_number", "surname", "Region", said={"region": ""})
    assert "region" not in header.used
    assert header.ignored == ["region"]
    assert "region" not in header.names


def test_a_remembered_column_that_this_file_lacks_is_told_and_guessed_instead() -> None:
    header = used("Member No", "surname", remembered={"membership_number": "ref", "region": "area"})
    assert header.used["membership_number"] == "Member No"
    assert header.lost == {"membership_number": "ref", "region": "area"}


@pytest.mark.parametrize(
    ("header", "said", "words"),
    [
        (("Surname", "Colour"), {}, r"missing: membership_number\. It has: Surname, Colour\."),
        (("Colour", "Shape"), {}, r"missing: membership_number, surname\. It has: Colour, Shape\."),
        (("Number", "Surname"), {"membership_number": "No"}, r"no column “No” for membership_number\. It has: Number"),
        (("Member No", "member-no", "surname"), {}, "twice: member_no"),
        (("A", "A", "surname"), {"membership_number": "a"}, "twice: A"),
        (("A", "B"), {"membership_number": "A", "surname": "A"}, "can’t be two"),
    ],
)
def test_a_header_that_will_not_do_is_refused_with_what_there_is(
    header: tuple[str, ...], said: dict[str, str], words: str
) -> None:
    with pytest.raises(UnreadableFile, match=words):
        used(*header, said=said)


def test_a_mapping_is_remembered_on_record_and_once(roll_file: FileOf) -> None:
    with unit_of_work():
        remember_mapping("unison", {"membership_number": "Our  Ref"})
    with unit_of_work():
        remember_mapping("unison", {"membership_number": "our ref"})
        remember_mapping("unison", {})
    with unit_of_work():
        remember_mapping("unison", {"region": ""})
    assert mapping_of("unison") == {"membership_number": "our_ref", "region": ""}
    assert mapping_of("fda") == {}
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == "roll.columns"))
    assert sorted(notes) == ["unison: membership_number: our_ref", "unison: region: -"]


@pytest.mark.parametrize("stored", ["", "nonsense", "[1]", '{"password": "x", "surname": 7}'])
def test_a_mapping_that_makes_no_sense_is_none(stored: str) -> None:
    with unit_of_work() as work:
        work.add(RollSource(source="unison", columns=stored))
    assert mapping_of("unison") == {}


def run(path: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["import", str(path), "--source", "unison", *words])


def test_the_command_says_what_it_guessed_and_takes_what_it_is_told(roll_file: FileOf) -> None:
    path = roll_file("Smith,1234567,R1", header="Last name,Member No,Reference")
    done = run(path)
    assert "used “Member No” as membership_number" in done.stdout
    assert "used “Last name” as surname" in done.stdout
    assert "Columns that were not used: reference" in done.stdout
    assert mapping_of("unison") == {}
    done = run(path, "--map", "membership_number=Reference", "--allow-lapse", "100")
    assert done.exit_code == 0, done.output
    assert mapping_of("unison") == {"membership_number": "reference"}
    assert "1 added" in done.stdout
    assert "1 unchanged" in run(path).stdout


def test_a_mapping_is_not_remembered_when_nothing_was_imported(roll_file: FileOf) -> None:
    path = roll_file("Smith,1234567,R1", header="Last name,Member No,Reference")
    run(path, "--map", "membership_number=Reference", "--dry-run")
    run(path, "--map", "membership_number=Last name")
    assert mapping_of("unison") == {}


@pytest.mark.parametrize(
    "words",
    [
        ("--map", "Reference"),
        ("--map", "password=Reference"),
        ("--map", "surname="),
        ("--map", "surname=A", "--map", "surname=B"),
    ],
)
def test_a_mapping_that_means_nothing_is_bad_usage(roll_file: FileOf, words: tuple[str, ...]) -> None:
    assert run(roll_file("1,Smith", header="a,b"), *words).exit_code == 2


def test_a_workbook_is_a_roll_like_any_other(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Mem No.", "Surname", "Maiden name"])
    book.worksheets[0].append([12345678, "Smith", "formerly Jones / Okafor"])
    book.save(tmp_path / "roll.xlsx")
    done = run(tmp_path / "roll.xlsx")
    assert "1 added" in done.stdout, done.output
    entry = db.session.scalars(select(RollEntry)).one()
    assert (entry.number_tail, entry.surname, entry.former_names) == ("78", "Smith", "Jones;Okafor")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Jones", "Jones"),
        ("Jones; Smith-Brown", "Jones;Smith-Brown"),
        ("née Ní Bhriain", "Ní Bhriain"),
        ("Jones, formerly Brown (Jones)", "Jones;Brown"),
        ("-", ""),
        ("2019", ""),
        ("", ""),
    ],
)
def test_former_names_are_kept_as_surnames(roll_file: FileOf, text: str, names: str) -> None:
    path = roll_file(f'1,Smith,"{text}"', header="membership_number,surname,former_names")
    [row] = open_roll(path, "unison").rows
    assert row.values["former_names"] == names


def test_a_first_look_shows_the_columns_and_hides_the_people(roll_file: FileOf) -> None:
    line = "0012345678,Smith,ann@home.example,NH 12 34 56 C,London"
    look = look_at(roll_file(line, line, line, line, header="Member No,Last name,Email,NI number,Region"))
    assert look.header == ["Member No", "Last name", "Email", "NI number", "Region"]
    assert look.mapping == {
        "membership_number": "Member No",
        "surname": "Last name",
        "email": "Email",
        "region": "Region",
    }
    assert look.sample == [["••••••••78", "Smith", "xxx@xxxx.xxxxxxx", "xx 00 00 00 x", "London"]] * 3


def test_a_first_look_uses_what_is_remembered_and_needs_nothing(roll_file: FileOf) -> None:
    with unit_of_work():
        remember_mapping("unison", {"membership_number": "ref"})
    look = look_at(roll_file("AB12,x", header="Ref,Shape"), "unison")
    assert look.mapping == {"membership_number": "Ref"}
    assert look.sample == [["••12", "x"]]
    twice = look_at(roll_file("AB12,x", header="Surname,Surname"))
    assert (twice.mapping, twice.sample) == ({}, [["xx00", "x"]])
