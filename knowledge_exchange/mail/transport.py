"""Handing messages over: to an SMTP server, or as files where none is set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import current_app

from knowledge_exchange.core.clock import now

#: What is kept of an address in a file's name.
_NAME_CHARS = 150


class Refused(Exception):
    """This message was not taken. ``final``: asking again is no use; ``of_recipient``: nothing ever arrives there."""

    def __init__(self, reason: str, *, final: bool, of_recipient: bool = False) -> None:
        super().__init__(reason)
        self.final = final
        self.of_recipient = of_recipient


class Unready(Exception):
    """The mail server takes no message at this moment, whichever it is."""


class Way(Protocol):
    """How messages leave."""

    def make_ready(self) -> None:
        """Make sure that the next message can go. Raises :class:`Unready`."""

    def deliver(self, message_id: int, recipient: str, content: bytes, *, within_s: float) -> None:
        """Hand one message over. Raises :class:`Refused`, :class:`Unready` or ``OSError``."""

    def close(self) -> None:
        """Say goodbye."""


@contextmanager
def opened() -> Iterator[Way]:
    """The way that the settings name, for any number of messages; nothing is connected yet."""
    from knowledge_exchange.mail.smtp import Line

    url = current_app.config["KE_SMTP_URL"]
    way: Way = Line(url) if url else Folder(current_app.config["KE_DATA_DIR"] / "mail")
    try:
        yield way
    finally:
        way.close()


class Folder:
    """Files instead of a mail server, one for each message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make_ready(self) -> None:
        """A folder always is."""

    def deliver(self, message_id: int, recipient: str, content: bytes, *, within_s: float) -> None:
        """Write it, whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe = re.sub(r"[^A-Za-z0-9@._+-]", "_", recipient)[:_NAME_CHARS]
        path = self._folder / f"{now():%Y%m%dT%H%M%S.%fZ}-{message_id}-{safe}.eml"
        draft = path.with_suffix(".part")
        # Who is a member, and links that are keys: for the owner alone, also in a folder that others may read.
        draft.touch(mode=0o600)
        draft.write_bytes(content.replace(b"\r\n", b"\n"))
        draft.replace(path)

    def close(self) -> None:
        """Nothing to do."""
