"""From a letter to bytes: one line for a long address, seven bits, and nothing that changes where it goes."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_exchange.mail.composing import compose, id_in
from knowledge_exchange.mail.letter import MOST_HEADER_CHARS, Letter
from tests.mail.postbox import TO, parsed

LONG = f"<https://exchange.example.org/unsubscribe/{'aB3_-=?' * 90}>"


def lines_of(app: Flask, letter: Letter, **options: bool) -> list[bytes]:
    with app.app_context():
        return compose(17, TO, letter, **options).split(b"\r\n")


def test_a_long_address_in_a_header_stays_one_line(app: Flask) -> None:
    lines = lines_of(app, Letter("News", "Text", headers={"List-Unsubscribe": LONG}))
    assert f"List-Unsubscribe: {LONG}".encode() in lines


def test_a_message_is_seven_bits_in_lines_that_every_server_takes(app: Flask) -> None:
    subject, text = "Ünï " * 60, "Größe: " + "ß" * 3000
    content = b"\r\n".join(lines_of(app, Letter(subject, text, f"<p>{text}</p>")))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= MOST_HEADER_CHARS
    assert b"\n" not in content.replace(b"\r\n", b"")
    message = parsed(content)
    assert message["Subject"].strip() == subject.strip()
    assert message.get_body(("plain",)).get_content().strip() == text  # type: ignore[union-attr]


def test_an_address_in_other_letters_is_written_as_it_is(app: Flask) -> None:
    with app.app_context():
        content = compose(17, "jürgen@example.org", Letter("News", "Text"))
    assert "To: jürgen@example.org\r\n".encode() in content


@pytest.mark.parametrize(
    "name",
    [
        "To",
        "bcc",
        "FROM",
        "Date",
        "Message-Id",
        "Subject",
        "Auto-Submitted",
        "Content-Type",
        "Resent-To",
        "DKIM-Signature",
    ],
)
def test_a_letter_cannot_say_where_it_goes_or_what_it_is(name: str) -> None:
    with pytest.raises(ValueError, match="no header"):
        Letter("News", "Text", headers={name: "x"})


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X\r\nBcc", "Ünï"])
def test_a_header_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="no header"):
        Letter("News", "Text", headers={name: "x"})


@pytest.mark.parametrize("value", ["", "a\r\nBcc: x@example.org", "a\nb", "a\rb", "a\0b", "ä", "x" * MOST_HEADER_CHARS])
def test_a_header_is_one_line_of_plain_characters(value: str) -> None:
    with pytest.raises(ValueError, match="not one line"):
        Letter("News", "Text", headers={"List-Id": value})


@pytest.mark.databases("sqlite")
def test_no_subject_and_no_text_makes_a_header(app: Flask) -> None:
    @settings(deadline=None, max_examples=50)
    @given(st.text(max_size=200), st.text(max_size=200))
    def check(subject: str, text: str) -> None:
        message = parsed(b"\r\n".join(lines_of(app, Letter(subject, text))))
        assert message.get_all("To") == [TO]
        assert set(message.keys()) <= {
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
            *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
        }

    check()


def test_a_message_is_known_again_by_its_message_id(app: Flask) -> None:
    letter = Letter("News", "Text")
    found = [parsed(b"\r\n".join(lines_of(app, letter, changes=changes)))["Message-ID"] for changes in (False, True)]
    assert found[0] != found[1]
    with app.app_context():
        assert [id_in(message_id) for message_id in found] == [17, 17]


@pytest.mark.parametrize("text", ["", "<17@elsewhere.example>", "<x17@127.0.0.1>", "17", "<17@127.0.0.1.evil.example>"])
def test_the_message_id_of_another_is_none_of_ours(text: str, app: Flask) -> None:
    with app.app_context():
        assert id_in(text) is None
