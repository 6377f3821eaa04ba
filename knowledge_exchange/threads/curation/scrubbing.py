"""Taking a passage out of what acts keep to be undone: out of their texts, and never out of their facts.

Ids, times, kinds and the like are words in what is kept, too. A passage may read like one of them ("hidden", "2026",
"22"): without them an act could not be undone any more.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import escape

from knowledge_exchange.threads.curation.redacting import without

#: Under which names texts are kept, alone or in lists beside the id of what they belong to.
_TEXTS = frozenset(
    {"body", "html", "title", "titles", "told", "passage", "reason", "left", "posts", "revision", "official"}
)
#: What stands among them and is none: ids, and the digests by which a text is known again.
_FACT = re.compile(r"\d{17,19}|[0-9a-f]{64}")
#: Of a text whose HTML was made anew here, so that a job renders it.
_PLAIN = 0


def scrubbed(kept: Any, passage: str, name: str = "") -> Any:
    """What an act keeps (or a part of it, that stood under ``name``), without the passage in any of its texts."""
    if isinstance(kept, str):
        return kept if name not in _TEXTS or _FACT.fullmatch(kept) else _clean(kept, passage)
    if isinstance(kept, dict):
        return _pairs_clean(kept, passage, name)
    if isinstance(kept, list):
        return _lists_clean(kept, passage, name)
    return kept


def _clean(text: str, passage: str) -> str:
    return without(without(text, passage), str(escape(passage)))


def _pairs_clean(kept: dict[str, Any], passage: str, name: str) -> dict[str, Any]:
    found = {key: scrubbed(value, passage, name if name == "posts" else key) for key, value in kept.items()}
    if isinstance(kept.get("body"), str) and isinstance(kept.get("html"), str):
        found["html"] = _html_clean(kept["body"], kept["html"], passage)
        if "renderer" in kept and found["html"] != _clean(kept["html"], passage):
            found["renderer"] = _PLAIN
    return found


def _lists_clean(kept: list[Any], passage: str, name: str) -> list[Any]:
    """Lists of lists, as a rule: of a removed thread's post its text, its HTML and the renderer; of a history the id,
    the text and its HTML.
    """
    found = [scrubbed(value, passage, name) for value in kept]
    at = {"posts": 0, "revision": 1, "official": 1}.get(name)
    if at is not None and len(kept) > at + 1 and isinstance(kept[at], str) and isinstance(kept[at + 1], str):
        found[at + 1] = _html_clean(kept[at], kept[at + 1], passage)
        if name == "posts" and found[at + 1] != _clean(kept[at + 1], passage):
            found[at + 2] = _PLAIN
    return found


def _html_clean(body: str, html: str, passage: str) -> str:
    """The HTML of a text without the passage; plain paragraphs where tags stand within the passage.

    Rendering may wait, and this is asked in a unit of work.
    """
    if html.count(str(escape(passage))) >= body.count(passage):
        return _clean(html, passage)
    paragraphs = without(body, passage).split("\n\n")
    return "\n".join(f"<p>{escape(one)}</p>" for one in paragraphs)
