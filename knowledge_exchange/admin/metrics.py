"""Figures in the text format that monitors read; totals only, nothing of any person or network."""

from __future__ import annotations

import resource
import time

from flask import current_app
from sqlalchemy import func, select

from knowledge_exchange.core.db import db
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.realtime.connections import connections

_STARTED = time.time()
_KIBI = 1024


def as_text() -> str:
    """All figures of this process and of the shared queues."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "ke_uptime_seconds": time.time() - _STARTED,
        "ke_cpu_seconds_total": usage.ru_utime + usage.ru_stime,
        "ke_memory_peak_bytes": usage.ru_maxrss * _KIBI,
        "ke_sockets": len(connections().all()),
        "ke_mail_waiting": _mail_waiting(),
        "ke_jobs": len(current_app.extensions["ke_jobs"]),
    }
    return "".join(f"{name} {value:.10g}\n" for name, value in figures.items())


def _mail_waiting() -> int:
    waiting = (MailMessage.sent_at.is_(None), MailMessage.failed_at.is_(None))
    return int(db.session.scalar(select(func.count()).where(*waiting)) or 0)
