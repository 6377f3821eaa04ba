"""Lines and tables out of other people's text files."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_exchange.core.csv_files import csv_table
from knowledge_exchange.core.text_lines import MAX_LINE_CHARS, UnreadableFile, lines_of

TEXT = "name,town\nMuñoz,Leeds\nŁaski,York\n"


def table(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str] | None]]]:
    path.write_bytes(content)
    header, records = csv_table(path)
    return header, [(record.line, record.cells) for record in records]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("utf-16", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32", b""),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_are_found_out(tmp_path: Path, encoding: str, mark: bytes, end: str) -> None:
    content = mark + TEXT.replace("\n", end).encode(encoding)
    assert table(tmp_path / "a.csv", content) == (
        ["name", "town"],
        [(2, ["Muñoz", "Leeds"]), (3, ["Łaski", "York"])],
    )


def test_an_old_macintosh_part_within_a_file_of_other_lines_is_still_lines(tmp_path: Path) -> None:
    content = b"name,town\nA,Leeds\rB,York\rC,Hull\nD,Bath\n"
    found = table(tmp_path / "a.csv", content)[1]
    assert found == [(2, ["A", "Leeds"]), (3, ["B", "York"]), (4, ["C", "Hull"]), (5, ["D", "Bath"])]


def test_zero_bytes_are_shown_as_letters_that_cannot_be_read(tmp_path: Path) -> None:
    assert table(tmp_path / "a.csv", b"name,town\nA\x00nn,Leeds\n")[1] == [(2, ["A\ufffdnn", "Leeds"])]


def test_the_end_mark_of_old_systems_is_no_row(tmp_path: Path) -> None:
    assert table(tmp_path / "a.csv", b"name,town\nAnn,Leeds\n\x1a")[1] == [(2, ["Ann", "Leeds"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_endless_line_is_cut_and_the_numbers_below_it_are_right(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("a\n" + "x" * (3 * MAX_LINE_CHARS) + "\nb\n").encode(encoding))
    found = [(line.number, len(line.text)) for line in lines_of(path)]
    assert found == [(1, 1), (2, MAX_LINE_CHARS), (3, 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_what_has_been_read_grows_to_the_size_of_the_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("".join(f"{number},Zoë\r\n" for number in range(20_000)).encode(encoding))
    read = [line.read for line in lines_of(path)]
    assert read == sorted(read)
    assert read[-1] == path.stat().st_size
    assert read[0] < read[-1] / 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    content = TEXT.replace(",", delimiter).encode()
    assert table(tmp_path / "a.csv", content)[0] == ["name", "town"]


def test_the_delimiter_is_what_the_rows_agree_on(tmp_path: Path) -> None:
    content = b"Surname, first name, title;Number\nSmith, Ann, Dr;1\nBrown;2\nO'Hara, Li;3\n"
    header, rows = table(tmp_path / "a.csv", content)
    assert header == ["Surname, first name, title", "Number"]
    assert [cells for _line, cells in rows] == [["Smith, Ann, Dr", "1"], ["Brown", "2"], ["O'Hara, Li", "3"]]


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;"])
def test_what_excel_says_of_the_delimiter_is_believed(tmp_path: Path, said: str) -> None:
    content = f"{said}\r\na,b;c\r\n1,5;2\r\n".encode()
    assert table(tmp_path / "a.csv", content) == (["a,b", "c"], [(3, ["1,5", "2"])])


def test_a_header_may_hold_line_breaks(tmp_path: Path) -> None:
    content = b'"Membership\nnumber",Surname\n1,Smith\n'
    assert table(tmp_path / "a.csv", content) == (["Membership\nnumber", "Surname"], [(3, ["1", "Smith"])])


def test_a_row_whose_quotation_mark_never_ends_still_gives_its_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'number,surname\n1,"Smith\n2,Brown\n')
    bad, good = csv_table(path)[1]
    assert (bad.cells, bad.pieces) == (None, ("1", "Smith"))
    assert good.cells == ["2", "Brown"]


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.csv can't be opened"):
        csv_table(tmp_path / "none.csv")
