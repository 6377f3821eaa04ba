"""What is said of files to people: why one is not taken, and what one is."""

from __future__ import annotations

from flask_babel import gettext as _

from knowledge_exchange.core.uploads import PICTURES, SUFFIXES, kinds
from knowledge_exchange.threads.files.attachments import MAX_FILE_BYTES, MIB, MONTHLY_BYTES, MOST_A_POST


def refusal(reason: str) -> str:
    """Why a file is not taken, and what to do."""
    taken = _(
        "Pictures (JPEG, PNG, WebP, GIF), PDF, Office documents (such as .docx or .ods), text and CSV can be attached."
    )
    said = {
        kinds.UNKNOWN: taken,
        kinds.EMPTY: _("There is nothing in this file."),
        kinds.DAMAGED: _("This file is damaged, or not what its name says. Save it again, then attach that."),
        kinds.MARKUP: _(
            "Web pages and SVG drawings can’t be attached, for they can act by themselves. Save it as PNG or PDF."
        ),
        kinds.PIXELS: _("This picture has more than 50 million pixels. Make it smaller, then attach it."),
        kinds.UNPACKS: _("This document unpacks to far more than it should. Save it as PDF, then attach that."),
        kinds.PATHS: _("This document holds names that lead outside it. Save it again, or as PDF, then attach that."),
        kinds.MACROS: _(
            "This document holds macros, scripts or other files, which could harm whoever opens it. Save it without, "
            "or print it as PDF."
        ),
        kinds.LOCKED: _("This document is protected by a password. Save it without one, then attach it."),
        kinds.TWO_IN_ONE: _("This file holds a second file. Save it again, then attach that."),
        kinds.HEAVY: _("This file takes too much to be looked at safely. Make it smaller, or save it as another kind."),
        kinds.BUSY: _("Many files are being looked at just now. Try again in a minute."),
    }
    return str(said.get(reason, taken))


def too_large() -> str:
    """It has more bytes than one file may."""
    return str(_("A file can have at most %(most)s MB.", most=MAX_FILE_BYTES // MIB))


def left_out(last: str) -> str:
    """More came at once than a post can have; ``last`` is the last that was taken."""
    return str(
        _("A post can have at most %(most)s files: those after “%(last)s” are left out.", most=MOST_A_POST, last=last)
    )


def quota() -> str:
    """They have uploaded as much as one may."""
    said = _("You have uploaded %(most)s MB this month, which is as much as everybody can.", most=MONTHLY_BYTES // MIB)
    return str(said)


def documents_name_you() -> str:
    """Under a pseudonym no documents."""
    return str(
        _(
            "Under a pseudonym only pictures, text and CSV files can be attached: PDF and Office documents hold the "
            "name of who made them. Take the document out, or attach a picture of it."
        )
    )


def kind_words(type_: str) -> str:
    """What a file is, in a word."""
    return str(_("picture")) if type_ in PICTURES else SUFFIXES.get(type_, "").upper()


def size_words(size: int) -> str:
    """How large a file is."""
    if size >= MIB:
        return str(_("%(n)s MB", n=f"{size / MIB:.1f}"))
    return str(_("%(n)s kB", n=max(1, round(size / 1024))))
