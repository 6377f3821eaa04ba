"""Where a sign-in came from, in words, and nothing more of the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from sqlalchemy import select, text

from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.auth.places import in_words
from knowledge_exchange.core.db import Base, db
from tests.auth.door import EMAIL, PASSWORD, make_member, token_in

#: Of a British provider.
ADDRESS = "81.2.69.160"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (ADDRESS, "United Kingdom"),
        (f"::ffff:{ADDRESS}", "United Kingdom"),
        ("2a00:23c5::1", "United Kingdom"),
        ("127.0.0.1", "the computer that runs the exchange"),
        ("::1", "the computer that runs the exchange"),
        ("10.20.30.40", "a private network"),
        ("fd00::1", "a private network"),
        ("", ""),
        ("no address", ""),
    ],
)
def test_a_place_is_told_in_words(app: Flask, address: str, words: str) -> None:
    with app.test_request_context():
        assert in_words(address) == words


def test_a_file_with_towns_tells_the_town(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "towns.mmdb"
    writer = MMDBWriter(database_type="towns")
    writer.insert_network(IPSet(["81.2.69.0/24"]), {"city": {"names": {"en": "Leeds"}}, "country": {"iso_code": "GB"}})
    writer.insert_network(IPSet(["81.2.70.0/24"]), {"city": "York", "country_code": "GB"})
    writer.to_db_file(str(path))
    app.config["KE_PLACES_FILE"] = str(path)
    with app.test_request_context():
        assert in_words(ADDRESS) == "Leeds, United Kingdom"
        assert in_words("81.2.70.1") == "York, United Kingdom"
        assert in_words("81.2.71.1") == ""
        assert in_words("2a00:23c5::1") == "", "a file of IPv4 alone"


def test_a_file_that_is_not_there_costs_the_place_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    app.config["KE_PLACES_FILE"] = str(tmp_path / "none.mmdb")
    with app.test_request_context():
        assert in_words(ADDRESS) == ""


def test_the_list_of_sign_ins_tells_place_and_way_and_the_address_is_stored_nowhere(
    app: Flask, client: FlaskClient
) -> None:
    make_member(app)
    page = client.get("/sign-in")
    form = {"csrf_token": token_in(page), "email": EMAIL, "password": PASSWORD}
    answer = client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": ADDRESS})
    assert answer.status_code == 303
    page = client.get("/me")
    assert "United Kingdom" in page.text
    assert "with your password" in page.text
    with app.app_context():
        assert db.session.execute(select(SignIn.place, SignIn.way)).one() == ("United Kingdom", "password")
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(text(f"SELECT * FROM {table.name}")):
                assert ADDRESS not in str(tuple(row)), table.name
