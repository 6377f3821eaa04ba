"""Fetching from a registry that fails, stalls and lies: the whole roll, or nothing."""

from __future__ import annotations

import gzip
import stat
import time
from pathlib import Path

import pytest

from knowledge_exchange.verification.pulling import body as registry_body
from knowledge_exchange.verification.pulling.fetching import fetch_within
from knowledge_exchange.verification.pulling.https import HttpsRegistry, Patience
from knowledge_exchange.verification.pulling.registry import Access, Fetched, RegistryFailed, Unchanged
from tests.verification import registries
from tests.verification.registries import CSV, PEOPLE, TOKEN, Machine, says, sends, sends_gzip, sends_json

#: Long enough for a busy machine, except where being too slow is the point.
PATIENT = Patience(connect_s=20, read_s=20, total_s=60, tries=4, pause_s=0.01, longest_pause_s=1)
HURRIED = Patience(connect_s=20, read_s=0.5, total_s=2, tries=2, pause_s=0.01, longest_pause_s=1)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """The private folder."""
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


def opened(machine: Machine, patience: Patience = PATIENT) -> HttpsRegistry:
    return HttpsRegistry(Access(machine.url, TOKEN, is_lenient=True), patience)


def got(machine: Machine, into: Path, known: str = "") -> Fetched:
    found = opened(machine).fetch(known, into)
    assert isinstance(found, Fetched)
    return found


def refused(machine: Machine, into: Path, patience: Patience = PATIENT, known: str = "") -> RegistryFailed:
    with pytest.raises(RegistryFailed) as failed:
        opened(machine, patience).fetch(known, into)
    assert TOKEN not in str(failed.value)
    assert failed.value.__cause__ is None
    return failed.value


def test_a_csv_comes_as_it_is_into_a_file_for_its_owner_alone(machine: Machine, into: Path) -> None:
    machine.does(sends(CSV, ETag='"v1"'))
    found = got(machine, into)
    assert (found.path.read_text(), found.version) == (CSV, '"v1"')
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    [asked] = machine.asked
    assert asked["authorization"] == f"Bearer {TOKEN}"
    assert asked["accept"] == "text/csv, application/json"
    assert "if-none-match" not in asked


def test_what_is_known_is_said_and_needn_t_come_again(machine: Machine, into: Path) -> None:
    machine.does(says(304))
    assert opened(machine).fetch('W/"v1"', into) == Unchanged()
    assert machine.asked[0]["if-none-match"] == 'W/"v1"'


def test_unchanged_is_a_lie_where_nothing_is_known(machine: Machine, into: Path) -> None:
    machine.does(says(304))
    assert "nothing is known" in refused(machine, into).sentence


def test_one_that_fails_is_asked_again(machine: Machine, into: Path) -> None:
    machine.does(says(500), says(503), registries.hangs_up, sends(CSV))
    assert got(machine, into).path.read_text() == CSV
    assert len(machine.asked) == 4


def test_one_that_goes_on_failing_is_given_up(machine: Machine, into: Path) -> None:
    machine.does(says(502))
    failed = refused(machine, into)
    assert failed.try_again
    assert "(502)" in failed.sentence
    assert len(machine.asked) == PATIENT.tries


@pytest.mark.parametrize(("status", "said"), [(401, "token was refused"), (403, "token was refused"), (404, "no roll")])
def test_a_refusal_is_taken_at_its_word(machine: Machine, into: Path, status: int, said: str) -> None:
    machine.does(says(status))
    failed = refused(machine, into)
    assert said in failed.sentence
    assert not failed.try_again
    assert len(machine.asked) == 1


def test_a_pause_that_is_asked_for_is_kept(machine: Machine, into: Path) -> None:
    machine.does(says(429, Retry_After="1"), sends(CSV))
    began = time.monotonic()
    got(machine, into)
    assert time.monotonic() - began >= 1


def test_who_asks_for_a_long_pause_is_left_alone(machine: Machine, into: Path) -> None:
    machine.does(says(503, Retry_After="86400"))
    assert refused(machine, into).try_again
    assert len(machine.asked) == 1


@pytest.mark.parametrize("stall", [registries.stalls, registries.stalls_within])
def test_one_that_stalls_is_given_up(machine: Machine, into: Path, stall: registries.Answer) -> None:
    machine.does(stall)
    assert refused(machine, into, HURRIED).try_again
    assert len(machine.asked) == HURRIED.tries


def test_one_that_drips_is_given_up(machine: Machine, into: Path) -> None:
    machine.does(registries.drips)
    failed = refused(machine, into, HURRIED)
    assert "slowly" in failed.sentence
    assert len(machine.asked) == 1


def test_one_that_drips_its_headers_is_given_up_from_outside(machine: Machine, into: Path) -> None:
    machine.does(registries.drips_headers)
    with pytest.raises(RegistryFailed, match="doesn't come to an end"):
        fetch_within(opened(machine), "", into, 1.0)


@pytest.mark.parametrize(
    "lie",
    [
        registries.promises_more,
        registries.breaks_a_chunk,
        registries.leaves_out_the_last_chunk,
        registries.shows_no_end,
        sends_gzip(CSV.encode(), cut=3),
        sends_gzip(CSV.encode() * 50, cut=40),
        sends(b"\x1f\x8bnothing packed", Content_Encoding="gzip"),
        sends(CSV, Content_Encoding="br"),
        sends(gzip.compress(CSV.encode()) * 2, Content_Encoding="gzip"),
    ],
)
def test_half_an_answer_is_none(machine: Machine, into: Path, lie: registries.Answer) -> None:
    machine.does(lie)
    refused(machine, into)
    assert not (into / "roll.csv").exists()


def test_chunks_and_packing_are_understood(machine: Machine, into: Path) -> None:
    machine.does(registries.sends_chunks)
    assert got(machine, into).path.read_text() == CSV
    (into / "roll.csv").unlink()
    machine.does(sends_gzip(CSV.encode()))
    (into / "answer-0").unlink(missing_ok=True)
    assert got(machine, into).path.read_text() == CSV


def test_a_few_bytes_that_stand_for_gigabytes_are_not_unpacked(machine: Machine, into: Path) -> None:
    machine.does(sends_gzip(b"a,b\n" * 20 * 1024 * 1024))
    assert "64 MiB" in refused(machine, into).sentence
    assert sum(file.stat().st_size for file in into.iterdir()) <= registry_body.MAX_BYTES


LOGIN = "<!DOCTYPE html><html><title>Sign in</title></html>"


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (sends(LOGIN, "text/html"), "web page"),
        (sends("\n" + LOGIN, "text/csv"), "web page"),
        (sends(LOGIN, "application/json"), "web page"),
        (sends(CSV, "text/html"), "web page"),
        (sends(CSV, "application/json"), "not what it is said to be"),
        (sends("[]", "text/csv"), "not what it is said to be"),
        (sends(CSV, "application/pdf"), "neither CSV nor JSON"),
        (sends("", "text/csv"), "empty answer"),
        (sends(CSV, status=206), "makes no sense"),
        (sends(CSV, status=418), "makes no sense"),
    ],
)
def test_what_is_no_roll_is_refused_in_plain_words(
    machine: Machine, into: Path, lie: registries.Answer, said: str
) -> None:
    machine.does(lie)
    assert said in refused(machine, into).sentence


def test_a_redirect_within_the_server_is_followed(machine: Machine, into: Path) -> None:
    machine.does(says(302, Location="/new"), sends(CSV))
    got(machine, into)
    assert [asked["path"] for asked in machine.asked] == ["/roll?of=all", "/new"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_is_never_carried_to_another_server(machine: Machine, into: Path, status: int) -> None:
    with registries.running() as other:
        other.does(sends(CSV))
        machine.does(says(status, Location=other.url))
        assert "another server" in refused(machine, into).sentence
        assert other.asked == []


def test_a_chain_of_redirects_ends(machine: Machine, into: Path) -> None:
    machine.does(says(302, Location="/again"))
    assert "without end" in refused(machine, into).sentence


@pytest.mark.parametrize("version", ["x" * 500, '"caf\u00e9"'])
def test_a_version_that_can_t_be_sent_back_is_not_kept(machine: Machine, into: Path, version: str) -> None:
    machine.does(sends(CSV, ETag=version))
    assert got(machine, into).version == ""


def test_json_becomes_a_roll_file(machine: Machine, into: Path) -> None:
    machine.does(sends_json(PEOPLE))
    header, ann, bola = got(machine, into).path.read_text().splitlines()
    assert header == "membership_number,surname,first_name,email"
    assert ann == "0012345678,Smith,Ann,ann@home.example"
    assert bola == "40217788,Okonedo,Bola,b@home.example"


def test_cut_json_is_refused_as_a_whole(machine: Machine, into: Path) -> None:
    machine.does(sends('[{"membership_number": "1234567", "surname": "Smith"}, {"membersh', "application/json"))
    failed = refused(machine, into)
    assert "broken" in failed.sentence
    assert "1234567" not in failed.sentence
