"""Looking at files that somebody sent, in a process of their own: what they are, and what may be kept of them.

``look_at`` is all that the exchange calls. Whatever opens a stranger's file runs in the helper (``helper.py``), where
memory and time are bounded and nothing secret is; here nothing parses.
"""

from __future__ import annotations

from .kinds import DOCUMENTS, PICTURES, SUFFIXES, TEXTS, Looked, Refused
from .pool import look_at

__all__ = ["DOCUMENTS", "PICTURES", "SUFFIXES", "TEXTS", "Looked", "Refused", "look_at"]
