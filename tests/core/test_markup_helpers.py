"""The helper processes: nobody waits for another's text, nothing is mixed up, nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_exchange.core.markup import pool
from knowledge_exchange.core.markup.engine import Engine
from knowledge_exchange.core.markup.plain import paragraphs
from tests.core.markup_pathology import pathological

ROOT = Path(__file__).resolve().parents[2]
HUNG = pathological(31_000)["brackets in brackets"]
NEEDS_A_HELPER = "> - *a* `b` @abc\n" * 200


@pytest.fixture
def helpers() -> Iterator[pool.Pool]:
    made = pool.Pool()
    yield made
    made.close()


def run_script(body: str, *, timeout: float = 60) -> Any:
    """What a fresh interpreter prints as JSON, so that nothing of the tests' own process is in the way."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def is_running(pid: int) -> bool:
    """Whether ``pid`` runs; what has ended and only waits to be buried by init doesn't."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        if stat.exists():
            return stat.read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_helper_gives_what_the_renderer_gives(helpers: pool.Pool) -> None:
    assert helpers.render(NEEDS_A_HELPER) == Engine().convert(NEEDS_A_HELPER)
    assert helpers.render("é 😀 \u202e") == "<p>é 😀 \u202e</p>"


def test_a_helper_is_used_again(helpers: pool.Pool) -> None:
    helpers.render("a")
    (first,) = helpers._idle
    helpers.render("b")
    assert helpers._idle == [first]


def test_a_hung_text_gives_nothing_and_leaves_no_process(helpers: pool.Pool) -> None:
    assert helpers.render(HUNG) is None
    assert not helpers._helpers
    assert not helpers._dying


@pytest.mark.slow
def test_a_hung_text_keeps_no_other_waiting(helpers: pool.Pool) -> None:
    helpers.render("a")
    hung = threading.Thread(target=helpers.render, args=(HUNG,))
    hung.start()
    time.sleep(0.05)  # it has the helper that was there
    answers = [helpers.render(f"{number}") for number in range(20)]
    assert answers == [f"<p>{number}</p>" for number in range(20)]
    hung.join()


@pytest.mark.slow
def test_more_hung_texts_than_helpers_are_all_answered(helpers: pool.Pool) -> None:
    answers: list[str | None] = []
    threads = [threading.Thread(target=lambda: answers.append(helpers.render(HUNG))) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(helpers._helpers) == pool.MAX_HELPERS)
    for thread in threads:
        assert len(helpers._helpers) <= pool.MAX_HELPERS
        thread.join()
    assert answers == [None] * 4
    assert helpers.render("a") == "<p>a</p>"


def test_texts_of_many_threads_are_never_mixed_up(helpers: pool.Pool) -> None:
    wrong: list[str] = []

    def write(author: int) -> None:
        for number in range(25):
            if helpers.render(f"*{author}* {number}") != f"<p><em>{author}</em> {number}</p>":
                wrong.append(f"{author} {number}")

    threads = [threading.Thread(target=write, args=(author,)) for author in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_helper_that_died_while_idle_is_replaced(helpers: pool.Pool) -> None:
    helpers.render("a")
    (helper,) = helpers._idle
    os.kill(helper.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(helper.pid))
    assert helpers.render("b") == "<p>b</p>"


@pytest.mark.slow
def test_a_helper_that_is_idle_too_long_is_ended(helpers: pool.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.1)
    helpers.render("a")
    (helper,) = helpers._idle
    wait_until(helper.gone)
    assert not helpers._idle
    assert helpers.render("b") == "<p>b</p>"


def test_where_no_helper_can_be_started_there_is_no_answer_and_no_error(
    helpers: pool.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert helpers.render("a") is None
    assert paragraphs("a") == "<p>a</p>"


def test_an_interrupted_question_never_answers_the_next_one(
    helpers: pool.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers.render("a")

    def interrupted(*_: object) -> tuple[int, bytes]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pool, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            helpers.render("the first member's words")
    assert helpers.render("b") == "<p>b</p>"


def test_a_helper_imports_nothing_of_the_exchange_and_sees_none_of_its_settings() -> None:
    loaded = run_script("""
        import json, sys
        import knowledge_exchange.core.markup.helper
        print(json.dumps(sorted(sys.modules)))
    """)
    ours = {name for name in loaded if name.startswith("knowledge_exchange")}
    prefix = "knowledge_exchange.core.markup"
    outside = {"knowledge_exchange", "knowledge_exchange.core", "knowledge_exchange.core.helper_process"}
    assert ours <= outside | {n for n in ours if n.startswith(prefix)}
    assert not {"flask", "sqlalchemy", "gevent", "redis"} & set(loaded)


def test_helpers_die_with_a_parent_that_is_killed() -> None:
    script = "\n".join(
        [
            "from knowledge_exchange.core.markup import pool, render",
            f"render({NEEDS_A_HELPER!r})",
            "print(pool._pool._idle[0].pid, flush=True)",
            "import time; time.sleep(60)",
        ]
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    assert is_running(helper)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_running(helper))


@pytest.mark.slow
def test_nothing_is_left_behind_when_the_parent_ends_in_peace() -> None:
    left = run_script(f"""
        import json, os
        from knowledge_exchange.core.markup import pool, render
        render({NEEDS_A_HELPER!r}); render({HUNG!r}); render({NEEDS_A_HELPER!r})
        pool.close()
        try:
            os.waitpid(-1, os.WNOHANG)
            print("true")
        except ChildProcessError:
            print("false")
    """)
    assert left is False


@pytest.mark.slow
def test_a_forked_process_starts_helpers_of_its_own() -> None:
    same, different = run_script(f"""
        import json, os
        from knowledge_exchange.core.markup import pool, render
        text = {NEEDS_A_HELPER!r}
        expected = render(text)
        pid = pool._pool._idle[0].pid
        readable, writable = os.pipe()
        if os.fork() == 0:
            right = all(render(text + str(n)).endswith(str(n) + "</li></ul></blockquote>") for n in range(20))
            os.write(writable, json.dumps([right, pool._pool._idle[0].pid]).encode())
            os._exit(0)
        mine = all(render(text) == expected for _ in range(20))
        right, other = json.loads(os.read(readable, 1000))
        os.wait()
        print(json.dumps([mine and right, other != pid]))
    """)
    assert same is True
    assert different is True
