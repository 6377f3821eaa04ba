"""The form in which members say who may find them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, Field, Form, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks.profiles import Said

MAX_TITLE_CHARS = 80
#: What one can be asked about: so many, each of so many letters.
MOST_TOPICS, MAX_TOPIC_CHARS = 8, 40
MAX_ABOUT_CHARS = 600


def _lines(text: str | None) -> str:
    """Text as it was set in lines, each without what can't be seen; no empty ones at its ends."""
    return "\n".join(one_line(line) for line in (text or "").splitlines()).strip()


def _topics(text: str | None) -> str:
    """One topic a line, each once; a comma ends one, too."""
    found = [one_line(topic) for line in (text or "").splitlines() for topic in line.split(",")]
    return "\n".join(dict.fromkeys(topic for topic in found if topic))


class ProfileForm(Form):
    """What a member says of themselves. ``has_handle``: there is something to find them by."""

    title = StringField(
        _l("What you do, in words"), [Length(max=MAX_TITLE_CHARS)], filters=[lambda text: one_line(text or "")]
    )
    is_listed = BooleanField(_l("Put me in the directory"))
    shows_organisation = BooleanField(_l("Show where I work"))
    shows_region = BooleanField(_l("Show my region"))
    ask_me_about = TextAreaField(_l("Ask me about"), filters=[_topics])
    about = TextAreaField(_l("A few words more"), filters=[_lines])
    has_handle = True

    def validate_is_listed(self, field: Field) -> None:
        """Without a handle nobody could be led to them."""
        if field.data and not self.has_handle:
            raise ValidationError(
                _("Choose a handle first, in the settings of your account: your page stands under it.")
            )

    def validate_ask_me_about(self, field: Field) -> None:
        """A few, and short."""
        topics = str(field.data).splitlines()
        if len(topics) > MOST_TOPICS:
            raise ValidationError(_("At most %(most)s: keep those that you know best.", most=MOST_TOPICS))
        if any(len(topic) > MAX_TOPIC_CHARS for topic in topics):
            raise ValidationError(
                _("Each at most %(most)s letters long. Put the rest into the words below.", most=MAX_TOPIC_CHARS)
            )

    def validate_about(self, field: Field) -> None:
        """Not an essay."""
        over = len(field.data) - MAX_ABOUT_CHARS
        if over > 0:
            raise ValidationError(ngettext("%(num)s letter too long.", "%(num)s letters too long.", over))

    @property
    def said(self) -> Said:
        """What was said, once it has been checked."""
        data: dict[str, Any] = self.data
        return Said(**{name: data[name] for name in Said.__dataclass_fields__})
