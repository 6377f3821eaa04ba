"""The check that no template asks for a role by name, tried on templates that do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).resolve().parents[2] / "tools" / "check_roles_in_templates.py"

ASKING = [
    '{% if me.role == "officer" %}x{% endif %}',
    '{% if network.my_role != "member" %}x{% endif %}',
    '{% if "administrator" == someone %}x{% endif %}',
    '{% if me.role in ("membership_officer", "administrator") %}x{% endif %}',
    '{{ "x" if acted_as not in ["lead"] else "y" }}',
]
HARMLESS = [
    "{% if network.my_role %}x{% endif %}",
    "{{ offices[member.role] }}{% if look.role in offices %}x{% endif %}",
    '{% if thread.kind == "member" %}x{% endif %}',
    '{% if may_moderate(network.my_role) %}{{ _("moderator") }}{% endif %}',
]


def _checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(CHECK), str(folder)], capture_output=True, text=True, check=False)


def test_each_way_of_asking_for_a_role_by_name_is_found_with_its_line(tmp_path: Path) -> None:
    for number, source in enumerate(ASKING):
        (tmp_path / f"t{number}.html").write_text(f"<p>\n{source}\n")
    done = _checked(tmp_path)
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [f"t{n}.html:2" for n in range(len(ASKING))]


@pytest.mark.parametrize("source", HARMLESS)
def test_what_only_shows_a_role_or_is_given_a_boolean_is_let_through(tmp_path: Path, source: str) -> None:
    (tmp_path / "t.html").write_text(source)
    assert _checked(tmp_path).returncode == 0


def test_no_template_of_the_exchange_asks_for_one() -> None:
    done = subprocess.run([sys.executable, str(CHECK)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
