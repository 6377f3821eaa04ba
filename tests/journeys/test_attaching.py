"""Attaching in a real browser: chosen, dropped, described, refused; and what hostile files cost the server."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support import hostile

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

    from tests.support.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

#: What a server may need more than before while it hands hostile files on: two of the largest, with room.
MOST_GROWTH_KIB = 64 * 1024
_SEND = """async ([path, size, content]) => {
  const data = new FormData();
  data.append("csrf_token", document.querySelector("[name=csrf_token]").value);
  const bytes = size ? new Uint8Array(size) : Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  data.append("file", new Blob([bytes]), path);
  const answer = await fetch("/files", { method: "POST", body: data, headers: { Accept: "application/json" } });
  return answer.status;
}"""
_DROP = """([name, type, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], name, { type }));
  const box = document.querySelector(".composer");
  for (const kind of ["dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def in_letters(content: bytes) -> str:
    """A file as a script can carry it."""
    return base64.b64encode(content).decode()


def most_memory(server: Server) -> int:
    """The most that the server's process has ever held (KiB)."""
    with open(f"/proc/{server.process.pid}/status") as status:  # noqa: PTH123
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])


def test_a_picture_is_attached_described_and_posted_and_others_are_cancelled_or_refused(
    sign_in: Callable[..., Page], demo_server: Server
) -> None:
    page = sign_in("member@demo.example")
    page.goto("/n/north-west/new")
    page.get_by_label("Title").fill("Is this how a rota is to look?")
    body = page.locator("#body")
    body.fill("Look at this rota:")
    attach = page.get_by_role("button", name="Attach files")
    attach.wait_for()
    with page.expect_file_chooser() as chosen:
        attach.click()
    picture: FilePayload = {
        "name": "Ward 6.png",
        "mimeType": "image/png",
        "buffer": hostile.picture("PNG", (1300, 700)),
    }
    chosen.value.set_files(picture)
    page.get_by_label("What does it show?").fill("A rota with [three] gaps")
    assert re.search(r"!\[A rota with  ?three  ?gaps\]\(/files/\d+\)", body.input_value())
    assert "Look at this rota:" in body.input_value()

    page.evaluate(_DROP, ["minutes.pdf", "application/pdf", in_letters(hostile.PDF)])
    page.locator(".attached-file", has_text="minutes.pdf").get_by_role("button", name="Remove").click()
    assert "minutes.pdf" not in body.input_value()
    page.evaluate(_DROP, ["evil.svg", "image/svg+xml", in_letters(b"<svg onload='alert(1)'/>")])
    refused = page.locator(".attached-file.is-refused", has_text="evil.svg")
    assert "SVG drawings can’t be attached" in refused.inner_text()
    refused.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    shown = page.locator(".post .prose img")
    assert re.sub(r"\s+", " ", shown.get_attribute("alt") or "") == "A rota with three gaps"
    page.wait_for_function("() => document.querySelector('.post .prose img')?.naturalWidth > 0")
    visitor = sign_in(None)
    visitor.goto(shown.get_attribute("src") or "")
    assert "/sign-in" in visitor.url


def test_hostile_files_cost_the_server_no_memory_and_little_time(
    sign_in: Callable[..., Page], demo_server: Server
) -> None:
    page = sign_in("member@demo.example")
    page.goto("/n/north-west/new")
    assert page.evaluate(_SEND, ["first.png", 0, in_letters(hostile.picture("PNG", (200, 100)))]) == 201
    before = most_memory(demo_server)
    for name in ("a picture of 108 megapixels", "a zip bomb", "entities that grow", "an SVG drawing"):
        content, _words = hostile.HOSTILE[name]
        assert page.evaluate(_SEND, [name, 0, in_letters(content)]) == 422
    assert page.evaluate(_SEND, ["10 MB of nothing", 10 * 1024 * 1024, ""]) == 422
    assert page.evaluate(_SEND, ["60 MB", 60 * 1024 * 1024, ""]) == 413
    assert most_memory(demo_server) - before < MOST_GROWTH_KIB
    began = time.monotonic()
    assert page.evaluate("fetch('/healthz').then((answer) => answer.status)") == 200
    assert time.monotonic() - began < 5
