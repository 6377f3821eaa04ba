"""Built files: found by name, sent small, kept by browsers; and nothing else of the machine is."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from knowledge_exchange.core import assets, compression

#: Of a page that is read, gzipped (35 KiB).
MOST_SCRIPT_BYTES = 35 * 1024


@pytest.fixture
def browser_like() -> Iterator[FlaskClient]:
    """A client of an app that has nothing but the two parts under test, and one page."""
    app = Flask(__name__, static_folder=str(assets.STATIC))
    assets.init_app(app)
    compression.init_app(app)
    app.add_url_rule("/page", view_func=lambda: f"<p>{'Words enough to be worth it. ' * 100}</p>", endpoint="page")
    app.add_url_rule("/note", view_func=lambda: "<p>Short</p>", endpoint="note")
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("name", ["app.css", "app.js", "icons.svg", "faustina-head.woff2", "favicon.svg"])
def test_every_file_that_pages_name_was_built_and_is_served(name: str, browser_like: FlaskClient) -> None:
    answer = browser_like.get(assets.asset_url(name), buffered=True)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_pages_name_the_scripts_that_theirs_takes_in_before_it_starts(browser_like: FlaskClient) -> None:
    script = browser_like.get(assets.asset_url("app.js"), buffered=True).data.decode()
    parts = assets.parts_of("app.js")
    taken_in = set(re.findall(r'from"\./([^"]+)"', script))
    assert {address.rpartition("/")[2] for address in parts} >= taken_in != set()


def test_readers_need_not_load_what_helps_with_writing(browser_like: FlaskClient) -> None:
    script = browser_like.get(assets.asset_url("app.js"), buffered=True).data.decode()
    composer = assets.asset_url("composer.js")
    assert f'import("./{composer.rpartition("/")[2]}")' in script
    assert composer not in assets.parts_of("app.js")
    addresses = [assets.asset_url("app.js"), *assets.parts_of("app.js")]
    gzipped = {"Accept-Encoding": "gzip"}
    sizes = [len(browser_like.get(address, headers=gzipped, buffered=True).data) for address in addresses]
    assert sum(sizes) <= MOST_SCRIPT_BYTES


def test_a_name_that_was_never_built_says_what_to_do() -> None:
    with pytest.raises(assets.AssetsMissing, match="make setup"):
        assets.asset_url("no-such.css")


@pytest.mark.parametrize(("accepted", "sent"), [("gzip, br", "br"), ("gzip", "gzip"), ("gzip;q=0", None), ("", None)])
def test_a_built_file_comes_in_the_best_coding_that_the_browser_takes(
    accepted: str, sent: str | None, browser_like: FlaskClient
) -> None:
    answer = browser_like.get(assets.asset_url("app.css"), headers={"Accept-Encoding": accepted}, buffered=True)
    assert answer.headers.get("Content-Encoding") == sent
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_compressed_file_holds_the_same_as_the_plain_one(browser_like: FlaskClient) -> None:
    address = assets.asset_url("app.js")
    packed = browser_like.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert gzip.decompress(packed.data) == browser_like.get(address, buffered=True).data


@pytest.mark.parametrize("path", ["/static/dist/none-1.css", "/static/../core/config.py", "/static/dist/"])
def test_nothing_but_static_files_is_served(path: str, browser_like: FlaskClient) -> None:
    assert browser_like.get(path, buffered=True).status_code == 404


def test_a_page_is_compressed_for_those_who_take_it(browser_like: FlaskClient) -> None:
    plain = browser_like.get("/page", buffered=True)
    packed = browser_like.get("/page", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 5
    assert gzip.decompress(packed.data) == plain.data


def test_a_short_answer_is_left_as_it_is(browser_like: FlaskClient) -> None:
    answer = browser_like.get("/note", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_compressed_page_is_blurred_against_guessing_what_is_in_it() -> None:
    body = b"the same page " * 200
    assert len({len(compression.packed(body)) for _ in range(60)}) > 10
