"""What must be true before a server starts; each failure says what to do about it."""

from __future__ import annotations

import gc
import sys

#: New containers between two looks of the garbage collector. A page makes some thousands, all of which
#: go by themselves; at Python's 700 it looked several times a page.
GC_EVERY = 20_000


class NotReady(Exception):
    """The process cannot serve as it is; the text says why, for an operator."""


def require_ground() -> None:
    """Raise ``NotReady`` unless gevent came first and the right libraries are in place."""
    _require_patched()
    _require_simple_websocket()
    _require_cooperative_psycopg()


def settle() -> None:
    """What was loaded at the start stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_EVERY, *gc.get_threshold()[1:])


def _require_patched() -> None:
    from gevent import monkey

    missing = [name for name in ("socket", "select", "threading") if not monkey.is_module_patched(name)]
    if missing:
        raise NotReady(
            f"gevent has not been given {', '.join(missing)}: call gevent.monkey.patch_all() "
            "before anything else is imported."
        )


def _require_simple_websocket() -> None:
    """engineio prefers gevent-websocket (2017) as soon as it can be imported."""
    from engineio.async_drivers import gevent as driver

    if driver.SimpleWebSocketWSGI is None:
        raise NotReady(
            "gevent-websocket is installed and would be used for live updates: it is unsafe. "
            "Remove it: pip uninstall gevent-websocket."
        )


def _require_cooperative_psycopg() -> None:
    """Imported before the patch, psycopg waits in C: one slow query then stops everyone."""
    waiting = sys.modules.get("psycopg.waiting")
    if waiting is not None and waiting.wait.__name__ != "wait_poll":
        raise NotReady(
            "psycopg was imported before gevent.monkey.patch_all(), so one slow query would "
            "stop everybody (or PSYCOPG_WAIT_FUNC is set: unset it)."
        )
