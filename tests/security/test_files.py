"""Files with addresses in them are for the owner of the exchange alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import pytest
from flask import Flask

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail import jobs
from knowledge_exchange.mail.actions import post_mail


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """What most machines start a program with: others may read what it writes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_mail_that_is_written_as_files_can_be_read_by_the_owner_alone(app: Flask) -> None:
    with app.test_request_context(), unit_of_work():
        post_mail("somebody@example.org", "A link for you", "confirm", essential=True, link="http://x.example", days=1)
    with app.app_context():
        jobs.send_waiting()
    folder = app.config["KE_DATA_DIR"] / "mail"
    [message] = folder.iterdir()
    assert stat.S_IMODE(message.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
