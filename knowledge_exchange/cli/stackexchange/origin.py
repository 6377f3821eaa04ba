"""Where imported posts come from: how it is named wherever they are shown, and how they are known again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from flask_babel import gettext as _

from knowledge_exchange.cli.stackexchange import DEFAULT_LICENCE
from knowledge_exchange.cli.stackexchange.rows import Row

LONGEST_NAME = 80
LONGEST_LICENCE = 40

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org)\b")
_SHORT_NAME = re.compile(r"stackexchange-([a-z0-9-]+?)-posts\b")


@dataclass(frozen=True, slots=True)
class Origin:
    """A forum: ``name`` as shown (its host name where known), ``key`` in the keys of its posts."""

    name: str
    key: str
    licence: str = DEFAULT_LICENCE

    @property
    def address(self) -> str | None:
        """The forum's own address, for links that leave it out."""
        return f"https://{self.name}" if _HOST.fullmatch(self.name) else None

    def known_by(self, first: Row) -> Origin:
        """This origin; one without a name is told from others by its first question."""
        return self if self.key else replace(self, key=f"{first.id}@{first.created:%Y%m%d%H%M%S}")

    def post_key(self, id_: int) -> str:
        """The same post in every dump of this forum."""
        return f"stackexchange:{self.key}:{id_}"

    def voice_key(self, row: Row) -> str:
        """The same person; under another licence it is another voice, for the voice names it."""
        who = f"name:{row.owner_name}" if row.owner_name else "nobody"
        if row.owner is not None:
            who = f"user:{row.owner}"
        return f"stackexchange:{self.key}:{who}:{self._licence_of(row)}"

    def credit(self, row: Row) -> str:
        """What is said of the post's source wherever it is shown."""
        return f"{self.name}, {self._licence_of(row)}"

    def _licence_of(self, row: Row) -> str:
        return (row.licence or self.licence)[:LONGEST_LICENCE]


def origin_of(path: Path, site: str | None, licence: str) -> Origin:
    """The forum that a dump at ``path`` comes from: as said, or as its file or folder is called."""
    name = site or _host_in(path.name) or _host_in(path.resolve().parent.name)
    return Origin(name or "Stack Exchange", name or "", licence)


def _host_in(name: str) -> str | None:
    host = _HOST.search(name.lower())
    if host:
        return host.group()
    short = _SHORT_NAME.search(name.lower())
    return f"{short.group(1)}.stackexchange.com" if short else None


def shown_name(row: Row) -> str:
    """What an author is called here: as the dump names them, else by number."""
    if row.owner_name:
        name = " ".join(row.owner_name.split())
        return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    if row.owner is not None:
        return str(_("Contributor %(number)s", number=row.owner))
    return str(_("Contributor (unknown)"))
