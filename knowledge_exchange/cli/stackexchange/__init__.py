"""Bringing in a forum's history from a Stack Exchange data dump.

``reading`` gives the rows of a dump one at a time, ``conversion`` turns their HTML into the Markdown
that every post here is written in, ``writing`` stores them, ``command`` is what the operator types.
"""

#: What all of Stack Exchange was under until each post named its own licence.
DEFAULT_LICENCE = "CC BY-SA 3.0"
