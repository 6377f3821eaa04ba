"""What posting says to the database, each built once: making a statement costs more than SQLite needs for it."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, select, update

from knowledge_exchange.core.db import Bytewise, Id, table_of
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.threads.models import Post, Submission, Thread, Voice

_thread = bindparam("thread", type_=Id)
_post = bindparam("post", type_=Id)
_position = bindparam("position", type_=Bytewise)
_in_thread = Post.thread_id == _thread

_OF_PLACE = select(Voice.id, Voice.kind, Voice.name).where(Voice.participant_id == bindparam("participant", type_=Id))
#: In which somebody speaks for themselves; beside it an officer may have one that bears their office.
VOICE = Read(_OF_PLACE.where(Voice.kind != "role"))
VOICE_OF_OFFICE = Read(_OF_PLACE.where(Voice.kind == "role"))
PARTICIPANT = Read(select(Voice.participant_id).join(Post, Post.voice_id == Voice.id).where(Post.id == _post))
FOLLOWING = Read(
    select(Post.position)
    .where(_in_thread, Post.position > _position, Post.depth <= bindparam("depth"))
    .order_by(Post.position)
    .limit(1)
)
LAST = Read(select(func.max(Post.position).label("last")).where(_in_thread))
LAST_BEFORE = Read(select(func.max(Post.position).label("last")).where(_in_thread, Post.position < _position))
SUBMITTED = Read(select(Submission.post_id).where(Submission.key_hash == bindparam("key")))
COUNT_UP = Write(
    update(table_of(Thread))
    .where(Thread.id == _thread)
    .values(reply_count=Thread.reply_count + 1, version=Thread.version + 1)
    .returning(Thread.last_post_id)
)
NEWEST_IS = Write(
    update(table_of(Thread)).where(Thread.id == _thread).values(last_post_id=bindparam("newest", type_=Id))
)
INSERT_POST = Write(insert(table_of(Post)))
INSERT_SUBMISSION = Write(insert(table_of(Submission)))
