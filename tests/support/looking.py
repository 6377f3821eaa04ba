"""Looks at a page as it stands in a window and says what is wrong with it, in lines for people.

Asked of every page: no finding of axe-core in light and dark, nothing on the browser's console (a script that failed,
something that the page's own policy forbade), nothing that makes it scroll sideways, and on phones controls
that a thumb can hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: The narrowest phone that there is, and 1280 pixels at 400 % zoom (WCAG 1.4.10).
NARROWEST = 320
#: What colours can change; all else was looked at in the first theme.
COLOUR_RULES = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]
#: What lies over the page while it is open; what is half hidden under it is no small target.
_LIES_OVER = ".menu-list--floating, details.menu[open], dialog[open], .offered"
MOST_PLACES = 4

_JS = "document.documentElement.classList.contains('js')"

_NAME = """const nameOf = box => `${box.tagName.toLowerCase()}.${box.className}`;"""

#: What sticks out to the right, outermost first, without what a box of its own scrolls.
_TOO_WIDE = f"""() => {{
  {_NAME}
  const {{ clientWidth: width, scrollWidth: needed }} = document.documentElement;
  if (needed <= width) return [];
  const scrolls = box => box && box !== document.body
    && (getComputedStyle(box).overflowX !== 'visible' || scrolls(box.parentElement));
  const out = [...document.body.querySelectorAll('*')]
    .filter(box => box.getBoundingClientRect().right > width + 1 && !scrolls(box.parentElement));
  return [`${{needed}} px wide`, ...out.map(nameOf)];
}}"""

#: Controls that are not words in a sentence, smaller than a thumb. A tick box is as large as its label.
_TOO_SMALL = f"""() => {{
  {_NAME}
  const LEAST = 44 - .5; // half a pixel is rounding
  const controls = document.querySelectorAll(
    'button, select, textarea, input:not([type=hidden]), summary, a.btn, .row, '
    + ['.bar', '.top', '.acts', '.tabs', '.nets', '.menu-list'].map(place => place + ' a').join(', '));
  const whole = box => box.matches('[type=checkbox], [type=radio]') ? box.closest('label') ?? box : box;
  return [...controls].filter(box => box.checkVisibility({{visibilityProperty: true}})).map(whole)
    .map(box => ({{ box, width: box.offsetWidth, height: box.offsetHeight }}))
    .filter(({{ width, height }}) => width > 0 && (height < LEAST || width < LEAST))
    .map(({{ box, width, height }}) =>
      `${{nameOf(box)}} “${{box.textContent.trim().slice(0, 24)}}” ${{width}}×${{height}} px`);
}}"""


class Looker:
    """Looks at what one tab shows; keeps what its console said since the last look."""

    def __init__(self, page: Page, *, phone: bool) -> None:
        self.page = page
        self.phone = phone
        self._axe = Axe()
        self._said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._said.append(f"script failed: {error}"))

    def look(self, name: str) -> list[str]:
        """Everything that is wrong with the page as it stands, each line beginning with its name."""
        self.page.wait_for_function(_JS)
        return [f"{name} ({self.page.url}): {line}" for line in self._findings()]

    def _findings(self) -> Iterator[str]:
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for line in self._axe_findings(None if theme == THEMES[0] else COLOUR_RULES):
                yield f"{theme}: {line}"
        yield from self._sideways()
        if self.phone:
            yield from self._some("target below 44 px", _TOO_SMALL)
            yield from self._at_the_narrowest()
        yield from self._said
        self._said.clear()

    def _at_the_narrowest(self) -> Iterator[str]:
        usual = self.page.viewport_size
        self.page.set_viewport_size({"width": NARROWEST, "height": 640})
        yield from self._sideways()
        if usual:
            self.page.set_viewport_size(usual)

    def _sideways(self) -> Iterator[str]:
        width = (self.page.viewport_size or {"width": 0})["width"]
        yield from self._some(f"scrolls sideways at {width} px", _TOO_WIDE)

    def _some(self, what: str, script: str) -> Iterator[str]:
        places = self.page.evaluate(script)
        if places:
            more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
            yield f"{what}: {'; '.join(places[:MOST_PLACES])}{more}"

    def _axe_findings(self, rules: list[str] | None) -> Iterator[str]:
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": rules}
        else:
            options["rules"] = self._further_rules()
        for found in self._axe.run(self.page, options=options).response["violations"]:
            places = [str(node["target"]) + _why(node) for node in found["nodes"]]
            yield f"axe {found['id']}: {found['help']}: {'; '.join(places[:MOST_PLACES])}"

    def _further_rules(self) -> dict[str, dict[str, bool]]:
        """What axe leaves out unless told: text at 7:1 (AAA), targets of 24 px (WCAG 2.2 AA)."""
        is_covered = self.page.locator(_LIES_OVER).count() > 0
        # What is half beneath the bar at the top, just where the page was scrolled to, counts as too small.
        self.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        return {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": not is_covered}}

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page that says "not found" is answered 404, and the browser notes so.
        if "Failed to load resource" in message.text and message.location.get("url") == self.page.url:
            return
        # The guard is asked with the form's own token: where that is too old, it is refused as the form is.
        if "status of 400" in message.text and str(message.location.get("url")).endswith("/guard"):
            return
        self._said.append(f"console: {message.text} ({message.location.get('url')})")


def _why(node: dict[str, Any]) -> str:
    checks = [check["message"] for check in (*node["any"], *node["all"], *node["none"])]
    return f" ({checks[0]})" if checks else ""
