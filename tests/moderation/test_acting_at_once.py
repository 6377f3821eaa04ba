"""Moderators who act at the same moment, on a real database: one wins, the others are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from tests.moderation.acting import WORDS, Bench, build
from tests.support.persons import Person

#: Seconds in which all have to be ready.
PATIENCE_S = 60


def at_once(acts: Sequence[Callable[[], int]]) -> list[int]:
    """Do all of them, each in a thread of its own, none before all are ready; their answers, in order of size."""
    ready = Barrier(len(acts))

    def do(act: Callable[[], int]) -> int:
        ready.wait(PATIENCE_S)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(do, acts))


def sends(bench: Bench, who: Person, path: str, seen: int, **fields: str) -> Callable[[], int]:
    """Somebody sends the form of an act that they opened when so many acts had been done."""
    return lambda: bench.send(who, path, seen=str(seen), **fields).status_code


def test_of_those_who_act_at_once_one_does_and_the_others_are_told(app: Flask) -> None:
    bench = build(app)
    here, thread, reply = bench.here, f"/t/{bench.thread}/moderate", f"/p/{bench.reply}/moderate"
    for _turn in range(3):
        seen = bench.facts().acts
        answers = at_once(
            [
                sends(bench, here.moderator, f"{reply}/remove", seen),
                sends(bench, bench.second, f"{reply}/redact", seen, passage="Larkspur"),
                sends(bench, bench.officer, f"{thread}/rename", seen, title="Who covers the holes in a rota"),
            ]
        )
        assert answers == [303, 409, 409]
        assert bench.facts().acts == seen + 1
        assert bench.undo(bench.officer).status_code == 303
    assert (len(bench.acts()), bench.facts().reply_count, bench.post().body) == (3, 1, WORDS)


def test_an_act_that_several_undo_at_once_is_undone_once(app: Flask) -> None:
    bench = build(app)
    bench.on_reply(bench.here.moderator, "hide")
    act_id = bench.acts()[-1].id
    undoing = [
        lambda who=who: bench.undo(who, act_id).status_code
        for who in (bench.here.moderator, bench.second, bench.officer)
    ]
    assert at_once(undoing) == [303, 409, 409]
    assert (bench.facts().reply_count, len(bench.told(bench.here.peer))) == (1, 2)
