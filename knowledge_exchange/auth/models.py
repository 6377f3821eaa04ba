"""Members, their sign-ins, and the one-time links that are mailed to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id, new_rounded_id

STANDINGS = ("pending", "active", "lapsed", "suspended", "left")
ROLES = ("member", "officer", "membership_officer", "administrator")
VIEWS = ("tree", "flat")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Member(Base):
    """A person with an account. That the row exists is confidential."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint(_one_of("standing", STANDINGS), name="standing"),
        CheckConstraint(_one_of("role", ROLES), name="role"),
        CheckConstraint(_one_of("thread_view", VIEWS), name="thread_view"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)  # in small letters
    email_confirmed_at: Mapped[datetime | None]
    name: Mapped[str]
    handle: Mapped[str | None] = mapped_column(unique=True)
    handle_changed_at: Mapped[datetime | None]
    password_hash: Mapped[str]
    standing: Mapped[str] = mapped_column(default="pending")
    standing_since: Mapped[datetime] = mapped_column(default=now)
    standing_cause: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="member")
    title: Mapped[str] = mapped_column(default="")  # role in words: "Operations manager, acute"
    category: Mapped[str] = mapped_column(default="full")
    region: Mapped[str | None]  # slug of the regional network
    organisation_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    zone: Mapped[str] = mapped_column(default="Europe/London")
    thread_view: Mapped[str] = mapped_column(default="tree")
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: When they last signed out, rounded: the sign-in, which says when it was last used, is gone by then.
    was_here_at: Mapped[datetime | None]
    # At a desk that others can see (``auth/desk.py``).
    #: The browser's tab says neither what this is nor what is read.
    neutral_tab: Mapped[bool] = mapped_column(default=False)
    #: Addresses hold no words of titles.
    plain_addresses: Mapped[bool] = mapped_column(default=False)
    #: A way out on every page, by one key or one touch.
    quick_exit: Mapped[bool] = mapped_column(default=False)
    #: After so many minutes without a touch the page is blurred; 0: never.
    blur_minutes: Mapped[int] = mapped_column(default=0)


class SealedList(Base):
    """A member's sealed places in threads (pseudonyms), readable with the key file alone (``auth/sealed_list.py``).

    Everybody has one, of the same length whether it is empty or not, and all are sealed afresh again and again: that
    a row is there, or has changed, tells nothing.
    """

    __tablename__ = "sealed_list"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Locker(Base):
    """Something that one member keeps for themselves (``auth/lockers.py``): found and opened with the key file alone.

    No column names anybody or anything: a draft, a bookmark in a thread beside a member would be an unsealing.
    """

    __tablename__ = "locker"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    #: The day of its last change, so that what nobody comes back to is forgotten.
    last_on: Mapped[date] = mapped_column(index=True)


class Profile(Base):
    """What a member says of themselves to other members; without a row nothing, and nobody finds them."""

    __tablename__ = "profile"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    #: In the directory, with a page of their own, and found when somebody types a mention.
    is_listed: Mapped[bool] = mapped_column(default=False, index=True)
    shows_organisation: Mapped[bool] = mapped_column(default=False)
    shows_region: Mapped[bool] = mapped_column(default=False)
    #: "Ask me about", and a few words more, as plain text.
    ask_me_about: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")


class TakenHandle(Base):
    """Every handle that anybody ever had: never given out again."""

    __tablename__ = "taken_handle"

    handle: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(default=now)


class SignIn(Base):
    """A session on one device, its times rounded. Ending it deletes the row; the cookie is then worth nothing."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=rounded_now)
    seen_at: Mapped[datetime] = mapped_column(default=rounded_now)
    device: Mapped[str] = mapped_column(default="")  # in words: "Firefox on Windows"
    confirmed_at: Mapped[datetime | None]  # last shown to be the member: password, code or passkey (None: as it began)
    place: Mapped[str] = mapped_column(default="")  # in words: "United Kingdom"; the address itself is not kept
    way: Mapped[str] = mapped_column(default="")  # how it was shown who they are: password, passkey, union…


class EmailToken(Base):
    """A link sent by e-mail, good once and for a while: to confirm an address, to reset a password."""

    __tablename__ = "email_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    email: Mapped[str] = mapped_column(default="")  # the new address that it confirms, where it is to change


class UnionIdentity(Base):
    """An account with the union's own identity provider, linked to one here (OpenID Connect Core, 2: iss and sub)."""

    __tablename__ = "union_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    issuer: Mapped[str]
    subject: Mapped[str]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    #: By which verified claim it was linked: email, number, or the member's own word while signed in.
    linked_by: Mapped[str]
    linked_at: Mapped[datetime] = mapped_column(default=rounded_now)
    used_at: Mapped[datetime | None]


class Category(Base):
    """A kind of membership, as the rolls name it: which networks it joins by itself, and what it may do."""

    __tablename__ = "category"

    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    #: Other words for it in the rolls, in small letters, separated by semicolons.
    aliases: Mapped[str] = mapped_column(default="")
    #: Whether its members join their region's network, and their organisation's.
    joins_region: Mapped[bool] = mapped_column(default=True)
    joins_organisation: Mapped[bool] = mapped_column(default=True)
    may_start: Mapped[bool] = mapped_column(default=True)
    may_reply: Mapped[bool] = mapped_column(default=True)
    #: Whether they may join, or ask to join, further networks.
    may_join: Mapped[bool] = mapped_column(default=True)
    #: Its members are still being taken out of networks that it doesn't give them any more (a job, bit by bit).
    settling: Mapped[bool] = mapped_column(default=False)


class StandingChange(Base):
    """One step in somebody's standing: when, why, by whom (None: by the exchange itself)."""

    __tablename__ = "standing_change"
    __table_args__ = (Index(None, "member_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    before: Mapped[str]
    after: Mapped[str]
    cause: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)
