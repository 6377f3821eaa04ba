"""What somebody signs in with besides the password: passkeys, an authenticator app, recovery codes.

Their times and ids are rounded like those of sign-ins: each use of a factor is one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_rounded_id


class Passkey(Base):
    """A key pair of which the private half never leaves the member's phone, computer or security key."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Id)  # uses as the device counts them; 0 for ever where it doesn't
    name: Mapped[str]  # the member's own: "My phone"
    transports: Mapped[str] = mapped_column(default="")  # how browsers reach it: "hybrid internal"
    created_at: Mapped[datetime] = mapped_column(default=rounded_now)
    used_at: Mapped[datetime | None]


class AuthenticatorApp(Base):
    """The secret that an authenticator app shares (RFC 6238), sealed. Without ``confirmed_at`` it is being set up."""

    __tablename__ = "totp"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=rounded_now)
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(Id)  # the code used last, as ``factors_app`` marks it


class RecoveryCode(Base):
    """One of ten codes on paper, for the day on which the phone is gone. Only a keyed hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(default=rounded_now)
    used_at: Mapped[datetime | None]


class SpentChallenge(Base):
    """A passkey's challenge that was answered: no answer counts twice. Forgotten once it has run out."""

    __tablename__ = "spent_challenge"

    challenge_hash: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
