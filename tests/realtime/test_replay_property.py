"""Whatever members do, and however long somebody was away: what they were told makes the page that they would get."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.realtime.support.acting import Exchange

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EXAMPLES = {"sqlite": 24, "postgres": 8}
STEPS = 25


def test_state_built_from_events_equals_a_fresh_page(app: Flask, database_kind: str) -> None:
    Exchange.app = app
    bounded = settings(
        max_examples=EXAMPLES[database_kind],
        stateful_step_count=STEPS,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Exchange, settings=bounded)
