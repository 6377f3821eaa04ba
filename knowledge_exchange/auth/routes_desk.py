"""The page on which a member says what others at their desk may see."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import update
from wtforms import BooleanField, Field, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError

from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.desk import BLUR_MINUTES, Desk
from knowledge_exchange.auth.forms import Form
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work


class DeskForm(Form):
    """The four choices."""

    neutral_tab = BooleanField(_l("A neutral tab"))
    plain_addresses = BooleanField(_l("No titles in addresses or history"))
    quick_exit = BooleanField(_l("A quick way out"))
    blur_minutes = SelectField(_l("Cover the page when I am away"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blur_minutes.choices = [SelectChoice(str(minutes), _after(minutes)) for minutes in BLUR_MINUTES]

    def validate_blur_minutes(self, field: Field) -> None:
        """One of the times that are offered."""
        if field.data not in map(str, BLUR_MINUTES):
            raise ValidationError(_("Choose one of the times in the list."))

    @property
    def desk(self) -> Desk:
        """What was chosen, once it has been checked."""
        return Desk(
            bool(self.neutral_tab.data),
            bool(self.plain_addresses.data),
            bool(self.quick_exit.data),
            int(self.blur_minutes.data),
        )


def _after(minutes: int) -> str:
    return str(ngettext("After %(num)s minute", "After %(num)s minutes", minutes)) if minutes else str(_("Never"))


@blueprint.get("/settings/desk")
@active
def desk() -> ResponseReturnValue:
    """The choices as they stand."""
    mine = require_me().desk
    return _page(DeskForm(formdata=None, data={**mine._asdict(), "blur_minutes": str(mine.blur_minutes)}))


@blueprint.post("/settings/desk")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change_desk() -> ResponseReturnValue:
    """Choose anew; it holds from the next page on, in every browser."""
    form = DeskForm()
    if not form.validate():
        return _page(form), 422
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == require_me().id).values(**form.desk._asdict()))
    flash(_("Saved. It holds for every page that you open from now on."), "good")
    return redirect(url_for("auth.desk"), 303)


def _page(form: DeskForm) -> str:
    return render_template("auth/desk.html", nav="me", form=form)
