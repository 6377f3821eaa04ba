"""The texts of posts, converted and rendered: what takes the time of an import."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from flask_babel import gettext as _

from knowledge_exchange.cli.stackexchange.conversion import to_markdown
from knowledge_exchange.cli.stackexchange.rows import Row
from knowledge_exchange.core.markup import MAX_CHARS, render
from knowledge_exchange.core.text import clean_text

#: Posts that a process is given at once.
_AT_ONCE = 8
#: More would wait for the one that writes.
MOST_PROCESSES = 4
NICENESS = 10


@dataclass(frozen=True, slots=True)
class Text:
    """A post's Markdown and its HTML; ``is_cut``: it was longer than posts may be."""

    body: str
    html: str
    is_cut: bool = False


class Texts:
    """Turns rows into texts, in processes of their own: it takes nearly all the time of an import."""

    def __init__(self) -> None:
        processes = max(1, min(os.cpu_count() or 1, MOST_PROCESSES))
        self._pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)

    def __enter__(self) -> Texts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def of(self, rows: Sequence[Row], site: str | None) -> Iterator[tuple[Row, Text]]:
        """The text of each row, in their order; links without a host belong to ``site``."""
        note = "\n\n" + str(_("(The end of this text was left out: it is longer than a post may be.)"))
        made = self._pool.map(partial(_made, site=site, note=note), [row.body for row in rows], chunksize=_AT_ONCE)
        return zip(rows, made, strict=True)


def _begin() -> None:
    """Let whatever serves members go first, and leave no process behind when the import is killed."""
    os.nice(NICENESS)
    # Nobody else would tell this one.
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _made(body: str, site: str | None, note: str) -> Text:
    """One text, in another process; ``note`` says that the end was left out."""
    whole = clean_text(to_markdown(body, site))
    fitting = whole if len(whole) <= MAX_CHARS else _cut(whole, note)
    return Text(fitting, render(fitting), is_cut=fitting is not whole)


def _cut(body: str, note: str) -> str:
    """As many whole paragraphs as fit, and a word that there was more."""
    room = MAX_CHARS - len(note)
    end = body.rfind("\n\n", 0, room)
    return body[: end if end > 0 else room] + note
