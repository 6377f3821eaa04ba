"""Kept pages: nothing of one reader reaches another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from jinja2 import DictLoader
from markupsafe import escape

from knowledge_exchange.core import shells
from knowledge_exchange.core.latest import Latest
from knowledge_exchange.core.shells import Given, Hole

PAGES = {
    "page.html": "<p>{{ title }}</p><b id={{ number }}>{{ name }}</b>{% if loud %}!{% endif %}{{ name }}",
    "text.html": "{{ _('Hello %(name)s', name=name) }} {{ name|upper if False else name }}",
    "mine.html": "{{ me.name }}",
    "thing.html": "{{ thing.title }} {{ thing.secret }}",
}


@dataclass(frozen=True, slots=True)
class Thing(Given):
    title: str


@pytest.fixture
def app() -> Iterator[Flask]:
    from knowledge_exchange.core import i18n

    app = Flask(__name__)
    app.jinja_env.loader = DictLoader(PAGES)
    i18n.init_app(app)
    with app.test_request_context():
        yield app


def show(name: str, title: str = "T", loud: bool = False, keep: bool = True, template: str = "page.html") -> str:
    facts = {"title": title, "loud": loud}
    holes = {"name": Hole("name"), "number": Hole("number")}
    values: dict[str, str | bytes] = {"name": str(escape(name)), "number": b"7"}
    return shells.page(template, facts, values, zone="Europe/London", keep=keep, **holes).decode()


def test_holes_are_filled_for_each_reader(app: Flask) -> None:
    assert show("Ann") == "<p>T</p><b id=7>Ann</b>Ann"
    assert show("B<b>") == "<p>T</p><b id=7>B&lt;b&gt;</b>B&lt;b&gt;"


def test_other_facts_are_another_page(app: Flask) -> None:
    assert show("Ann", title="<One>") == "<p>&lt;One&gt;</p><b id=7>Ann</b>Ann"
    assert show("Ann", title="Two", loud=True) == "<p>Two</p><b id=7>Ann</b>!Ann"


def test_a_hole_goes_through_a_translated_sentence(app: Flask) -> None:
    assert show("Zoë", template="text.html") == "Hello Zoë Zoë"


def test_a_page_is_rendered_once_for_the_same_facts(app: Flask) -> None:
    show("Ann", title="kept")
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    app.jinja_env.loader = DictLoader({})
    assert "kept" in show("Ben", title="kept")


def test_what_is_not_to_be_kept_is_not(app: Flask) -> None:
    show("Ann", title="once", keep=False)
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    app.jinja_env.loader = DictLoader({**PAGES, "page.html": "another {{ title }}"})
    assert show("Ann", title="once") == "another once"


def test_a_fact_that_is_not_in_the_key_cannot_be_shown(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="no 'secret'"):
        shells.page("thing.html", {"thing": Thing("open")}, {}, zone="Europe/London", keep=True)


def test_only_so_many_pages_are_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "_kept", Latest(5))
    for number in range(9):
        show("Ann", title=str(number))
    assert len(shells._kept) == 5


def test_a_piece_is_kept_under_its_facts_and_knows_no_reader(app: Flask) -> None:
    assert shells.fragment("page.html", title="<One>", number=1, name="Ann") == "<p>&lt;One&gt;</p><b id=1>Ann</b>Ann"
    assert shells.fragment("page.html", title="Two", number=1, name="Ann") == "<p>Two</p><b id=1>Ann</b>Ann"
    with pytest.raises(RuntimeError, match="no 'name'"):
        shells.fragment("mine.html")


def test_only_so_many_pieces_are_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "_fragments", Latest(5))
    for number in range(9):
        shells.fragment("page.html", title="T", number=number, name="Ann")
    assert len(shells._fragments) == 5
