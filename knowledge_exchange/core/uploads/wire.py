"""What the exchange and the helper that looks at files agree on, and the bounds of that helper."""

from __future__ import annotations

import struct

#: Before each block: its length in bytes.
LENGTH = struct.Struct("!I")

#: CPU time that one file may take, and time by the clock, start of the process and transfer included.
CPU_SECONDS = 12
ALL_SECONDS = 30.0
#: Address space of the helper: a picture of the most pixels, decoded twice, and the libraries.
MAX_MEMORY = 768 * 1024 * 1024
#: What it may send back: of a picture three sizes, of all else what came.
MAX_ANSWER_BYTES = 32 * 1024 * 1024
MAX_HEAD_BYTES = 4096
