"""What the exchange and its helper processes agree on."""

from __future__ import annotations

import struct

HEADER = struct.Struct("!BI")  # kind of message, length of the body in bytes
TEXT, READY, RENDERED, FAILED = range(4)

CPU_SECONDS = 0.6  # for one text; with the start of the next helper the worst input costs under 1 s
IDLE_SECONDS = 60.0  # how long an unused helper is kept
MAX_HTML_CHARS = 1_000_000  # a table of 30,000 characters can be written as millions of cells
