"""Reading a dump: what is whole comes typed, what is broken is named by its line and costs nothing else."""

from __future__ import annotations

import lzma
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge_exchange.cli.stackexchange.lines import LONGEST_LINE
from knowledge_exchange.cli.stackexchange.reading import PASSES, Damaged, Kind, NotADump, Row, read_posts
from knowledge_exchange.cli.stackexchange.rows import LONGEST_BODY
from tests.cli.stackexchange_dump import HEAD, REAL_DUMP, TAIL, answer, question, row, write_dump


def split(path: Path) -> tuple[list[Row], list[Damaged]]:
    found = list(read_posts(path))
    rows = [one for one in found if isinstance(one, Row)]
    return rows, [one for one in found if isinstance(one, Damaged)]


def test_a_question_comes_with_everything_typed(tmp_path: Path) -> None:
    dump = write_dump(
        tmp_path / "posts.xml",
        question(1, AcceptedAnswerId=3, ContentLicense="CC BY-SA 4.0", Body="<p>a &lt; b & c</p>"),
        answer(3, 1),
    )
    [first, second], damaged = split(dump)
    assert not damaged
    assert first == Row(
        line=3,
        id=1,
        kind=Kind.QUESTION,
        parent=None,
        accepted=3,
        owner=21,
        owner_name=None,
        created=datetime(2014, 3, 13, 20, 1, 4, 33_000, tzinfo=UTC),
        title="Question 1",
        body="<p>a &lt; b & c</p>",
        tags=("rota", "induction"),
        score=3,
        licence="CC BY-SA 4.0",
    )
    assert (second.kind, second.parent, second.score, second.licence) == (Kind.ANSWER, 1, -1, None)


def test_a_post_whose_account_is_gone_keeps_the_name_it_was_shown_under(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", question(1, OwnerUserId=None, OwnerDisplayName="user508"))
    [only], _ = split(dump)
    assert (only.owner, only.owner_name) == (None, "user508")


def test_the_newer_way_of_writing_tags_is_read_too(tmp_path: Path) -> None:
    [only], _ = split(write_dump(tmp_path / "posts.xml", question(1, Tags="|rota|induction|")))
    assert only.tags == ("rota", "induction")


def test_rows_of_other_kinds_are_given_as_such(tmp_path: Path) -> None:
    wiki = row(Id=9, PostTypeId=5, CreationDate="2014-03-13T20:32:04.033", Score=0, Body="")
    rows, damaged = split(write_dump(tmp_path / "posts.xml", question(1), wiki))
    assert [one.kind for one in rows] == [Kind.QUESTION, Kind.OTHER]
    assert not damaged


BROKEN = {
    "cut in the middle": ('  <row Id="2" PostTypeId="2" ParentId="1" Body="&lt;p&gt;half\n', "breaks off"),
    "no date": (answer(2, 1, CreationDate=None), "no CreationDate"),
    "no text": (answer(2, 1, Body=None), "no Body"),
    "an empty text": (answer(2, 1, Body="  "), "empty Body"),
    "no kind": (answer(2, 1, PostTypeId=None), "no PostTypeId"),
    "an answer to nothing": (answer(2, 1, ParentId=None), "no ParentId"),
    "a question without a title": (question(2, Title=None), "no Title"),
    "a date that is none": (answer(2, 1, CreationDate="13/03/2014"), "not a date"),
    "a day that is none": (answer(2, 1, CreationDate="2014-02-30T00:00:00.000"), "not a date"),
    "a date in the future": (answer(2, 1, CreationDate="9999-01-01T00:00:00"), "can't be"),
    "a number that is none": (answer(2, 1, Score="many"), "not a number"),
    "a number beyond all numbers": (answer(2, 1, OwnerUserId="9" * 5000), "not a number"),
    "an id below one": (answer(0, 1), "can't be"),
    "a parent that is not there": (answer(2, 77), "answers question 77, which is missing"),
    "an id used before": (answer(1, 1), "Id 1 of an earlier"),
    "a character XML forbids": (answer(2, 1).replace("Body of", "Body&#x1F;of"), "XML doesn't allow"),
    "a raw control character": (answer(2, 1).replace("Body of", "Body\x01of"), "XML doesn't allow"),
    "an entity": (answer(2, 1).replace("Body of", "Body&xxe;of"), "entity that XML doesn't know"),
    "an attribute twice": (answer(2, 1).replace("Score=", "Id="), "same attribute twice"),
    "quotes left out": ("  <row Id=2 PostTypeId=2 />\n", "XML doesn't allow"),
    "two rows in a line": (answer(2, 1).replace("\n", "") + answer(3, 1), "shares its line"),
    "something else": ("garbage\n", "holds no row"),
    "entities declared": ('<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>\n', "never followed"),
    "a text longer than any post": (answer(2, 1, Body="x" * (LONGEST_BODY + 1)), "longer than any post"),
    "a line longer than any post": (answer(2, 1, Body="x" * LONGEST_LINE), "longer than any post"),
}


@pytest.mark.parametrize(("line", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_reported_and_the_rest_is_read(tmp_path: Path, line: str, reason: str) -> None:
    rows, damaged = split(write_dump(tmp_path / "posts.xml", question(1), line, answer(10, 1)))
    assert [one.id for one in rows] == [1, 10]
    assert [one.line for one in damaged] == [4]
    assert reason in damaged[0].reason
    assert not damaged[0].fatal


def test_bytes_that_are_not_utf8_cost_one_row(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", question(1), answer(2, 1, Body="caf\u00e9"), answer(3, 1))
    dump.write_bytes(dump.read_bytes().replace("é".encode(), b"\xe9"))
    rows, [damaged] = split(dump)
    assert [one.id for one in rows] == [1, 3]
    assert (damaged.line, damaged.reason) == (4, "the row is not UTF-8 text")


def test_answers_to_a_damaged_question_are_reported_with_it(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", question(1, CreationDate="x"), answer(2, 1), question(3))
    rows, damaged = split(dump)
    assert [one.id for one in rows] == [3]
    assert [one.line for one in damaged] == [3, 4]


def test_a_row_over_several_lines_is_one_row(tmp_path: Path) -> None:
    spread = answer(2, 1).replace(" Score", "\n    Score").replace("of answer", "of\nanswer")
    rows, damaged = split(write_dump(tmp_path / "posts.xml", question(1), spread, answer(3, 1)))
    assert [(one.id, one.line) for one in rows] == [(1, 3), (2, 4), (3, 7)]
    assert rows[1].body == "<p>Body of answer 2</p>"
    assert not damaged


def test_an_answer_never_comes_before_its_question(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", answer(2, 7), answer(3, 7), question(7), answer(8, 7))
    rows, damaged = split(dump)
    assert [one.id for one in rows] == [7, 8, 2, 3]
    assert not damaged


def test_an_xz_dump_reads_like_a_plain_one_whatever_its_name(tmp_path: Path) -> None:
    plain = write_dump(tmp_path / "posts.xml", question(1), answer(2, 1))
    packed = tmp_path / "posts.bin"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    assert split(packed) == split(plain)


def test_several_xz_streams_one_after_the_other_are_one_dump(tmp_path: Path) -> None:
    packed = tmp_path / "posts.xml.xz"
    parts = (HEAD + question(1), answer(2, 1), TAIL)
    packed.write_bytes(b"\0\0\0\0".join(lzma.compress(part.encode()) for part in parts))
    rows, damaged = split(packed)
    assert [one.id for one in rows] == [1, 2]
    assert not damaged


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", question(1), answer(2, 1), tail="")
    dump.write_bytes(dump.read_bytes()[:-40])
    rows, damaged = split(dump)
    assert [one.id for one in rows] == [1]
    assert "breaks off" in damaged[0].reason
    assert damaged[-1].fatal
    assert "closing </posts>" in damaged[-1].reason


@pytest.mark.parametrize("harm", ["cut short", "damaged"])
def test_a_packed_file_that_is_harmed_gives_what_came_before(tmp_path: Path, harm: str) -> None:
    lines = [question(id_, Body=f"<p>{id_ * 7919} {id_ * 104729}</p>") for id_ in range(1, 4000)]
    packed = lzma.compress((HEAD + "".join(lines) + TAIL).encode(), preset=0)
    half = len(packed) // 2
    harmed = packed[:half] if harm == "cut short" else packed[:half] + b"\xff" * 64 + packed[half + 64 :]
    dump = tmp_path / "posts.xml.xz"
    dump.write_bytes(harmed)
    rows, damaged = split(dump)
    assert len(rows) > 500
    assert [one.id for one in rows] == list(range(1, len(rows) + 1))
    assert damaged[-1].fatal
    assert "packed file" in damaged[-1].reason
    assert len(damaged) == 1


NOT_DUMPS = {
    "nothing": (b"", "empty"),
    "blank lines": (b"\n \n\n", "empty"),
    "prose": (b"Dear all,\nminutes attached.\n", "not XML"),
    "a web page": (b"<html><body>404</body></html>", "<html>"),
    "another table of the dump": (b'<?xml version="1.0"?>\n<users>\n<row Id="1"/></users>', "Posts.xml"),
    "two-byte text": (HEAD.encode("utf-16"), "UTF-8"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c rest", ".7z"),
    "a zip archive": (b"PK\x03\x04 rest", ".zip"),
    "random bytes": (bytes(range(256)) * 40, "not XML"),
}


@pytest.mark.parametrize(("content", "reason"), NOT_DUMPS.values(), ids=NOT_DUMPS.keys())
def test_what_is_no_dump_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "posts.xml").write_bytes(content)
    with pytest.raises(NotADump, match=reason):
        list(read_posts(tmp_path / "posts.xml"))


def test_a_dump_without_rows_is_simply_empty_of_posts(tmp_path: Path) -> None:
    assert split(write_dump(tmp_path / "posts.xml")) == ([], [])


def test_entities_that_swell_or_read_files_are_never_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))
    doctype = f'<!DOCTYPE posts [\n<!ENTITY l0 "lol">\n{laughs}<!ENTITY x SYSTEM "file://{secret}">\n]>\n'
    head = '<?xml version="1.0"?>\n' + doctype + "<posts>\n"
    lines = (answer(2, 1).replace("Body of", "&l9; of"), answer(3, 1).replace("Body of", "&x; of"), question(1))
    rows, damaged = split(write_dump(tmp_path / "posts.xml", *lines, head=head))
    assert [one.id for one in rows] == [1]
    assert sum("entity that XML doesn't know" in one.reason for one in damaged) == 2
    assert all("secret" not in one.reason for one in damaged)


def test_a_bomb_of_one_endless_line_takes_little_memory(tmp_path: Path) -> None:
    packer = lzma.LZMACompressor(preset=0)
    bomb = tmp_path / "posts.xml.xz"
    with bomb.open("wb") as file:
        file.write(packer.compress((HEAD + question(1) + '<row Id="2" Body="').encode()))
        for _ in range(100):
            file.write(packer.compress(b"x" * (1 << 20)))
        file.write(packer.compress(("\n" + answer(3, 1) + TAIL).encode()) + packer.flush())
    tracemalloc.start()
    rows, [damaged] = split(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.id for one in rows] == [1, 3]
    assert (damaged.line, "longer than any post" in damaged.reason) == (4, True)
    assert peak < 12 << 20


def test_it_says_how_much_of_the_file_was_read(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "posts.xml", *(question(id_) for id_ in range(1, 3000)))
    heard: list[int] = []
    assert sum(isinstance(one, Row) for one in read_posts(dump, heard.append)) == 2999
    assert sum(heard) == PASSES * dump.stat().st_size


def made_dump(folder: Path) -> Path:
    wiki = row(Id=90, PostTypeId=5, CreationDate="2014-03-13T20:32:04.033", Score=0, Body="")
    asked = (question(1, AcceptedAnswerId=3), question(2, OwnerUserId=None), wiki)
    return write_dump(folder / "posts.xml", *asked, answer(3, 1), answer(4, 2), answer(5, 1))


# Questions, answers, others, accepted answers, posts without an owner.
COUNTS = {"made": (2, 3, 1, 1, 2)} | ({"real": (397, 1507, 157, 189, 8)} if REAL_DUMP else {})


@pytest.mark.parametrize(("which", "counts"), COUNTS.items())
def test_a_whole_dump_has_as_many_of_each_kind_as_it_should(
    tmp_path: Path, which: str, counts: tuple[int, ...]
) -> None:
    rows, damaged = split(REAL_DUMP if REAL_DUMP and which == "real" else made_dump(tmp_path))
    kinds = [one.kind for one in rows]
    accepted = sum(one.accepted is not None for one in rows)
    ownerless = sum(one.owner is None for one in rows)
    assert (*map(kinds.count, (Kind.QUESTION, Kind.ANSWER, Kind.OTHER)), accepted, ownerless) == counts
    assert not damaged
