"""No template asks for a role by name: it is given booleans from a policy, so that a right is said in one place.

Fails on a comparison of anything with the name of a role, and of a role with any text. Words for people may say what
somebody's office is called: looking up a role in a dict of words is no comparison.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
#: What somebody can be in a network or in the exchange; "member" is compared as an attribute only.
ROLES = frozenset({"moderator", "lead", "officer", "membership_officer", "administrator"})
#: Under these names rows hold a role.
HOLDERS = frozenset({"role", "my_role", "network_role", "acted_as", "actor_role"})


def asked_in(source: str) -> Iterator[int]:
    """The lines of a template in which a role is asked for by name."""
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True).parse(source)
    for compare in tree.find_all(nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        texts = [text for side in sides for text in _texts(side)]
        if ROLES.intersection(texts) or (texts and any(_holds_role(side) for side in sides)):
            yield compare.lineno


def _texts(side: nodes.Expr) -> Iterator[str]:
    """The constant texts on one side, also those in a list."""
    parts = side.items if isinstance(side, (nodes.List, nodes.Tuple)) else [side]
    for part in parts:
        if isinstance(part, nodes.Const) and isinstance(part.value, str):
            yield part.value


def _holds_role(side: nodes.Expr) -> bool:
    if isinstance(side, nodes.Getattr):
        return side.attr in HOLDERS
    return isinstance(side, nodes.Name) and side.name in HOLDERS


def main(folder: Path) -> int:
    """Print every such line; exit status 1 if there is one."""
    found = [
        f"{path.relative_to(folder)}:{line}: asks for a role by name; give the template a boolean from a policy"
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".html", ".txt")
        for line in asked_in(path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "templates"))
