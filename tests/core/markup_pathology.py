"""Texts that are known to cost Markdown parsers far more than their length."""

from __future__ import annotations


def _filled(unit: str, chars: int) -> str:
    return (unit * (chars // len(unit) + 1))[:chars]


_UNITS = {
    "emphasis openers": "_a ",
    "emphasis closers": "a_ ",
    "emphasis of both kinds": "a**b_c*",
    "emphasis rule of three": "a***b c* ",
    "nested emphasis": "*a **a ",
    "open brackets": "[",
    "closed brackets": "]",
    "link openers": "[a](",
    "link openers with an address": "[a](b",
    "link titles": '[a](/b "',
    "links without an address": "[a][b]",
    "picture openers": "![",
    "definitions": "[a]: /b\n",
    "quotes in quotes": ">",
    "quotes in quotes, spaced": "> ",
    "lists in lists, on one line": "- ",
    "numbers in numbers": "1. ",
    "lists in quotes": "> - ",
    "backticks, odd and even": "`a``",
    "escaped backticks": "\\``",
    "fences": "```\n",
    "fences of two kinds": "```a\n~~~\n",
    "rows of pipes": "|a",
    "headings": "# a\n",
    "underlined headings": "a\n=\n",
    "rows of dashes": "-",
    "addresses in angle brackets": "<http://a ",
    "mail in angle brackets": "<a@",
    "tags": '<a b="c" ',
    "comments": "<!--",
    "character data": "<![CDATA[",
    "entities": "&#1;",
    "ampersands": "&",
    "mentions": "@abc ",
    "at signs": "@",
    "mail": "a@b.co ",
    "addresses": "http://a ",
    "backslashes": "\\",
    "escapes": "\\*",
    "one long word": "a",
    "spaces": " ",
    "blank lines": " \n",
}


def pathological(chars: int) -> dict[str, str]:
    """A name and a text of about ``chars`` characters for each known weakness, between two words."""
    half, fifth = chars // 2, chars // 5
    shapes = {name: _filled(unit, chars - 20) for name, unit in _UNITS.items()} | {
        "brackets in brackets": "[" * (half - 20) + "a" + "]" * (half - 20),
        "strong in emphasis": "*a **a " * (chars // 14 - 5) + "b" + " a** a*" * (chars // 14 - 5),
        "parentheses in a link": "[a](" + "(" * (half - 20) + ")" * (half - 20),
        "backticks of growing number": " ".join("`" * i for i in range(1, int(half**0.5 * 1.9))),
        "deep list": "".join(" " * 4 * i + "- a\n" for i in range(int(half**0.5) - 20)),
        "deep loose list": "".join(" " * 4 * i + "- a\n\n" for i in range(int(half**0.5) - 20)),
        "a wide and long table": "|a" * (fifth // 8) + "|\n" + "|-" * (fifth // 8) + "|\n" + "|\n" * fifth,
        "an address and its closing signs": "http://a" + ")" * (chars - 40),
        "a long host": "http://a.b/" + "a." * (half - 40),
    }
    return {name: f"first\n\n{text}\n\nlast" for name, text in shapes.items()}
