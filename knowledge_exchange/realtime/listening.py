"""Opening the door: the listening socket, and as many open files as the system gives."""

from __future__ import annotations

import errno
import resource
import socket as plain
import sys
from typing import NoReturn

from gevent import socket

from knowledge_exchange.realtime.limits import BACKLOG, CONNECTIONS, SPARE_FILES

_HIGHEST_PORT = 65_535


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; where there can be none, one clear line and exit code 1."""
    if not 0 <= port <= _HIGHEST_PORT:
        _give_up(f"There is no port {port}: choose one from 1 to {_HIGHEST_PORT}.")
    try:
        host.encode("idna")  # here, or gevent's resolver writes its own traceback
        found = socket.getaddrinfo(host, port, type=plain.SOCK_STREAM, flags=plain.AI_PASSIVE)
    except (OSError, UnicodeError):
        _give_up(f"The address {host!r} is not known here: try 127.0.0.1, or 0.0.0.0 for all.")
    family, kind, protocol, _, address = found[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(plain.SOL_SOCKET, plain.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        _give_up(_why_not(error, host, port))
    sock.setblocking(False)
    return sock


def most_connections() -> int:
    """How many connections fit, after asking the system for as many open files as it gives.

    With a bound below the limit, accepting never fails for want of a file:
    whoever comes then waits in the system's queue.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < ceiling:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
            soft = ceiling
        except (OSError, ValueError):
            pass  # some systems give less than they promise: keep what we have
    files = wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)
    return max(SPARE_FILES, files - SPARE_FILES)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: stop it, or choose another port."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system: choose one from 1024 up."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"The address {host!r} is not one of this machine's: try 127.0.0.1, or 0.0.0.0."
    return f"Cannot listen on {host} port {port}: {error.strerror}."


def _give_up(text: str) -> NoReturn:
    """A string makes Python print it to stderr and exit with 1."""
    sys.exit(text)
