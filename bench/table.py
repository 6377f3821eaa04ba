"""Figures beside their limits, for the terminal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure; ``limit`` is the most it may be, or the least."""

    what: str
    value: float
    limit: float | None
    at_least: bool = False

    @property
    def kept(self) -> bool | None:
        """Whether the figure keeps its limit; None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def table(lines: list[Line]) -> str:
    """The figures, their limits, and which are not kept."""
    width = max(len(line.what) for line in lines)
    return "\n".join(_row(line, width) for line in lines)


def _row(line: Line, width: int) -> str:
    shown = f"{line.what:<{width}}  {line.value:>9,.10g}"
    if line.limit is None:
        return shown
    word = "at least" if line.at_least else "at most"
    return f"{shown}  {word} {line.limit:>5,g}{'' if line.kept else '  NOT KEPT'}"
