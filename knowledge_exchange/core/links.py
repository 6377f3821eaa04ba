"""The connection over which a request reads (core/reads.py makes it), until something else must come first."""

from __future__ import annotations

from flask import g
from sqlalchemy import PoolProxiedConnection

_READING = "ke_reading"


def reading() -> PoolProxiedConnection | None:
    """The connection, if there is one."""
    link: PoolProxiedConnection | None = g.get(_READING)
    return link


def read_over(link: PoolProxiedConnection) -> None:
    """Keep a connection for what this request reads."""
    setattr(g, _READING, link)


def end_reading(_error: BaseException | None = None) -> None:
    """Give the connection for reads back; what is read next is read afresh."""
    link = g.pop(_READING, None)
    if link is not None:
        link.close()
