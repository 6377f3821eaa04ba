"""The texts of posts, converted and rendered: what takes the time of an import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from flask_babel import gettext as _

from knowledge_exchange.cli.stackexchange.conversion import to_markdown
from knowledge_exchange.cli.stackexchange.rows import Row
from knowledge_exchange.core.markup import render
from knowledge_exchange.threads.forms import clean_text
from knowledge_exchange.threads.limits import MAX_BODY_CHARS

#: Long texts are rendered in helper processes, of which there are two; short ones right here.
RENDERERS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A post's Markdown and its HTML; ``is_cut``: it was longer than posts may be."""

    body: str
    html: str
    is_cut: bool = False


class Texts:
    """Turns rows into texts, one converted while others are rendered."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(RENDERERS, thread_name_prefix="render")

    def __enter__(self) -> Texts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def of(self, rows: Sequence[Row], site: str | None) -> Iterator[tuple[Row, Text]]:
        """The text of each row, in their order; links without a host belong to ``site``."""
        bodies = [clean_text(to_markdown(row.body, site)) for row in rows]
        fitting = [body if len(body) <= MAX_BODY_CHARS else _cut(body) for body in bodies]
        drawn = self._pool.map(render, fitting)
        for row, whole, body, html in zip(rows, bodies, fitting, drawn, strict=True):
            yield row, Text(body, html, is_cut=body is not whole)


def _cut(body: str) -> str:
    """As many whole paragraphs as fit, and a word that there was more."""
    note = "\n\n" + str(_("(The end of this text was left out: it is longer than a post may be.)"))
    room = MAX_BODY_CHARS - len(note)
    end = body.rfind("\n\n", 0, room)
    return body[: end if end > 0 else room] + note
