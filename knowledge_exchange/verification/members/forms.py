"""The forms of the pages about members. The gate has checked where they come from."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from knowledge_exchange.verification.members.queries import MIN_CHARS

MAX_CHARS = 254
MAX_REASON_CHARS = 500


class FindForm(Form):
    """Whom to look for."""

    text = StringField(_l("E-mail address, name, or whole membership number"), [Length(max=MAX_CHARS)])
    source = SelectField(_l("On which roll, for a number"), validate_choice=False)

    def validate_text(self, field: StringField) -> None:
        """One letter would find half of them."""
        if len((field.data or "").strip()) < MIN_CHARS:
            raise ValidationError(_l("Enter an address, a name or a number."))


class ActForm(Form):
    """Why something is done with an account: chosen, and in words."""

    chosen = RadioField(_l("Why?"), [DataRequired(_l("Choose why."))])
    words = TextAreaField(
        _l("In your own words"),
        [
            DataRequired(_l("Say it in your own words, too: one sentence will do.")),
            Length(max=MAX_REASON_CHARS, message=_l("Say it in at most 500 characters.")),
        ],
    )


class RoleForm(ActForm):
    """Which office."""

    role = SelectField(_l("Office"))
