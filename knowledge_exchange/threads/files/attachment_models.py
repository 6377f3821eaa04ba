"""What hangs on posts: files, and what readers said of them with one touch."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import random_id


class Attachment(Base):
    """A file that a post shows or links to, or uploaded and not yet posted. It names nobody: it is served by its post.

    What a picture shows is said where it is shown, in the post's text.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_unused",
            "unused_since",
            sqlite_where=text("unused_since IS NOT NULL"),
            postgresql_where=text("unused_since IS NOT NULL"),
        ),
    )

    #: By chance alone: it tells neither when it was uploaded nor what came before.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=random_id)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    #: Until it is posted: keyed hash of this file and its member, who alone may look at it and post it; then empty.
    by_hash: Mapped[str | None]
    #: Its file name, sealed: until it is posted, and under which name, nobody knows whom it would name.
    name: Mapped[bytes] = mapped_column(LargeBinary)
    #: As its content says: a media type of the allow-list.
    type: Mapped[str]
    size: Mapped[int]  # bytes, as stored
    width: Mapped[int | None]  # pixels, of images
    height: Mapped[int | None]
    #: Since its post's text names it no more, or none does yet: kept a while for drafts and for what may be undone, and
    #: served to nobody but who uploaded it; then swept.
    unused_since: Mapped[date | None] = mapped_column(default=lambda: now().date())


class Mark(Base):
    """One member found a post helpful, or has a thread's problem, too. Who, is readable for nobody.

    Its key is a keyed hash of kind, post and member: one each, to be taken back, and counted in ``post.helpful`` and
    ``thread.too``.
    """

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint("kind IN ('helpful', 'too')", name="kind"),)

    by_hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    #: The post; of a thread its opening post.
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
