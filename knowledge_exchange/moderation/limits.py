"""How long and how many: what this room goes by."""

from __future__ import annotations

from datetime import timedelta

#: A reason says enough to be judged by somebody else, and is read in a minute.
LEAST_REASON, MOST_REASON = 20, 2000
#: Why a second officer declines.
LEAST_ANSWER, MOST_ANSWER = 5, 500
#: The law that asks for a delay.
MOST_BASIS = 300
#: So long, at most, the law can ask that an author not be told yet.
LONGEST_DELAY = timedelta(days=90)
#: A request that nobody has agreed to by then is over.
LAPSES_AFTER = timedelta(days=14)
#: How often the job looks for authors to be told, and for requests that are over.
LOOK_EVERY_S = 60.0
#: Requests on one page of the office; there are a few a year.
REQUESTS_SHOWN = 50
SETTLED_SHOWN = 20
#: The note of an act aimed at a pseudonym is sealed in pieces of this size: its length says little.
NOTE_BYTES = 4096
#: So long what was removed or redacted can be brought back; then it is gone for good.
FINAL_AFTER = timedelta(days=7)
#: How often the job looks for what is final by now.
FINISH_EVERY_S = 300.0
