"""Files of strangers, looked at in the helper: what is kept of good ones, and that the others are refused."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from knowledge_exchange.core.uploads import Looked, Refused, kinds, look_at, pool, wire
from tests.support import hostile


def opened(content: bytes) -> Image.Image:
    """A picture that was kept."""
    return Image.open(io.BytesIO(content))


def test_a_photograph_is_turned_upright_cut_to_sizes_and_says_nothing_of_its_making() -> None:
    found = look_at(hostile.photograph("SECRETPLACE"))
    assert (found.type, found.width, found.height) == (kinds.JPEG, 1200, 1600)
    assert list(found.parts) == ["", "1080", "480"]
    assert [opened(part).width for part in found.parts.values()] == [1200, 1080, 480]
    for part in found.parts.values():
        assert b"SECRETPLACE" not in part
        assert not opened(part).getexif()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (hostile.picture("PNG", (300, 200), "RGBA"), kinds.PNG),
        (hostile.picture("GIF", (300, 200), "P"), kinds.PNG),
        (hostile.picture("WEBP", (300, 200)), kinds.PNG),
        (hostile.picture("JPEG", (300, 200), "CMYK"), kinds.JPEG),
        (hostile.PDF, kinds.PDF),
        (hostile.office(), kinds.DOCX),
        (hostile.office(parts=(("[Content_Types].xml", b"<T/>"), ("xl/workbook.xml", b"<w/>"))), kinds.XLSX),
        (hostile.odt(), kinds.ODT),
        ("Caf\u00e9\n".encode("cp1252"), kinds.PLAIN),
    ],
)
def test_what_is_on_the_list_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert look_at(content).type == kind


def test_text_is_kept_in_utf_8_whatever_it_came_in() -> None:
    for content in ("Caf\u00e9".encode("cp1252"), "Caf\u00e9".encode("utf-16"), "\ufeffCaf\u00e9".encode()):
        assert look_at(content, is_csv=True) == Looked(kinds.CSV, {"": "Caf\u00e9".encode()})


def test_a_file_behind_a_picture_is_not_kept() -> None:
    found = look_at(hostile.picture("GIF", (50, 40), "P") + hostile.office())
    assert all(b"PK" not in part and b"word/" not in part for part in found.parts.values())


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_what_could_harm_is_refused_for_its_own_reason(name: str) -> None:
    content, _words = hostile.HOSTILE[name]
    with pytest.raises(Refused) as refused:
        look_at(content)
    assert refused.value.reason in kinds.REASONS - {kinds.HEAVY, kinds.BUSY}


def test_a_helper_that_wants_too_much_memory_or_time_ends_and_the_next_file_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Its own bounds are tried by a picture of the most pixels, in the most memory that any takes.
    assert look_at(hostile.picture("PNG", (7_000, 7_000), "1")).width == 1920
    with monkeypatch.context() as short:
        short.setattr(pool, "ALL_SECONDS", 0.05)
        with pytest.raises(Refused) as refused:
            look_at(hostile.picture())
    assert refused.value.reason == kinds.HEAVY
    assert look_at(hostile.PDF).type == kinds.PDF


def test_the_helper_has_little_memory_no_secrets_and_leaves_no_process_behind() -> None:
    from knowledge_exchange.core.helper_process import HelperProcess

    os.environ["KE_SECRET_KEY"] = "not for the helper"
    try:
        helper = HelperProcess("knowledge_exchange.core.uploads.helper")
        given, deadline = Path(f"/proc/{helper.pid}"), time.monotonic() + 10
        while str(wire.MAX_MEMORY) not in _memory_of(given) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert str(wire.MAX_MEMORY) in _memory_of(given)
        assert (given / "environ").read_bytes().rstrip(b"\0").split(b"\0") == [b"LC_ALL=C.UTF-8"]
        assert helper.end()
        assert not given.exists()
    finally:
        del os.environ["KE_SECRET_KEY"]


def _memory_of(process: Path) -> str:
    limits = (process / "limits").read_text().splitlines()
    return next(line for line in limits if line.startswith("Max address space"))
