"""Write the table of settings in docs/operators.md anew from the settings themselves."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "operators.md"
BEGIN = "<!-- settings: written by tools/settings_table.py -->\n"
END = "<!-- end of settings -->\n"


def table() -> str:
    """The settings in the order of the code: name, default, what it is for."""
    from knowledge_exchange.core.settings import SETTINGS

    rows = [
        (f"`{setting.name}`", _default(setting.default), _help(setting.help, setting.secret)) for setting in SETTINGS
    ]
    lines = [f"| {' | '.join(row)} |" for row in (("setting", "default", "meaning"), ("---",) * 3, *rows)]
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if value != "" else ""


def _help(text: str, secret: bool) -> str:
    return f"{text} (a secret)" if secret else text


def in_document(text: str) -> str:
    """The table as it stands in the document. Raises ``ValueError`` where its marks are missing."""
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def main() -> None:
    """Replace the table in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(before + BEGIN + table() + after, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
