"""What is the reader's own about marks, laid over the posts of a page, which are the same for everybody.

A post's markup bears the button of those who have not pressed it. Here it becomes, for this reader, the one that is
pressed, or on their own posts none: without a script, and without another look at the page's template.
"""

from __future__ import annotations

from collections.abc import Collection

from knowledge_exchange.threads.marks.marks import HELPFUL, KINDS, Kind, marked_by
from knowledge_exchange.threads.rendering import Body


def laid_over(body: Body, opening_id: int, member_id: int, participant_id: int | None) -> tuple[bytes, bytes]:
    """The page's opening post and its talk as this member sees them; ``participant_id``: their place in the thread.

    One statement where a post on the page bears marks, else none.
    """
    marked = marked_by(member_id, body.marked) if body.marked else ()
    own = body.posts_of.get(participant_id, "").split() if participant_id is not None else ()
    if not marked and not own:
        return body.opening, body.talk
    # Each look goes through all of the page's text, so a reply is not looked for at the opening post.
    opened = str(opening_id)
    opening = _drawn(body.opening, marked, KINDS, [mine for mine in own if mine == opened])
    return opening, _drawn(body.talk, marked, (HELPFUL,), [mine for mine in own if mine != opened])


def _drawn(html: bytes, marked: Collection[tuple[Kind, int]], kinds: Collection[Kind], own: Collection[str]) -> bytes:
    for kind, post_id in marked:
        button = _button(kind, post_id)
        html = html.replace(button, button[:-1] + b'/back" aria-pressed="true"')
    for mine in own:
        for kind in kinds:
            html = html.replace(_button(kind, mine), b"hidden " + _button(kind, mine))
    return html


def _button(kind: Kind, post_id: int | str) -> bytes:
    return f'formaction="/p/{post_id}/{kind}"'.encode()
