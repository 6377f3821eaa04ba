"""The forms of the page of settings. Nothing here looks into the database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from knowledge_exchange.auth.forms import Form, text_of
from knowledge_exchange.core.i18n import zone_of
from knowledge_exchange.notifications.kinds import KINDS, MAILS, Choice
from knowledge_exchange.notifications.quiet import MINUTES_A_DAY, MINUTES_AN_HOUR, moment_of

#: Pauses that are one press away, and the hour of the morning at which those by the day end.
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MORNING = 8 * MINUTES_AN_HOUR
#: Whoever wants less than this wants the e-mail stopped.
LONGEST_PAUSE = timedelta(days=366)
_HOURS_A_DAY = MINUTES_A_DAY // MINUTES_AN_HOUR
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d\d)(?::\d\d)?)?")
_BRITISH_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def preset(name: str, zone: str, at: datetime) -> datetime | None:
    """When a pause of that name ends that begins ``at``: ``hour``, ``tomorrow`` or ``week``; None for another."""
    if name == "hour":
        return at + HOUR
    if name == "week":
        return at + WEEK
    return next_morning(zone, at) if name == "tomorrow" else None


def next_morning(zone: str, at: datetime) -> datetime:
    """Eight o'clock on the day after, in that zone."""
    return _morning_of(day_of(at, zone) + DAY, zone)


def _morning_of(day: date, zone: str) -> datetime:
    return moment_of(day, MORNING, zone)


def day_of(at: datetime, zone: str) -> date:
    """The day that it is there."""
    return at.astimezone(zone_of(zone)).date()


def clock_of(text: str) -> int | None:
    """Minutes after midnight of a time as it is typed (``22:00``, ``7.30``, ``7``); None if it is none."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return hour * MINUTES_AN_HOUR + minute if hour < _HOURS_A_DAY and minute < MINUTES_AN_HOUR else None


def clock_text(minute: int | None) -> str:
    """The time as a field of a form takes it; empty for None."""
    return "" if minute is None else f"{minute // MINUTES_AN_HOUR:02}:{minute % MINUTES_AN_HOUR:02}"


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class PauseForm(Form):
    """Pausing until the morning of a day."""

    until = StringField(_l("Until 8:00 on"), filters=[_trimmed])

    def ends_at(self, zone: str, at: datetime) -> datetime | None:
        """When the pause ends; None, with the errors in the field, where it is no day to come."""
        day = _date_of(text_of(self.until))
        end = _morning_of(day, zone) if day and at.year <= day.year <= at.year + 2 else None
        if day is None:
            self.until.errors = [_("Choose a day, such as %(day)s.", day=f"{day_of(at + WEEK, zone):%d/%m/%Y}")]
        elif end is not None and at < end <= at + LONGEST_PAUSE:
            return end
        else:
            self.until.errors = [_("Choose a day after today, within a year.")]
        return None


def _date_of(text: str) -> date | None:
    """A day as browsers send it, or as people in Britain write it."""
    found = _BRITISH_DATE.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None


class HoursForm(Form):
    """Hours of every day; both empty for none."""

    quiet_from = StringField(_l("From"), filters=[_trimmed])
    quiet_to = StringField(_l("To"), filters=[_trimmed])

    def validate_quiet_from(self, field: Field) -> None:
        """A time, or nothing where the other is empty, too."""
        _check_clock(field, self.quiet_to)

    def validate_quiet_to(self, field: Field) -> None:
        """The same, and another time."""
        _check_clock(field, self.quiet_from)
        if field.data and clock_of(field.data) == clock_of(text_of(self.quiet_from)):
            raise ValidationError(
                _("Choose another time than the first. To be left in peace all day, pause everything.")
            )

    @property
    def hours(self) -> tuple[int | None, int | None]:
        """From when to when, once it has been checked."""
        return clock_of(text_of(self.quiet_from)), clock_of(text_of(self.quiet_to))


def _check_clock(field: Field, other: Field) -> None:
    if not field.data and other.data:
        raise ValidationError(_("Give both times, or clear both."))
    if field.data and clock_of(field.data) is None:
        raise ValidationError(_("Type a time such as 22:00."))


class MailForm(Form):
    """When digests come, and what e-mail may say."""

    digest = RadioField(
        _l("Digest"),
        choices=[
            SelectChoice("off", _l("Never")),
            SelectChoice("daily", _l("Every day")),
            SelectChoice("weekly", _l("Every week")),
        ],
        validate_choice=True,
    )
    digest_weekday = SelectField(_l("On"), coerce=int)
    digest_hour = SelectField(_l("At"), coerce=int)
    mail_details = BooleanField(_l("E-mails may show names and titles"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
        self.digest_weekday.choices = [SelectChoice(number, day) for number, day in enumerate(days)]
        hours = range(_HOURS_A_DAY)
        self.digest_hour.choices = [SelectChoice(hour, clock_text(hour * MINUTES_AN_HOUR)) for hour in hours]


class Typed:
    """What was chosen for each kind, as a form sends it: ``toast-<kind>`` if ticked, ``mail-<kind>``."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.choices = {
            kind.code: Choice(f"toast-{kind.code}" in form, form.get(f"mail-{kind.code}", "")) for kind in KINDS
        }
        #: Kinds of which it isn't said how they come by e-mail.
        self.errors = {code for code, choice in self.choices.items() if choice.mail not in MAILS}
