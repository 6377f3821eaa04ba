"""``knowledge-exchange import stackexchange``: bring in a forum's history from its data dump."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.cli.console import FAILED, fail, progress, with_exchange
from knowledge_exchange.cli.stackexchange import DEFAULT_LICENCE

if TYPE_CHECKING:
    from knowledge_exchange.cli.stackexchange.writing import Importer, Tally

#: Lines with trouble that are listed; the others are counted.
MOST_LISTED = 1000
_HOST_NAME = re.compile(r"(?=.{4,80}\Z)[a-z0-9-]+(\.[a-z0-9-]+)+")


@click.group("import")
def import_group() -> None:
    """Bring in what was written elsewhere."""


def _site(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    host = value.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    if not _HOST_NAME.fullmatch(host):
        raise click.BadParameter(_("give the forum's host name, such as matheducators.stackexchange.com"))
    return host


@import_group.command("stackexchange")
@click.argument("posts", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--network", "slug", required=True, metavar="SLUG", help="The network that gets the threads.")
@click.option("--site", callback=_site, metavar="HOST", help="The forum's host name, where the file's doesn't tell.")
@click.option("--licence", default=DEFAULT_LICENCE, show_default=True, help="Of posts that don't name their own.")
@with_exchange
def stackexchange(posts: Path, slug: str, site: str | None, licence: str) -> None:
    """Import POSTS (a Posts.xml, plain or packed with xz): questions as problems, answers as replies.

    Authors become voices that name the source. Running it again adds only what is new. Rows that
    can't be read are listed with their line.
    """
    from knowledge_exchange.cli.stackexchange.origin import origin_of
    from knowledge_exchange.cli.stackexchange.writing import Importer

    troubles = _Troubles()
    importer = Importer(_network_id(slug), origin_of(posts, site, licence), troubles.add)
    _run(importer, posts)
    troubles.tell()
    tally = importer.tally
    click.echo(summary(tally))
    if not tally.complete or (tally.damaged and not tally.good):
        raise SystemExit(FAILED)


def _network_id(slug: str) -> int:
    from sqlalchemy import select

    from knowledge_exchange.core.db import db, end_read
    from knowledge_exchange.networks.models import Network

    found = db.session.scalar(select(Network.id).where(Network.slug == slug))
    end_read()
    if found is None:
        raise click.BadParameter(_("there is no network “%(slug)s”", slug=slug), param_hint="--network")
    return found


def _run(importer: Importer, posts: Path) -> None:
    from sqlalchemy.exc import IntegrityError

    from knowledge_exchange.cli.stackexchange.reading import PASSES, NotADump, read_posts
    from knowledge_exchange.core.db import Busy

    read = 0
    try:
        with progress(f"Importing {posts.name}", max(PASSES * posts.stat().st_size, 1)) as tell:

            def on_read(size: int) -> None:
                nonlocal read
                read += size
                tell(read)

            importer.run(read_posts(posts, on_read))
    except NotADump as error:
        fail(_("%(file)s can't be imported: %(reason)s.", file=posts.name, reason=error))
    except OSError as error:
        fail(_("%(file)s can't be read: %(reason)s.", file=posts.name, reason=error.strerror or error))
    except Busy:
        fail(_("The database is busy with another process. What was imported is kept: run it again for the rest."))
    except IntegrityError:
        fail(_("The same posts are being imported twice at once. What was imported is kept: run it again."))


class _Troubles:
    """What could not be imported as it was, told after the progress bar has ended."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0

    def add(self, line: int, reason: str) -> None:
        """Note what is wrong in a line."""
        if len(self._lines) < MOST_LISTED:
            self._lines.append(_("line %(line)s: %(reason)s", line=line, reason=reason))
        else:
            self._more += 1

    def tell(self) -> None:
        """Print them."""
        for line in self._lines:
            click.echo(line)
        if self._more:
            click.echo(_("… and %(more)s more lines with trouble", more=f"{self._more:,}"))


def summary(tally: Tally) -> str:
    """The one line at the end."""
    imported = ", ".join(
        (
            ngettext("%(count)s problem", "%(count)s problems", tally.problems, count=f"{tally.problems:,}"),
            ngettext("%(count)s reply", "%(count)s replies", tally.replies, count=f"{tally.replies:,}"),
            ngettext("%(count)s answer", "%(count)s answers", tally.answers, count=f"{tally.answers:,}"),
        )
    )
    parts = [_("%(what)s imported", what=imported)]
    if tally.known:
        known = f"{tally.known:,}"
        parts.append(ngettext("%(count)s was here already", "%(count)s were here already", tally.known, count=known))
    others = f"{tally.others:,}"
    parts.append(
        ngettext(
            "%(count)s row of other kinds skipped", "%(count)s rows of other kinds skipped", tally.others, count=others
        )
    )
    parts.append(_("%(count)s damaged", count=f"{tally.damaged:,}"))
    if not tally.complete:
        parts.append(_("the file is not complete"))
    return "; ".join(parts)
