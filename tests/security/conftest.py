"""The community in which the exchange is attacked."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.community import Community, settle


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks."""
    return settle(app)
