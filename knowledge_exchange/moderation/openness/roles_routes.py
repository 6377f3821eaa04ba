"""Who may do what, on one page: the table of rights for all to read."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.moderation.openness.rights import RIGHTS
from knowledge_exchange.moderation.specimens import specimens
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("roles", __name__)


@blueprint.get("/roles")
@active
def page() -> ResponseReturnValue:
    """The table; every cell asks the policies themselves."""
    people = specimens()
    groups: dict[str, list[tuple[str, list[bool]]]] = {}
    for right in RIGHTS:
        holds = [right.holds(who) for who in people]
        groups.setdefault(str(right.group), []).append((str(right.label), holds))
    return render_template(
        "moderation/roles.html",
        nav="",
        unread=unread_count(require_me().id),
        names=[_names()[who.name] for who in people],
        groups=groups,
    )


def _names() -> dict[str, str]:
    """Roles in words."""
    return {
        "outside": _("Member, not in the network"),
        "member": _("Member of the network"),
        "moderator": _("Network moderator"),
        "lead": _("Lead moderator"),
        "membership_officer": _("Membership officer"),
        "officer": _("National officer"),
        "administrator": _("Administrator"),
    }
