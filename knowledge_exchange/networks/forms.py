"""The small forms around networks. The gate has checked where they come from."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

MAX_NOTE_CHARS = 500
MAX_WHO_CHARS = 254
MAX_CODE_CHARS = 20


class AskForm(Form):
    """A word to the moderators of a closed network."""

    note = TextAreaField(_l("A word to the moderators"), [Length(max=MAX_NOTE_CHARS)])


class DecideForm(Form):
    """The moderators' answer; a refusal says why."""

    reason = StringField(_l("Why not (they will read it)"), [Length(max=MAX_NOTE_CHARS)])


class InviteForm(Form):
    """Whom to invite."""

    who = StringField(
        _l("Handle or e-mail address"),
        [DataRequired(_l("Enter a handle or an e-mail address.")), Length(max=MAX_WHO_CHARS)],
    )


class AppointForm(Form):
    """Whom to ask to be a link manager."""

    email = StringField(
        _l("Their e-mail address"), [DataRequired(_l("Enter an e-mail address.")), Length(max=MAX_WHO_CHARS)]
    )


class MergeForm(Form):
    """Into which organisation it was merged, and when."""

    successor = StringField(
        _l("Code of the successor"), [DataRequired(_l("Enter its code.")), Length(max=MAX_CODE_CHARS)]
    )
    on = DateField(_l("Since when"), [Optional()])


class ModeratorForm(Form):
    """Whom to make a moderator."""

    handle = StringField(_l("Handle"), [DataRequired(_l("Enter a handle.")), Length(max=MAX_WHO_CHARS)])
