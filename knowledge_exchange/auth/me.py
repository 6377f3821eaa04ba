"""Who is asking: the member behind a request or a socket, as plain facts from one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask_login import UserMixin

from knowledge_exchange.auth.desk import OPEN, Desk
from knowledge_exchange.auth.sealed_list import NOWHERE, Places


@dataclass(frozen=True, slots=True)
class Me(UserMixin):  # type: ignore[misc]
    """A signed-in person. Frozen: rights are read from the database at every request."""

    id: int
    name: str
    handle: str | None
    standing: str
    role: str
    title: str
    region: str | None
    organisation_code: str | None
    zone: str
    thread_view: str
    sign_in_id: int
    seen_at: datetime
    token: str
    unread: int = 0  # on the badge, as the request began
    confirmed_at: datetime | None = None  # when this sign-in last showed that it is they: password, code or passkey
    must_set_up: bool = False  # their office asks for a second factor, and they have none
    # What their category of membership may do.
    may_start: bool = True
    may_reply: bool = True
    may_join: bool = True
    #: Where they write under a pseudonym: of each thread, as which participant.
    places: Places = field(default_factory=lambda: NOWHERE, compare=False)
    #: What others at their desk may see.
    desk: Desk = OPEN
    #: In at least one network.
    moderates: bool = False

    @property
    def is_active(self) -> bool:
        """Whether they are a member in good standing, with what their office asks for: the question of the gate."""
        return self.standing == "active" and not self.must_set_up

    @property
    def has_queue(self) -> bool:
        """Whether things wait for their decision: moderators, and those to whom goes what nobody decided."""
        return self.is_active and (self.moderates or self.role in ("officer", "administrator"))

    @property
    def is_authenticated(self) -> bool:
        """Whoever has a sign-in, whatever their standing (Flask-Login's own follows ``is_active``)."""
        return True

    def get_id(self) -> str:
        """What the cookie holds: the sign-in's token, so that ending the sign-in ends the cookie."""
        return self.token
