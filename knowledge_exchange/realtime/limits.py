"""Every bound of the server in one place, with its unit and its reason.

The bounds hold for the embedded server and, where the name begins with
``SOCKET_`` or ``BODY_``, under gunicorn too.
"""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB

# --- Request heads -----------------------------------------------------------
REQUEST_LINE_BYTES = 32 * KIB
"""Longest request line; a longer one is answered with 414. So much is a search of 10 kB, pasted into the box, each byte
of which takes three in an address; nginx.conf takes as much, and gunicorn's own limit (8 kB at most) is off."""
HEADER_LINE_BYTES = 8 * KIB
"""Longest single header, name and value together; longer: 431."""
HEAD_BYTES = 32 * KIB
"""All headers of one request together; more: 431."""
HEADER_COUNT = 100
"""Headers in one request; more: 431."""
HEAD_SECONDS = 10.0
"""From the request line to the empty line. A slow dripper is let go after it."""
KEEP_ALIVE_SECONDS = 65.0
"""How long a connection may take to begin its next request."""

# --- Request bodies ----------------------------------------------------------
BODY_DEFAULT_BYTES = 1 * MIB
"""Largest body when the application sets no MAX_CONTENT_LENGTH."""
BODY_IN_MEMORY_BYTES = 256 * KIB
"""A larger body is kept in a temporary file while it arrives."""
BODY_SECONDS = 20.0
"""Time that any body may take to arrive, before what its length adds."""
BODY_BYTES_PER_SECOND = 10_000
"""Slowest line that is waited for: each so many bytes add one second."""
BODY_CHUNK_BYTES = 64 * KIB
"""How much of a body is read at a time."""

# --- Answers and endings -----------------------------------------------------
ONE_SEND_BYTES = 64 * KIB
"""Headers and a body up to this size leave in one send."""
STALL_SECONDS = 60.0
"""A connection on which nothing moves for so long is let go."""
LINGER_SECONDS = 1.0
"""After a refusal we read on for so long, so that the answer isn't lost to a reset."""
LINGER_BYTES = 512 * KIB
"""… and at most so much."""

# --- Live sockets ------------------------------------------------------------
SOCKET_MESSAGE_BYTES = 64 * KIB
"""Largest frame or message from a browser; a larger one closes with 1009."""
SOCKET_READ_BYTES = 2 * KIB
"""How much is read at a time: small, so that a flood of tiny frames costs the
others a few milliseconds at most before it is their turn."""
SOCKET_WAITING_BYTES = 4 * MIB
"""What may wait for one slow reader; beyond it the reader is dropped and will
catch up from its cursor."""
SOCKET_STALL_SECONDS = 20.0
"""A reader who takes nothing for so long, while something waits, is dropped."""
SOCKET_HELLO_SECONDS = 10.0
"""A socket that has joined no namespace by then is closed: it holds memory and
has proved nothing."""
SOCKETS_AT_ONCE = 64
"""Sockets that are let in and served until they have caught up, at one time; others wait. So a page stands behind a
few dozen short steps at most, however many come back after a restart."""
SOCKETS_AT_MOST = 256
"""… and so many while those inside keep the server waiting: somebody's slow line must not keep others out."""
SOCKET_SERVED_SECONDS = 1.0
"""Who hasn't caught up by then makes room all the same: it is somebody's slow line."""
SOCKET_TURN_SECONDS = 3.0
"""Who waits longer for their turn is answered with 503. Browsers give up after five seconds (``CONNECT_MS`` of
assets/js/live.js): who is sent away by then leaves no work behind."""
SOCKET_CLOSE_SECONDS = 1.0
"""How long we wait for the other side to answer our close."""
SOCKET_BAD_PACKETS = 10
"""Malformed packets after which a connection is dropped."""
SOCKET_MESSAGES_PER_SECOND = 20.0
"""Messages that one socket may send on and on; beyond it we read more slowly."""
SOCKET_MESSAGES_BURST = 60.0
"""… and at once."""
SOCKET_BYTES_PER_SECOND = 64.0 * KIB
"""The same for bytes, which also holds back pings and empty frames."""
SOCKET_BYTES_BURST = 512.0 * KIB
SOCKET_PING_SECONDS = 25.0
"""Engine.IO's heartbeat; the browser learns it on connecting."""
SOCKET_PONG_SECONDS = 20.0
"""How long a browser may take to answer a heartbeat."""
SOCKET_PATH = "socket.io"
"""Where Socket.IO is served (its default, which CONTRACT names)."""

# --- Stopping and capacity ---------------------------------------------------
STOP_REQUESTS_SECONDS = 3.0
"""Requests in flight may go on for so long after a stop."""
STOP_SOCKETS_SECONDS = 0.6
"""Live sockets may take so long to close."""
STOP_HOOKS_SECONDS = 0.3
"""What is registered with ``on_stop`` may take so long, all together."""
STOP_SECONDS = 4.9
"""After so long the process ends whatever happens, with exit code 1."""
RESTART_SECONDS = 5.0
"""Pause before a background task that failed is started again."""
CONNECTIONS = 10_000
"""Connections at once, fewer when the system allows fewer open files."""
SPARE_FILES = 128
"""Open files that are kept for the database, logs and mail."""
BACKLOG = 1024
"""Connections that the system holds for us while we are busy."""
LOG_LINES_PER_MINUTE = 10
"""Log lines of one kind that strangers can cause, per minute and process."""
