"""Files that come with a form, or by themselves from its script: looked at, kept, and named in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO

from flask import request
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.text import clean_text, one_line
from knowledge_exchange.core.uploads import DOCUMENTS, PICTURES, SUFFIXES, Refused, look_at
from knowledge_exchange.threads.files import attachment_words as words
from knowledge_exchange.threads.files import attachments
from knowledge_exchange.threads.files.attachments import MAX_FILE_BYTES, MAX_NAME_CHARS, MOST_A_POST, Kept, QuotaReached
from knowledge_exchange.threads.forms import Errors

#: The form's fields: files, and what the pictures among them show.
FIELD, ALT = "file", "alt"
_MAX_ALT_CHARS = 300
#: What no name of a file may hold on some machine, and what would end a link's text.
_UNWANTED = re.compile(r'[\x00-\x1f<>:"/\\|?*\[\]()`]+')
_MARKS = re.compile(r"([\\`*_\[\]~])")


class NotTaken(ValueError):
    """A file that is not kept; the message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A text as it is to be posted, and what is wrong with its files, by field."""

    body: str
    errors: Errors


def take(me: Me, content: IO[bytes], file_name: str) -> Kept:
    """Look at one file and keep it for whoever sends it. Raises :class:`NotTaken`. Never within a unit of work."""
    data = content.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise NotTaken(words.too_large())
    try:
        looked = look_at(data, is_csv=file_name.lower().endswith(".csv"))
        return attachments.keep(me.id, looked, clean_name(file_name, looked.type))
    except Refused as refused:
        raise NotTaken(words.refusal(refused.reason)) from refused
    except QuotaReached as reached:
        raise NotTaken(words.quota()) from reached


def clean_name(file_name: str, type_: str) -> str:
    """What a file is called here: nothing of a path, and the ending that its content has.

    Of a picture nothing is kept: what it is called is seen by nobody before it is posted, and often names somebody.
    """
    suffix = SUFFIXES[type_]
    if type_ in PICTURES:
        return f"picture.{suffix}"
    plain = one_line(_UNWANTED.sub(" ", re.split(r"[/\\]", file_name)[-1])).strip(" .")
    stem = plain.rpartition(".")[0] if "." in plain else plain
    return f"{stem[: MAX_NAME_CHARS - len(suffix) - 1].strip(' .') or 'file'}.{suffix}"


def reference(kept: Kept, alt: str = "") -> str:
    """How a text names a file, as Markdown: a picture is shown, all else is linked to."""
    if kept.is_picture:
        return f"![{_MARKS.sub('', one_line(alt))[:_MAX_ALT_CHARS]}](/files/{kept.id})"
    return f"[{_MARKS.sub(_escaped, kept.name)}](/files/{kept.id})"


def _escaped(mark: re.Match[str]) -> str:
    return f"\\{mark[0]}"


def attached(me: Me, *, is_sealed: bool) -> Attached:
    """The text of the form at hand with the files that came with it (where there is no script), and what is wrong.

    ``is_sealed``: it is to stand under a pseudonym. No statement where there are no files. Not in a unit of work.
    """
    body, errors = _with_uploads(me, clean_text(request.form.get("body", "")))
    named = attachments.named_in(body)
    if not named:
        return Attached(body, errors)
    mine = attachments.mine_among(me.id, named)
    if len(mine) > MOST_A_POST:
        errors["body"] = ngettext(
            "A post can have at most %(num)s file.", "A post can have at most %(num)s files.", MOST_A_POST
        )
    if is_sealed:
        if any(file.type in DOCUMENTS for file in mine.values()):
            errors["body"] = words.documents_name_you()
        body = _without_names(body, [mine[file_id] for file_id in named if file_id in mine])
    return Attached(body, errors)


def _with_uploads(me: Me, body: str) -> tuple[str, Errors]:
    """What is taken stands in the text at once: if the form comes back for another reason, nothing is sent anew."""
    sent = [file for file in request.files.getlist(FIELD) if file.filename]
    lines, wrong = [], []
    for file in sent[:MOST_A_POST]:
        try:
            lines.append(reference(take(me, file.stream, file.filename or ""), request.form.get(ALT, "")))
        except NotTaken as refused:
            wrong.append(f"{_as_sent(file)}: {refused}")
    if len(sent) > MOST_A_POST:
        wrong.append(words.left_out(_as_sent(sent[MOST_A_POST - 1])))
    text = "\n\n".join(filter(None, (body, *lines)))
    return text, {FIELD: " ".join(wrong)} if wrong else {}


def _as_sent(file: FileStorage) -> str:
    """What they called a file."""
    return one_line(file.filename or "")[:MAX_NAME_CHARS]


def _without_names(body: str, files: list[Kept]) -> str:
    """Links bear the names under which the files will be given out, where they bear those that their author chose."""
    for number, file in enumerate(files, 1):
        if not file.is_picture:
            plain = f"[{attachments.made_up_name(file.type, number)}](/files/{file.id})"
            body = body.replace(reference(file), plain).replace(f"[{file.name}](/files/{file.id})", plain)
    return body
