"""What ``check`` looks at. Each finding is a sentence that says what to do."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from knowledge_exchange.audit import sealing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import rekeying
from knowledge_exchange.core.config import problems as setting_problems
from knowledge_exchange.core.db import db, is_sqlite
from knowledge_exchange.networks import shield
from knowledge_exchange.search import filling
from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.file_store import FOLDER, name_of, store

DEMO_DOMAIN = "@demo.example"
UNICODE = "UTF8"
NOT_UNICODE = (
    "The database is encoded in {encoding}, which can't hold every letter: make an empty one with "
    "`createdb -E UTF8 -T template0`, then restore a backup into that."
)
#: Columns that repeat what the posts say, without foreign keys: (what is wrong, a query that finds it).
_INTEGRITY = {
    "threads whose opening post is missing": """
        SELECT count(*) FROM thread WHERE gone <> 'merged' AND NOT EXISTS
        (SELECT 1 FROM post WHERE post.id = thread.opening_post_id AND post.thread_id = thread.id)""",
    "threads whose newest post is another": """
        SELECT count(*) FROM thread WHERE last_post_id <>
        (SELECT max(post.id) FROM post WHERE post.thread_id = thread.id)""",
    "threads whose number of replies is wrong": """
        SELECT count(*) FROM thread WHERE reply_count <>
        (SELECT count(*) FROM post WHERE post.thread_id = thread.id
         AND post.parent_id IS NOT NULL AND post.deleted_at IS NULL)""",
    "answers that are no reply of their thread": """
        SELECT count(*) FROM thread WHERE answer_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM post WHERE post.id = thread.answer_id AND post.thread_id = thread.id
         AND post.parent_id IS NOT NULL AND post.deleted_at IS NULL)""",
    "threads that say something else of their official answer than it says itself": """
        SELECT count(*) FROM thread LEFT JOIN official_answer ON official_answer.post_id = thread.official_id
        AND official_answer.thread_id = thread.id WHERE thread.official_id IS NOT NULL AND
        (official_answer.post_id IS NULL OR official_answer.review_on <> thread.official_review_on
         OR (official_answer.withdrawn_at IS NULL) <> (thread.official_withdrawn_at IS NULL))""",
    "threads without their author's voice": """
        SELECT count(*) FROM thread WHERE NOT EXISTS
        (SELECT 1 FROM voice WHERE voice.id = thread.voice_id)""",
    "threads that are hidden from somebody without saying so, or the other way about": """
        SELECT count(*) FROM thread WHERE is_shielded <>
        EXISTS (SELECT 1 FROM shield WHERE shield.thread_id = thread.id)""",
    "replies to a post of another thread": """
        SELECT count(*) FROM post JOIN post AS parent ON parent.id = post.parent_id
        WHERE parent.thread_id <> post.thread_id""",
}


def all_problems() -> list[str]:
    """Everything that is wrong with this exchange."""
    checks: tuple[Callable[[], list[str]], ...] = (_settings, _key_file, _database, _redis, _mail)
    return [problem for check in checks for problem in check()]


def _settings() -> list[str]:
    return setting_problems(current_app.config) + _second_factor()


def _second_factor() -> list[str]:
    """A production may run without it, but should not."""
    if current_app.config["KE_ENV"] != "production" or current_app.config["KE_SECOND_FACTOR"] == "required":
        return []
    return ["KE_SECOND_FACTOR is off: a stolen password opens an officer's account. Unset it."]


def _key_file() -> list[str]:
    path = Path(current_app.config["KE_KEY_FILE"])
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return [f"The key file can be read by others (mode {mode:o}): run `chmod 600 {path}`."]
    return []


def _database() -> list[str]:
    from knowledge_exchange.core.revisions import is_migrated

    try:
        if not is_migrated():
            return ["The database is not up to date: run `knowledge-exchange migrate`."]
    except DatabaseError as error:
        return [f"The database can't be reached ({type(error.orig).__name__}): see KE_DATABASE_URL."]
    demo = ["There are demo accounts in this database: their password is public."] if has_demo_accounts() else []
    encoding = [problem] if (problem := encoding_problem()) else []
    keys = [*rekeying.problems(), *_shields(), *sealing.problems()]
    return [*demo, *encoding, *_sqlite_damage(), *_integrity(), *filling.problems(), *keys, *_files()]


def _files() -> list[str]:
    """Files of posts that are not where they are kept."""
    ids = db.session.scalars(select(Attachment.id).where(Attachment.post_id.is_not(None)))
    missing = sum(not store().has(name_of(file_id)) for file_id in ids)
    if not missing:
        return []
    where = Path(current_app.config["KE_DATA_DIR"]) / FOLDER
    return [f"{missing} files of posts are missing from {where}: copy that folder from the newest backup of it."]


def _shields() -> list[str]:
    """Threads that are closed for everybody, for it can't be told from whom they are hidden."""
    closed = shield.misfits()
    if not closed:
        return []
    return [
        f"{closed} threads that are hidden from some can be read by nobody, not even by their authors: their keys are "
        "not in the key file. Put the newest copy of the exchange's own in its place."
    ]


def encoding_problem() -> str | None:
    """What is wrong with a PostgreSQL database that can't hold every letter; None where all is well."""
    if is_sqlite():
        return None
    encoding = db.session.execute(text("SHOW server_encoding")).scalar_one()
    return None if encoding == UNICODE else NOT_UNICODE.format(encoding=encoding)


def has_demo_accounts() -> bool:
    """Whether a production's database holds accounts of the demo, whose password everybody knows."""
    if current_app.config["KE_ENV"] != "production":
        return False
    query = select(Member.id).where(Member.email.endswith(DEMO_DOMAIN)).limit(1)
    return db.session.scalar(query) is not None


def _sqlite_damage() -> list[str]:
    if not is_sqlite():
        return []
    found = db.session.execute(text("PRAGMA quick_check(1)")).scalar_one()
    orphans = db.session.execute(text("PRAGMA foreign_key_check")).all()
    problems = []
    if found != "ok":
        problems.append("The database file is damaged: restore the newest backup.")
    if orphans:
        problems.append(f"{len(orphans)} rows refer to something that is gone: restore a backup.")
    return problems


def _integrity() -> list[str]:
    counted = {what: db.session.execute(text(query)).scalar_one() for what, query in _INTEGRITY.items()}
    return [f"{count} {what}." for what, count in counted.items() if count]


def _redis() -> list[str]:
    url = current_app.config["KE_REDIS_URL"]
    if not url:
        return []
    import redis

    try:
        redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return [f"Redis can't be reached ({type(error).__name__}): see KE_REDIS_URL."]
    return []


def _mail() -> list[str]:
    from knowledge_exchange.mail.transport import Unready, opened

    try:
        with opened() as way:
            way.make_ready()
    except Unready as error:
        return [f"The mail server takes nothing ({error}): see KE_SMTP_URL."]
    return []
