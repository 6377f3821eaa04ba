"""The forms of sanctions. The gate has checked where they come from."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, ValidationError

from knowledge_exchange.moderation.forms import AimForm, ReasonForm
from knowledge_exchange.moderation.sanctions import sanction_words
from knowledge_exchange.moderation.sanctions.sanction_policy import DAYS, WARNING, may_last

#: What the field of days says where there is no end.
NO_END = ""
#: No number of days has so many digits.
MOST_DIGITS = 4
#: An appeal says enough to be judged, and is read in some minutes.
LEAST_APPEAL, MOST_APPEAL = 20, 4000


def let_choose_days(form: AimForm, kind: str) -> None:
    """How long that kind may last; of a warning it is not asked."""
    if kind == WARNING:
        del form.days
        return
    form.days.choices = [(_word(days), sanction_words.lasting(days)) for days in DAYS[kind]]


def _word(days: int | None) -> str:
    return NO_END if days is None else str(days)


def days_of(form: AimForm | SanctionForm) -> int | None:
    """What was chosen, in a form that is valid."""
    asked = form.days if "days" in form else None
    return int(asked.data) if asked is not None and asked.data else None


class SanctionForm(ReasonForm):
    """What is imposed on somebody under their name, for how long, and why."""

    kind = RadioField(_l("What is to happen?"), [DataRequired(_l("Choose what is to happen."))])
    days = SelectField(_l("For how long"), validate_choice=False)

    def let_choose(self, offered: Collection[str]) -> None:
        """What they may impose; the days of all of it."""
        said = sanction_words.kinds()
        self.kind.choices = [SelectChoice(kind, said[kind]) for kind in offered]
        every = sorted({days for kind in offered for days in DAYS[kind]}, key=lambda days: days or 0)
        self.days.choices = [(_word(days), sanction_words.lasting(days)) for days in every]

    def validate_days(self, field: SelectField) -> None:
        """As long as what was chosen may last; of a warning it is not asked."""
        if self.kind.data in DAYS and self.kind.data != WARNING and not may_last(self.kind.data, _chosen(field)):
            allowed = ", ".join(sanction_words.lasting(days) for days in DAYS[self.kind.data])
            raise ValidationError(_("Choose one of these for how long: %(days)s.", days=allowed))


def _chosen(field: SelectField) -> int | None:
    """So many days; -1 for what is no number."""
    typed = field.data or ""
    return None if typed == NO_END else int(typed) if typed.isdecimal() and len(typed) < MOST_DIGITS else -1


class AppealForm(Form):
    """Why somebody else is to look at it."""

    text = TextAreaField(
        _l("Why it should be looked at again"),
        [
            DataRequired(_l("Say why, in at least 20 characters.")),
            Length(LEAST_APPEAL, MOST_APPEAL, _l("Say it in at least 20 characters, at most 4,000.")),
        ],
        filters=[lambda text: (text or "").strip()],
    )
