"""The community of the figures, seeded afresh, and the pages of it that are measured."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.processes import command

MEMBERS, THREADS, REPLIES = 500, 1_000, 15_000
POSTS_A_PAGE = 20
_RATE = re.compile(r"\(([\d,]+) posts/s\)")


@dataclass(frozen=True)
class Targets:
    """Who asks, and for what."""

    member: str
    cookie: str
    thread: str
    network: str
    home: str


def settings_for(folder: Path) -> dict[str, object]:
    """An embedded exchange in this folder, without limits on how often one may ask."""
    return {"KE_DATA_DIR": folder, "KE_RATE_LIMITS": "off", "KE_SECRET_KEY": "only for measurements " * 2}


def seed(
    settings: Mapping[str, object], replies: int = REPLIES, threads: int = THREADS, members: int = MEMBERS
) -> float:
    """Make the community; returns posts per second."""
    command("migrate", settings=settings)
    sizes = ("--members", members, "--threads", threads, "--posts", replies + threads)
    said = command("bench", "seed", *sizes, settings=settings)
    found = _RATE.search(said)
    assert found is not None, said
    return float(found[1].replace(",", ""))


#: A full first page, in which somebody who takes part has something unread; the median of such threads.
_THREAD = """
    SELECT thread.id, participant.member_id, network.slug FROM thread
    JOIN participant ON participant.thread_id = thread.id AND participant.last_read_id < thread.last_post_id
    JOIN network ON network.id = thread.network_id
    JOIN voice ON voice.id = thread.voice_id
    WHERE thread.reply_count BETWEEN :least AND :most AND voice.participant_id <> participant.id
    ORDER BY thread.id DESC, participant.id LIMIT 1
"""


def targets(settings: Mapping[str, object], members: int = MEMBERS) -> Targets:
    """An ordinary member with unread items, signed in, and their pages."""
    engine = create_engine(
        str(settings.get("KE_DATABASE_URL") or f"sqlite:///{settings['KE_DATA_DIR']}/exchange.sqlite3")
    )
    with engine.connect() as link:
        row = link.execute(text(_THREAD), {"least": POSTS_A_PAGE - 1, "most": POSTS_A_PAGE + 10}).first()
    engine.dispose()
    assert row is not None, "no thread has a full page with something unread"
    thread_id, member_id, slug = row
    lines = command("bench", "sessions", "--members", members, settings=settings).splitlines()
    cookies = {line["member"]: line["cookie"] for line in map(json.loads, lines)}
    return Targets(str(member_id), cookies[str(member_id)], f"/t/{thread_id}", f"/n/{slug}", "/")
