"""An app context for words, and the organisations that the examples name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from knowledge_exchange.core import i18n
from knowledge_exchange.guard.finding import find
from knowledge_exchange.guard.findings import Finding
from knowledge_exchange.guard.organisations import Organisations

ORGANISATIONS = (
    ("R0A", "MANCHESTER UNIVERSITY NHS FOUNDATION TRUST"),
    ("RJ1", "GUY'S AND ST THOMAS' NHS FOUNDATION TRUST"),
    ("RTG", "UNIVERSITY HOSPITALS OF DERBY AND BURTON NHS FOUNDATION TRUST"),
    ("RP4", "GREAT ORMOND STREET HOSPITAL FOR CHILDREN NHS FOUNDATION TRUST"),
    ("RAT", "NORTH EAST LONDON NHS FOUNDATION TRUST"),
    ("RDU", "FRIMLEY HEALTH NHS FOUNDATION TRUST"),
    ("R1F", "ISLE OF WIGHT NHS TRUST"),
    ("A81001", "THE DENSHAM SURGERY"),
    ("RM3", "NORTHERN CARE ALLIANCE NHS FOUNDATION TRUST"),
    ("RWJ", "STOCKPORT NHS FOUNDATION TRUST"),
    ("RBV", "THE CHRISTIE NHS FOUNDATION TRUST"),
    ("RBS", "ALDER HEY CHILDREN'S NHS FOUNDATION TRUST"),
    ("RT2", "PENNINE CARE NHS FOUNDATION TRUST"),
    ("RRF", "WRIGHTINGTON, WIGAN AND LEIGH NHS FOUNDATION TRUST"),
    ("RPC", "QUEEN VICTORIA HOSPITAL NHS FOUNDATION TRUST"),
)

#: ``look(text, people=…)``: kind and words of everything that is found.
Look = Callable[..., list[tuple[str, str]]]


@pytest.fixture(scope="session")
def words_app() -> Flask:
    """Enough of an app for words to be said: no database, no rooms."""
    app = Flask("guard")
    app.config["SECRET_KEY"] = "for words only"
    i18n.init_app(app)
    return app


@pytest.fixture(scope="session")
def index() -> Organisations:
    """The organisations above."""
    return Organisations(ORGANISATIONS)


@pytest.fixture
def findings(words_app: Flask, index: Organisations) -> Callable[..., list[Finding]]:
    """``findings(text, people=…)``."""

    def found(text: str, people: tuple[str, ...] = ()) -> list[Finding]:
        with words_app.test_request_context():
            return find(text, people, index)

    return found


@pytest.fixture
def look(findings: Callable[..., list[Finding]]) -> Look:
    """``look(text, people=…)``."""
    return lambda text, people=(): [(one.kind, one.text) for one in findings(text, people)]
