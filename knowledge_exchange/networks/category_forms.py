"""The forms of categories of membership."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from knowledge_exchange.auth.categories import BETWEEN, word_key
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks.categories import RIGHTS, Kept

MAX_NAME_CHARS = 60
MAX_ALIASES_CHARS = 1000


class _Named(Form):
    name = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), Length(max=MAX_NAME_CHARS)])

    def cleaned_name(self) -> str:
        """The name as it is kept."""
        return one_line(self.name.data or "")

    def refuse(self, field: str, why: str) -> None:
        """Put a reason that only the database knows beside its field."""
        self[field].errors = [*self[field].errors, why]


class AddForm(_Named):
    """A category to be made."""


class CategoryForm(_Named):
    """What is kept of a category, but for the networks that it joins by name."""

    aliases = TextAreaField(_l("Other words for it on the rolls"), [Length(max=MAX_ALIASES_CHARS)])
    joins_region = BooleanField(_l("Their region’s network"))
    joins_organisation = BooleanField(_l("Their organisation’s network, where there is one"))
    may_start = BooleanField(_l("Start threads"))
    may_reply = BooleanField(_l("Reply"))
    may_join = BooleanField(_l("Join further networks, or ask to"))

    def kept(self, networks: frozenset[str]) -> Kept:
        """What was entered, with the networks chosen beside it."""
        words = (word_key(one_line(word)) for word in re.split(rf"[\n,{BETWEEN}]", self.aliases.data or ""))
        rights = {name: bool(self[name].data) for name in RIGHTS}
        return Kept(self.cleaned_name(), tuple(dict.fromkeys(word for word in words if word)), rights, networks)
