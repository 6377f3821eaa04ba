"""Small dumps for tests, the real one where it lies beside the repository, and what a reader sees of HTML."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import quoteattr

from bs4 import BeautifulSoup

_FOLDER = Path(os.environ.get("SAMPLE_DATA") or Path(__file__).parents[2].parent / "shared" / "data")
#: The real dump, or None on a machine that doesn't have it.
REAL_DUMP = next(iter(sorted(_FOLDER.glob("stackexchange-*posts.xml.xz"))), None)

HEAD = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
TAIL = "</posts>"
_SAME = {"b": "strong", "i": "em", **{f"h{level}": "h" for level in range(1, 7)}}
_COUNTED = frozenset({"em", "strong", "pre", "code", "li", "ol", "ul", "blockquote", "h", "table"})


def row(**attributes: object) -> str:
    """A line of a dump."""
    return "  <row " + " ".join(f"{name}={quoteattr(str(value))}" for name, value in attributes.items()) + " />\n"


def question(id_: int, **changed: object) -> str:
    """A whole question; ``changed`` attributes replace the usual ones, None leaves one out."""
    usual = {
        "Id": id_,
        "PostTypeId": 1,
        "CreationDate": f"2014-03-13T20:{id_ % 60:02}:04.033",
        "Score": 3,
        "Body": f"<p>Body of question {id_}</p>",
        "OwnerUserId": 21,
        "Title": f"Question {id_}",
        "Tags": "<rota><induction>",
    }
    return row(**{name: value for name, value in {**usual, **changed}.items() if value is not None})


def answer(id_: int, parent: int, **changed: object) -> str:
    """A whole answer to ``parent``."""
    usual = {
        "Id": id_,
        "PostTypeId": 2,
        "ParentId": parent,
        "CreationDate": f"2014-03-14T20:{id_ % 60:02}:04.033",
        "Score": -1,
        "Body": f"<p>Body of answer {id_}</p>",
        "OwnerUserId": 29,
    }
    return row(**{name: value for name, value in {**usual, **changed}.items() if value is not None})


def write_dump(path: Path, *lines: str, head: str = HEAD, tail: str = TAIL) -> Path:
    """A dump of these lines at ``path``."""
    path.write_text(head + "".join(lines) + tail, encoding="utf-8")
    return path


def _soup(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for image in soup.find_all("img"):
        described = str(image.get("alt") or "").strip()
        image.replace_with("image" if described in ("", "enter image description here") else described)
    return soup


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("−", "-"))


def visible_text(html: str) -> str:
    """What a reader sees, without any white space; a raised ² counts as a 2, an image as its description."""
    return _bare(_soup(html).get_text())


def structure(html: str) -> Counter[tuple[str, str]]:
    """The marked-up pieces (emphasis, code, lists, quotes, headings, tables) with their texts."""
    pieces = ((_SAME.get(tag.name, tag.name), _bare(tag.get_text())) for tag in _soup(html).find_all(True))
    return Counter(piece for piece in pieces if piece[0] in _COUNTED and piece[1])


def addresses(html: str) -> list[str]:
    """Where the links lead that show something, in order."""
    links = BeautifulSoup(html, "html.parser").find_all("a")
    return [str(link["href"]) for link in links if link.get("href") and link.get_text().strip()]
