"""Files of posts: kept when they are uploaded, bound by the text that names them, given out where that may be read.

A post's text is all that says which files are its own: ``![…](/files/ID)`` shows a picture, ``[…](/files/ID)`` links to
a document. So edits, acts of moderators and their undoing, drafts and posts that wait need nothing of their own: what
takes a reference out of a text takes the file with it, and what brings it back brings the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.locker_cover import put_under_cover
from knowledge_exchange.core import crypto
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, promise, table_of, unit_of_work
from knowledge_exchange.core.ids import MAX_ID, random_id
from knowledge_exchange.core.uploads import DOCUMENTS, PICTURES, SUFFIXES, Looked
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.file_store import name_of, store
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.queries import readable

MIB = 1024 * 1024
MAX_FILE_BYTES = 10 * MIB
#: Files that one form can bring into a post; an edit can bring further ones.
MOST_A_POST = 10
#: What one member may upload in a calendar month.
MONTHLY_BYTES = 200 * MIB
MAX_NAME_CHARS = 100
#: Files that one text names; further ones are left to be what they are written as. A page asks for those of all its
#: posts by one statement, which takes so many values and no more.
MOST_NAMED = 100
_PURPOSE = "attachment"
_IN_TEXT = re.compile(r"/files/(\d{1,19})(?!\d)")
_BLIND = {"synchronize_session": False}
WIDTHS = ("1080", "480")


class QuotaReached(Exception):
    """A member has uploaded as much as one may this month; nothing was kept."""


class Kept(NamedTuple):
    """A file as its uploader is told of it."""

    id: int
    name: str
    type: str
    size: int
    width: int | None
    height: int | None

    @property
    def is_picture(self) -> bool:
        """Whether it is shown, rather than linked to."""
        return self.type in PICTURES


def named_in(body: str) -> list[int]:
    """The files that a text names, each once, in their order; the first :data:`MOST_NAMED` of them."""
    if "/files/" not in body:
        return []
    found = dict.fromkeys(int(digits) for digits in _IN_TEXT.findall(body))
    return [file_id for file_id in found if 0 < file_id <= MAX_ID][:MOST_NAMED]


def keep(member_id: int, looked: Looked, name: str) -> Kept:
    """Keep a file that somebody uploads: theirs alone until they post it. Not within a unit of work: it writes files.

    Raises :class:`QuotaReached`, and ``OSError`` where it can't be stored.
    """
    file_id = random_id()
    names = [name_of(file_id, width) for width in looked.parts]
    try:
        for width, content in looked.parts.items():
            store().put(name_of(file_id, width), content)
        with unit_of_work():
            return _noted(member_id, file_id, looked, name)
    except BaseException:
        store().drop(names)
        raise


def _noted(member_id: int, file_id: int, looked: Looked, name: str) -> Kept:
    _count(member_id, sum(map(len, looked.parts.values())))
    kept = Kept(file_id, name, looked.type, len(looked.parts[""]), looked.width, looked.height)
    mine = crypto.keyed_hash(_PURPOSE, _of(file_id, member_id))
    db.session.add(Attachment(by_hash=mine, **{**kept._asdict(), "name": crypto.seal(name.encode())}))
    return kept


def _of(file_id: int, member_id: int) -> str:
    return f"{file_id}:{member_id}"


def uploaded(member_id: int) -> tuple[str, int]:
    """The month in which a member last uploaded something (``2026-11``), and how many bytes in all of it."""
    found = lockers.read(member_id, [lockers.UPLOADS]).get(lockers.UPLOADS)
    if found is None:
        return "", 0
    said = json.loads(found)
    return str(said["month"]), int(said["bytes"])


def uploaded_of(member_id: int) -> list[dict[str, Any]]:
    """That total, as part of what is handed out to a member about themselves."""
    month, size = uploaded(member_id)
    return [{"month": month, "bytes": size}] if month else []


def _count(member_id: int, size: int) -> None:
    """Add to a member's total: one number in their locker, and no row that says which files it is made of."""
    lockers.take_turn(member_id)
    month, before = uploaded(member_id)
    this_month = now().strftime("%Y-%m")
    total = size + (before if month == this_month else 0)
    if total > MONTHLY_BYTES:
        raise QuotaReached
    said = json.dumps({"month": this_month, "bytes": total}).encode()
    put_under_cover(member_id, lockers.UPLOADS, said)


def mine_among(member_id: int, file_ids: Collection[int]) -> dict[int, Kept]:
    """Those of these files that this member has uploaded and nobody has posted."""
    if not file_ids:
        return {}
    query = select(*FACTS, Attachment.by_hash).where(Attachment.id.in_(file_ids), Attachment.by_hash.is_not(None))
    return {row.id: _kept(row) for row in db.session.execute(query) if _is_mine(row, member_id)}


#: What :func:`plainly` needs of a row.
FACTS = (Attachment.id, Attachment.name, Attachment.type, Attachment.size, Attachment.width, Attachment.height)


def _is_mine(row: AnyRow, member_id: int) -> bool:
    return row.by_hash is not None and crypto.is_hash_of(row.by_hash, _PURPOSE, _of(row.id, member_id))


def _kept(row: AnyRow) -> Kept:
    return plainly(row)._replace(name=name_in(row.name, row.type))


def plainly(row: AnyRow) -> Kept:
    """A file without its name, which is sealed."""
    return Kept(row.id, "", row.type, row.size, row.width, row.height)


def name_in(sealed: bytes, type_: str) -> str:
    """What a file is called; a plain name where no key opens what was kept."""
    try:
        return crypto.unseal(bytes(sealed)).decode()
    except ValueError:
        return f"file.{SUFFIXES.get(type_, 'bin')}"


def forget_upload(member_id: int, file_id: int) -> bool:
    """Take back a file before it is posted; in a unit of work. False where it is not theirs, or has been posted."""
    if not mine_among(member_id, [file_id]):
        return False
    delete_files([file_id])
    return True


def delete_files(file_ids: Sequence[int]) -> None:
    """Delete files for good: their rows now, their content after the commit."""
    if file_ids:
        db.session.execute(delete(Attachment).where(Attachment.id.in_(file_ids)), execution_options=_BLIND)
        names = [name_of(file_id, width) for file_id in file_ids for width in ("", *WIDTHS)]
        promise("delete files", store().drop, names)


def settle_files(
    post_id: int, body: str, member_id: int | None = None, *, is_new: bool = False, sealed: bool = False
) -> None:
    """Let a post have the files that its text names now, and no others; in the unit of work that changes the text.

    ``member_id``: who wrote it, for files that they have uploaded. ``is_new``: it has none yet. ``sealed``: it stands
    under a pseudonym, so its files are called by made-up names and none that names its maker becomes one of them.
    """
    named = named_in(body)
    of_post = Attachment.post_id == post_id
    if not is_new:
        gone = (of_post, Attachment.unused_since.is_(None), Attachment.id.not_in(named))
        _set(gone, unused_since=now().date())
        if named:
            _set((of_post, Attachment.id.in_(named)), unused_since=None)
    if named and member_id is not None:
        _bind(post_id, named, member_id, sealed)


def _bind(post_id: int, named: list[int], member_id: int, sealed: bool) -> None:
    mine = mine_among(member_id, named[: 4 * MOST_A_POST])
    bound = [file_id for file_id in named if file_id in mine and not (sealed and mine[file_id].type in DOCUMENTS)]
    for place, file_id in enumerate(bound[:MOST_A_POST], 1):
        facts: dict[str, Any] = {"post_id": post_id, "by_hash": None, "unused_since": None}
        if sealed:
            facts["name"] = crypto.seal(made_up_name(mine[file_id].type, place).encode())
        # Not where another post has taken it since.
        _set((Attachment.id == file_id, Attachment.by_hash.is_not(None)), **facts)


def made_up_name(type_: str, number: int) -> str:
    """What a file of a pseudonymous post is called: nothing that its author has chosen."""
    return f"{'picture' if type_ in PICTURES else 'file'}-{number}.{SUFFIXES[type_]}"


def _set(where: Iterable[Any], **values: Any) -> None:
    table = table_of(Attachment)
    db.session.execute(update(table).where(*where).values(**values))


def put_aside(posts: Any) -> None:
    """Posts (a condition on Post) say nothing any more, for now: their files wait for their undoing, then go."""
    of = select(Post.id).where(posts)
    _set((Attachment.post_id.in_(of), Attachment.unused_since.is_(None)), unused_since=now().date())


def delete_of_post(post_id: int) -> None:
    """A post was taken away by its author: what belonged to it goes for good."""
    delete_files(db.session.scalars(select(Attachment.id).where(Attachment.post_id == post_id)).all())


def served_to(member_id: int, file_id: int) -> Kept | None:
    """A file that this (active) member may see: of a post that stands, where they may read; or their own upload."""
    of_post = (
        select(*FACTS, Post.moderated_at, Post.body)
        .join(Post, Post.id == Attachment.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .where(Attachment.id == file_id, Attachment.unused_since.is_(None), Post.deleted_at.is_(None))
        .where(readable(member_id))
    )
    row = db.session.execute(of_post).first()
    if row is not None:
        kept = _kept(row)
        # What a moderator has taken out of the link is not to stay in the name of what it leads to.
        is_cut = row.moderated_at is not None and kept.name not in row.body.replace("\\", "")
        return kept._replace(name=made_up_name(kept.type, 1)) if is_cut else kept
    return mine_among(member_id, [file_id]).get(file_id)
