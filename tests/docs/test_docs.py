"""The documentation names everything that there is, and leads nowhere that is not."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from knowledge_exchange.cli.main import COMMANDS, Commands
from knowledge_exchange.core import hooks
from knowledge_exchange.core.settings import SETTINGS
from knowledge_exchange.realtime.events import MEMBER_KINDS, THREAD_KINDS
from knowledge_exchange.realtime.sockets import Live
from tests.support.shared import ROOT
from tools.settings_table import in_document, table

DOCS = ROOT / "docs"
OPERATORS = DOCS / "operators.md"
ARCHITECTURE = DOCS / "developers" / "architecture.md"
LIVE = DOCS / "developers" / "live.md"
DECISIONS = DOCS / "adr"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LARGEST_PICTURE_BYTES = 150_000
_LINK = re.compile(r'\]\(([^)\s]+)\)|<img src="([^"]+)"')
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def options(name: str, command: click.Command) -> Iterator[tuple[str, str]]:
    """Every (sub)command with each of its options."""
    if isinstance(command, click.Group):
        for inner_name, inner in command.commands.items():
            yield from options(f"{name} {inner_name}", inner)
        return
    yield name, ""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            yield name, parameter.opts[0]


def socket_events() -> set[str]:
    """What browsers may say, and what they are told."""
    said = {name.removeprefix("on_") for name in dir(Live) if name.startswith("on_")} - {"connect", "disconnect"}
    return said | THREAD_KINDS | MEMBER_KINDS | {"goodbye"}


def anchors(path: Path) -> set[str]:
    """The places within a page, as the hosts of repositories name them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> list[str]:
    """Where a page leads inside the repository."""
    found = [markdown or image for markdown, image in _LINK.findall(_FENCE.sub("", text_of(path)))]
    return [goal for goal in found if "://" not in goal and not goal.startswith("mailto:")]


def test_the_table_of_settings_says_what_the_code_says() -> None:
    found = in_document(text_of(OPERATORS))
    assert found == table(), "run: .venv/bin/python tools/settings_table.py"
    assert all(f"| `{setting.name}` |" in found for setting in SETTINGS)


def test_every_command_of_the_operator_is_described() -> None:
    described = "\n".join(line for line in text_of(OPERATORS).splitlines() if line.startswith("| `"))
    cli = Commands("knowledge-exchange")
    context = click.Context(cli)
    missing = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        for words, option in options(name, command):
            if f"`{words}" not in described or option not in text_of(OPERATORS):
                missing.append(f"{words} {option}")
    assert missing == []


def test_every_socket_event_is_described() -> None:
    described = set(re.findall(r"^\| `(\w+)`", text_of(LIVE), re.MULTILINE))
    assert described == socket_events()


def test_every_hook_is_named() -> None:
    text = text_of(ARCHITECTURE)
    assert [name for name in hooks.NAMES if f"`{name}`" not in text] == []


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    package = configparser.ConfigParser()
    package.read(ROOT / "setup.cfg", encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == package["metadata"]["version"]


def test_every_decision_is_listed_and_short() -> None:
    listed = set(links(DECISIONS / "README.md"))
    decisions = {path.name: text_of(path) for path in DECISIONS.glob("0*.md")}
    assert listed == set(decisions)
    assert [name for name, text in decisions.items() if "**Decision.**" not in text or len(text.split()) > 400] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_leads_nowhere(page: Path) -> None:
    for goal in links(page):
        name, _, anchor = goal.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), goal
        assert not anchor or anchor in anchors(target), goal


def test_pictures_are_small() -> None:
    pictures = list((DOCS / "images").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE_BYTES] == []
