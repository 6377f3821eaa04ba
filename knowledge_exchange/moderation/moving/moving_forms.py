"""Forms with which threads are moved, merged and split."""

from __future__ import annotations

import re
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.moderation.moving import moving
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.forms import check_title
from knowledge_exchange.threads.models import KINDS
from knowledge_exchange.threads.words import kinds

_ADDRESS = re.compile(r"(?:^|/)(?P<what>[tp]/)?(?P<id>\d{1,20})(?:[/?#]|$)")


class MoveForm(ReasonForm):
    """Where to, and why."""

    network = SelectField(_l("To which network?"), validate_choice=False)

    @classmethod
    def for_thread(cls, me: Me, thread: AnyRow, data: MultiDict[str, str] | None = None) -> Self:
        """The form with the networks in which this member acts."""
        form = cls.of(thread.network_id, data)
        there = moving.destinations(me, thread.network_id)
        form.network.choices = [("", _("Choose a network")), *((one.slug, one.name) for one in there)]
        return form

    def validate_network(self, field: SelectField) -> None:
        """One of them."""
        if not field.data or field.data not in [value for value, *_more in field.iter_choices()]:
            raise ValidationError(_("Choose one of the networks in which you act."))


class MergeForm(ReasonForm):
    """Into which thread, and why."""

    into = StringField(_l("Address of the thread that it becomes part of"), filters=[lambda text: (text or "").strip()])

    def validate_into(self, field: StringField) -> None:
        """An address, or the number in one; what stands there is asked later."""
        if _ADDRESS.search(field.data or "") is None:
            raise ValidationError(_("Copy the address of the other thread, from the top of your browser, in here."))

    def thread_id(self) -> int:
        """The thread that was meant; 0: none."""
        found = _ADDRESS.search(self.into.data or "")
        number = parse_id(found["id"]) if found else None
        if found is not None and found["what"] == "p/" and number is not None:
            post = queries.post_by_id(number)
            return post.thread_id if post is not None else 0
        return number or 0


class SplitForm(ReasonForm):
    """Which posts, what the new thread is called, and why."""

    posts = SelectMultipleField(_l("Posts"), validate_choice=False)
    under = BooleanField(_l("And everything that hangs under them"))
    title = StringField(_l("Title of the new thread"), filters=[lambda text: clean_line(text or "")])
    kind = SelectField(_l("It is"), choices=[], validate_choice=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.kind.choices = [(kind, words[0]) for kind, words in kinds().items()]

    def validate_posts(self, field: SelectMultipleField) -> None:
        """At least one."""
        if not self.post_ids():
            raise ValidationError(_("Choose at least one post."))

    def validate_title(self, field: StringField) -> None:
        """As of every thread."""
        if errors := check_title(field.data or ""):
            raise ValidationError(errors["title"])

    def validate_kind(self, field: SelectField) -> None:
        """One that there is."""
        if field.data not in KINDS:
            raise ValidationError(_("Choose what this is."))

    def post_ids(self) -> list[int]:
        """The posts that were ticked."""
        return [id_ for id_ in map(parse_id, self.posts.data or []) if id_ is not None]
