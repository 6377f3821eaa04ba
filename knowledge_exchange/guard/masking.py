"""Putting a mask in the place of what was found."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge_exchange.guard.findings import Finding


def mask(text: str, findings: Iterable[Finding]) -> str:
    """The text with masks for these findings, which :func:`finding.find` made of that very text."""
    parts, place = [], 0
    for finding in sorted(findings, key=lambda one: one.start):
        # Two that stand side by side may share the emphasis between them.
        parts += [text[place : finding.start], finding.mask]
        place = max(place, finding.end)
    return "".join([*parts, text[place:]])
