"""The forms of claimants and of the officers who settle claims. The gate has checked where they come from."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import wording
from knowledge_exchange.verification.claims.codes import CODE_CHARS, normal_code
from knowledge_exchange.verification.matching import is_number, normal_number, plain_surname
from knowledge_exchange.verification.rolls.applying import source_key

MAX_CHARS = 100
MAX_NOTE_CHARS = 1000
MAX_EVIDENCE_CHARS = 1000
MAX_APPEAL_CHARS = 2000


class ClaimForm(Form):
    """Whose roll, which number, what surname."""

    source = RadioField(_l("Which union sends your membership card?"), validate_choice=False)
    number = StringField(_l("Membership number"), [Length(max=MAX_CHARS)])
    surname = StringField(_l("Surname on the roll"), [Length(max=MAX_CHARS)])

    def validate_source(self, field: RadioField) -> None:
        """A roll must be chosen; whether the exchange has it is not told."""
        if source_key(field.data or "") is None:
            raise ValidationError(_l("Choose the union that sends your card."))

    def validate_number(self, field: StringField) -> None:
        """It must look like a number; nothing is looked up."""
        if not is_number(normal_number(field.data or "")):
            raise ValidationError(_l("Enter the number on your membership card: letters and digits only."))

    def validate_surname(self, field: StringField) -> None:
        """A surname needs a letter."""
        if not plain_surname(field.data or ""):
            raise ValidationError(_l("Enter your surname as it stands on the roll."))


class CodeForm(Form):
    """The code from the letter."""

    code = StringField(_l("Code"))

    def validate_code(self, field: StringField) -> None:
        """Eight letters and digits, spaces aside."""
        if len(normal_code(field.data or "")) != CODE_CHARS:
            raise ValidationError(_l("The code has eight letters and digits: check it against the mail."))


class SearchForm(Form):
    """What an officer looks for on the roll."""

    text = StringField(_l("Surname or whole membership number"), [Length(max=MAX_CHARS)])


class SettleForm(Form):
    """A decision and its note."""

    note = TextAreaField(_l("Note"), [Length(max=MAX_NOTE_CHARS)], id="accept-note")


class RefuseForm(Form):
    """Turning a claim down takes a reason; some take a note besides."""

    reason = RadioField(_l("Reason"), choices=lambda: list(wording.refusals().items()), validate_choice=False)
    note = TextAreaField(_l("What they should do next"), [Length(max=MAX_NOTE_CHARS)], id="refuse-note")

    def validate_reason(self, field: RadioField) -> None:
        """One of those that there are."""
        if field.data not in policy.REFUSALS:
            raise ValidationError(_l("Choose a reason."))

    def validate_note(self, field: TextAreaField) -> None:
        """Where the reason says too little by itself."""
        if self.reason.data in policy.REFUSALS_WITH_NOTE and not (field.data or "").strip():
            raise ValidationError(_l("Say more, so that they know what to do next."))


class EvidenceForm(Form):
    """What may help an officer to find the claimant. Nothing is allowed, too: it takes back what was there."""

    evidence = TextAreaField(_l("What may help to find you"), [Length(max=MAX_EVIDENCE_CHARS)])


class AppealForm(Form):
    """Why somebody else should look again."""

    text = TextAreaField(
        _l("What should be looked at again, and why"),
        [DataRequired(_l("Say what you think was wrong.")), Length(max=MAX_APPEAL_CHARS)],
        id="appeal-text",
    )


class AnswerForm(Form):
    """What becomes of an appeal: the appellant reads it."""

    answer = TextAreaField(
        _l("Your answer"),
        [DataRequired(_l("Write an answer: they read it.")), Length(max=MAX_APPEAL_CHARS)],
    )
