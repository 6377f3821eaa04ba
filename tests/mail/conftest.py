"""An exchange that sends by SMTP, and where its server ought to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask

from tests.mail.postbox import Postbox
from tests.support.shared import free_port


class Smtp(NamedTuple):
    """An app, the port to which it sends, and who answers there once a server is started."""

    app: Flask
    port: int
    postbox: Postbox


@pytest.fixture
def smtp(make_app: Callable[..., Flask]) -> Smtp:
    """An app that sends by SMTP; nobody listens yet."""
    port = free_port()
    return Smtp(make_app(KE_SMTP_URL=f"smtp://127.0.0.1:{port}"), port, Postbox())
