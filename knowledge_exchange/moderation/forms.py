"""The forms of this room. The gate has checked where they come from."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from knowledge_exchange.core.clock import now
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.limits import (
    LEAST_ANSWER,
    LEAST_REASON,
    LONGEST_DELAY,
    MOST_ANSWER,
    MOST_BASIS,
    MOST_REASON,
)
from knowledge_exchange.moderation.openness.rules import choices
from knowledge_exchange.moderation.unsealing import Asked

_BY_LAW = "law"


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


def _reason() -> list[DataRequired | Length]:
    wrong = _l("Say it in plain words: at least 20 characters, at most 2,000.")
    return [DataRequired(wrong), Length(LEAST_REASON, MOST_REASON, wrong)]


class AskForm(Form):
    """Why a pseudonym is to be opened."""

    ground = RadioField(_l("On what ground?"), [DataRequired(_l("Choose the ground."))])
    reason = TextAreaField(_l("Why, in plain words"), _reason(), filters=[_trimmed])
    until = DateField(_l("The author may not be told before"), [Optional()])
    legal_basis = StringField(
        _l("What law says so"),
        [Length(max=MOST_BASIS, message=_l("Say it in at most 300 characters."))],
        filters=[_trimmed],
    )

    def validate_until(self, field: DateField) -> None:
        """A delay is the law's alone, and ends."""
        if field.data is None:
            return
        if self.ground.data != _BY_LAW:
            raise ValidationError(_("Only the law can ask that the author be told later."))
        today = now().date()
        if not today < field.data <= today + LONGEST_DELAY:
            raise ValidationError(_("Choose a day from tomorrow on, at most 90 days ahead."))

    def validate_legal_basis(self, field: StringField) -> None:
        """Whoever asks for a delay says by which law, and the other way round."""
        if self.until.data is not None and not field.data:
            raise ValidationError(_("Name the law, or the court’s order, that asks for the delay."))
        if field.data and self.until.data is None and not self.until.errors:
            raise ValidationError(_("Say until when, too; or leave this empty."))

    def asked(self) -> Asked:
        """What it says, once it is valid."""
        reason, basis = self.reason.data or "", self.legal_basis.data or ""
        return Asked(ground=self.ground.data, reason=reason, legal_basis=basis, tell_at=self._tell_at())

    def _tell_at(self) -> datetime | None:
        day: date | None = self.until.data
        return None if day is None else datetime.combine(day, time(), UTC)


class DeclineForm(Form):
    """Why a second officer does not agree."""

    answer = TextAreaField(
        _l("Why not"),
        [
            DataRequired(_l("Say why: whoever asked reads it.")),
            Length(LEAST_ANSWER, MOST_ANSWER, _l("Say it in at least 5 characters, at most 500.")),
        ],
        filters=[_trimmed],
    )


class AimForm(Form):
    """Why whoever is behind a pseudonym is suspended, or removed."""

    cause = RadioField(_l("Why?"), [DataRequired(_l("Choose why."))])
    #: Filled by ``sanction_forms.let_choose_days``.
    days = SelectField(_l("For how long"), validate_choice=False)
    reason = TextAreaField(_l("In your own words"), _reason(), filters=[_trimmed])

    def validate_days(self, field: SelectField) -> None:
        """As long as such a thing may last."""
        if (field.data or "") not in [value for value, *_more in field.iter_choices()]:
            raise ValidationError(_("Choose for how long."))


class ReasonForm(Form):
    """Why a moderator acts: a house rule, words of their own, or both. Whoever wrote the post reads it."""

    rule = SelectField(_l("House rule"), validate_choice=False)
    reason = TextAreaField(_l("In your own words"), filters=[_trimmed])

    @classmethod
    def of(cls, network_id: int | None, data: MultiDict[str, str] | None = None) -> Self:
        """The form with the rules of that network; ``data``: what was typed."""
        form = cls(data)
        form.rule.choices = [("", _("No rule chosen")), *choices(network_id)]
        return form

    def validate_rule(self, field: SelectField) -> None:
        """One of those that hold now, or none."""
        if (field.data or "") not in [value for value, *_more in field.iter_choices()]:
            raise ValidationError(_("The rules have changed: choose again."))

    def validate_reason(self, field: TextAreaField) -> None:
        """At least one of both, and of a length that people read."""
        if not field.data and not self.rule.data:
            raise ValidationError(_("Choose a rule, or say why in your own words: the author reads it."))
        if len(field.data or "") > MOST_REASON:
            raise ValidationError(_("Say it in at most 2,000 characters."))

    def given(self) -> Reason:
        """What it says, once it is valid."""
        return Reason(rule=self.rule.data or "", text=self.reason.data or "")
