"""Handing a message over: to an SMTP server, or as a file where none is set."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from knowledge_exchange.core.clock import now

SMTP_TIMEOUT_S = 30
_SUBMISSION_PORT = 587
_SMTPS_PORT = 465
_PERMANENT = 500


class Refused(Exception):
    """The mail server said no; ``final`` when asking again is no use."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


def deliver(message_id: int, recipient: str, subject: str, text: str) -> None:
    """Hand one message over. Raises :class:`Refused` or ``OSError``."""
    message = _compose(message_id, recipient, subject, text)
    url = current_app.config["KE_SMTP_URL"]
    if url:
        _by_smtp(url, message)
    else:
        _as_file(current_app.config["KE_DATA_DIR"] / "mail", recipient, message)


def _compose(message_id: int, recipient: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = current_app.config["KE_MAIL_FROM"]
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    # The same at every try, so that a receiver can tell a repeated delivery.
    host = urlsplit(current_app.config["KE_BASE_URL"]).hostname
    message["Message-ID"] = f"<{message_id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _as_file(folder: Path, recipient: str, message: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9@._+-]", "_", recipient)
    path = folder / f"{now():%Y%m%dT%H%M%S.%fZ}-{safe}.eml"
    draft = path.with_suffix(".part")
    # Who is a member, and links that are keys: for the owner alone, also in a folder that others may read.
    draft.touch(mode=0o600)
    draft.write_bytes(message.as_bytes())
    draft.replace(path)


def _by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    try:
        with _connected(parts.scheme, host, parts.port, context) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise Refused(f"SMTP {code}", final=code >= _PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        # 5xx on the login or the sender is the operator's to mend, not a reason to give up.
        final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT
        raise Refused(f"SMTP {error.smtp_code}", final=final) from error
    except smtplib.SMTPException as error:
        raise Refused(type(error).__name__, final=False) from error


def _connected(scheme: str, host: str, port: int | None, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or _SMTPS_PORT, timeout=SMTP_TIMEOUT_S, context=context)
    server = smtplib.SMTP(host, port or _SUBMISSION_PORT, timeout=SMTP_TIMEOUT_S)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    return server
