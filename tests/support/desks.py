"""Every page that a member can open, found in the addresses of the app itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask

from tests.support.persons import Person

#: One's own data as a file, and what answers machines: no pages.
NO_PAGES = ("static", "admin.healthz", "admin.readyz", "admin.metrics")
ALL_CHOICES = {"neutral_tab": "y", "plain_addresses": "y", "quick_exit": "y", "blur_minutes": "5"}


def choose(who: Person, **choices: str) -> None:
    """Have somebody choose what others at their desk may see; what isn't named is off."""
    answer = who.post("/settings/desk", **{"blur_minutes": "0", **choices})
    assert answer.status_code == 303, answer.text


def every_path(app: Flask, values: Mapping[str, str]) -> Iterator[str]:
    """The path of every rule that answers GET, its parts taken from ``values``; ``1`` for what is not there."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            of_thread = rule.rule.startswith("/t/")
            given = {**values, "slug": values["thread_slug"]} if of_thread else values
            yield "".join(given.get(text, "1") if is_part else text for is_part, text in rule._trace if text != "|")
