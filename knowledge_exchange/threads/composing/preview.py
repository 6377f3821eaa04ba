"""How a text will look: what the composer shows while it is written, and without scripts when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import TYPING_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.markup import render
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.threads.composing.asking import ANSWER_BY, typed_under_prompts, with_answers
from knowledge_exchange.threads.files.attaching import FIELD
from knowledge_exchange.threads.files.attachment_html import dressed_for
from knowledge_exchange.threads.forms import Errors, check_body
from knowledge_exchange.threads.routes import blueprint

View = TypeVar("View", bound=Callable[..., Any])

#: The button of forms without scripts: they are shown again, with how it will look, and nothing is posted.
BUTTON = "preview"
#: Fields that no preview needs: what is wrong with them is said when the form is posted.
_ASKED_LATER = frozenset({"title", ANSWER_BY})
SHOWN, WRONG = 200, 422


@blueprint.post("/preview")
@active
@limiter.limit(TYPING_LIMIT)
def preview() -> ResponseReturnValue:
    """The text of a form as a post would show it, as a piece of HTML; it is neither kept nor logged.

    Of the fields ``body`` and those of the form's questions (``asking.py``).
    """
    body = with_answers({"body": clean_text(request.form.get("body", "")), **typed_under_prompts(request.form)})
    if not body.strip():
        return f"<p class='quiet'>{escape(_('Nothing to show yet.'))}</p>"
    errors = check_body(body)
    if errors:
        return f"<p class='quiet'>{escape(errors['body'])}</p>", WRONG
    return _as_shown(require_me(), body)


def is_asked() -> bool:
    """Whether the form at hand is not to be posted, but shown again with how it will look."""
    return BUTTON in request.form


def in_form(me: Me, body: str, errors: Mapping[str, str]) -> tuple[Markup, Errors, int]:
    """For a form that is shown again: how ``body`` will look, what is wrong by now, and the answer's status.

    Nothing is shown of a text with which something is wrong. Never within a unit of work.
    """
    wrong = {field: error for field, error in errors.items() if field not in _ASKED_LATER}
    return Markup() if "body" in wrong else _as_shown(me, body), wrong, WRONG if wrong else SHOWN


def limited(limit: str) -> Callable[[View], View]:
    """Limit how often a form is posted; a preview counts as one of those that a script asks for.

    Not one that brings files: they are taken, as if it were posted.
    """

    def limit_both(view: View) -> View:
        typing = limiter.limit(TYPING_LIMIT, exempt_when=lambda: not _is_only_shown())
        return cast(View, limiter.limit(limit, exempt_when=_is_only_shown)(typing(view)))

    return limit_both


def _is_only_shown() -> bool:
    return is_asked() and not any(file.filename for file in request.files.getlist(FIELD))


def _as_shown(me: Me, body: str) -> Markup:
    return Markup(dressed_for(me.id, render(body)))  # noqa: S704 -- by the renderer of posts
