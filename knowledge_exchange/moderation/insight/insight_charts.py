"""Charts as SVG, drawn on the server: shapes and classes alone, colours are the style sheet's. Pure.

Each says in its description what it shows; the numbers stand in a table beneath it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.moderation.insight.insight_pages import Asked, Line, duration

#: In the drawing's own units: about one to a pixel on a phone.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 360, 180, 34, 14, 24
ROW, BAR_SHARE = 26, 0.62
MOST_LETTERS = 34
_HOUR, _DAY = 3600, 86400
_HUNDRED = 100

_SVG = Markup(
    '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-t {id}-d">'
    '<title id="{id}-t">{title}</title><desc id="{id}-d">{told}</desc>{shapes}</svg>'
)
_BAR = Markup('<rect class="chart__bar{running}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="1.5"/>')
_TEXT = Markup('<text class="chart__text{more}" x="{x:.1f}" y="{y:.1f}">{text}</text>')
_RULE = Markup('<path class="chart__rule" d="M{x1:.1f} {y:.1f}H{x2:.1f}"/>')


@dataclass(frozen=True, slots=True)
class Bars:
    """What a chart of months shows: a value for each (None: nothing to show), the highest mark and its words."""

    id: str
    title: str
    told: str
    values: Sequence[float | None]
    top: float
    top_words: str


def first_replies(lines: Sequence[Line]) -> Markup:
    """Half of the problems with a reply had the first within so long, by month."""
    seconds = [line.median_s for line in lines if line.median_s is not None]
    unit = _HOUR if max(seconds, default=0) <= 2 * _DAY else _DAY
    top = _nice(max(seconds, default=unit) / unit)
    told = _("Month by month; the latest with a number: %(last)s.", last=duration(seconds[-1] if seconds else None))
    values = [None if line.median_s is None else line.median_s / unit for line in lines]
    title = _("Time to the first reply")
    return _months(lines, Bars("first", title, told, values, top, f"{top:g} {'h' if unit == _HOUR else 'd'}"))


def in_a_day(lines: Sequence[Line]) -> Markup:
    """The share of problems that were answered within a day, by month."""
    shares = [line.share for line in lines if line.share is not None]
    last = f"{shares[-1]} %" if shares else "–"
    told = _("Month by month; the latest with a number: %(last)s.", last=last)
    values = [None if line.share is None else float(line.share) for line in lines]
    return _months(lines, Bars("day", _("Answered within a day"), told, values, _HUNDRED, "100 %"))


def again(asked: Sequence[Asked]) -> Markup:
    """What was asked again and again, as lying bars."""
    most = max((one.number for one in asked), default=1)
    shapes = Markup()
    for place, one in enumerate(asked):
        y = place * ROW * 1.5
        length = (WIDTH - LEFT) * one.number / most
        shapes += _text(0, y + 12, _short(one.words), " chart__text--left")
        shapes += _BAR.format(running="", x=0, y=y + 17, w=max(length, 2), h=ROW * BAR_SHARE * 0.8)
        shapes += _text(max(length, 2) + 5, y + 28, str(one.number), " chart__text--left")
    named = ", ".join(f"{one.words}: {one.number}" for one in asked)
    told = named or _("Nothing was asked more than once in a month.")
    height = max(len(asked) * ROW * 1.5, ROW)
    title = _("Asked again and again")
    return _SVG.format(width=WIDTH, height=f"{height:g}", id="again", title=title, told=told, shapes=shapes)


def _months(lines: Sequence[Line], bars: Bars) -> Markup:
    step = (WIDTH - LEFT) / max(len(lines), 1)
    floor = HEIGHT - BOTTOM
    shapes = _RULE.format(x1=LEFT, x2=WIDTH, y=TOP) + _RULE.format(x1=LEFT, x2=WIDTH, y=floor)
    shapes += _text(LEFT - 4, TOP + 4, bars.top_words, " chart__text--right")
    shapes += _text(LEFT - 4, floor + 3, "0", " chart__text--right")
    for place, (line, value) in enumerate(zip(lines, bars.values, strict=True)):
        left = LEFT + place * step
        shapes += _text(left + step / 2, HEIGHT - 8, f"{line.month:%b}", "")
        if value is None:
            shapes += _text(left + step / 2, floor - 4, "–", "")
            continue
        height = max((floor - TOP) * min(value / bars.top, 1), 1.5)
        running = " chart__bar--running" if line.is_running else ""
        wide = step * BAR_SHARE
        shapes += _BAR.format(running=running, x=left + (step - wide) / 2, y=floor - height, w=wide, h=height)
    facts = {"id": bars.id, "title": bars.title, "told": bars.told}
    return _SVG.format(width=WIDTH, height=HEIGHT, shapes=shapes, **facts)


def _text(x: float, y: float, text: str, more: str) -> Markup:
    return _TEXT.format(more=more, x=x, y=y, text=text)


def _short(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1].rstrip() + "…"


def _nice(value: float) -> float:
    """The next round number: 1, 2, 5, 10, 20, 50…"""
    if value <= 1:
        return 1.0
    power = 10.0 ** int(log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if ceil(value) <= step * power))
