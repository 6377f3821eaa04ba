"""Acts in words: as the log names them, and as whoever wrote the post or thread is told.

``told`` stands after whoever acted: "A moderator" + "hid a post of yours". It says neither title nor network: the
notice stays with its reader wherever the thread goes.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Words(NamedTuple):
    """Of one action. ``log``: what happened, for a list; ``told``: a sentence with ``%(who)s``."""

    log: LazyString
    told: LazyString


#: By ``moderation_act.action``; every area adds its own.
WORDS: dict[str, Words] = {
    "pin": Words(_l("Thread pinned"), _l("%(who)s pinned your thread")),
    "unpin": Words(_l("Thread no longer pinned"), _l("%(who)s took your thread from its pinned place")),
    "lock": Words(_l("Thread locked"), _l("%(who)s locked your thread")),
    "unlock": Words(_l("Thread unlocked"), _l("%(who)s unlocked your thread")),
    "archive": Words(_l("Thread archived"), _l("%(who)s archived your thread")),
    "unarchive": Words(_l("Thread back from the archive"), _l("%(who)s brought your thread back from the archive")),
    "rename": Words(_l("Thread renamed"), _l("%(who)s gave your thread another title")),
    "change_kind": Words(_l("Kind of thread changed"), _l("%(who)s changed what kind of thread yours is")),
    "answer": Words(_l("Reply marked as the answer"), _l("%(who)s marked your reply as the answer")),
    "unanswer": Words(_l("Mark of the answer taken away"), _l("%(who)s took the mark of the answer from your reply")),
    "hide": Words(_l("Post hidden"), _l("%(who)s hid a post of yours")),
    "remove": Words(_l("Post removed"), _l("%(who)s removed a post of yours")),
    "restore": Words(_l("Post restored"), _l("%(who)s restored a post of yours")),
    "hide_thread": Words(_l("Thread hidden"), _l("%(who)s hid a thread of yours")),
    "remove_thread": Words(_l("Thread removed"), _l("%(who)s removed a thread of yours")),
    "restore_thread": Words(_l("Thread restored"), _l("%(who)s restored a thread of yours")),
    "approve": Words(_l("Held post published"), _l("%(who)s looked at a post of yours and published it")),
    "refuse": Words(_l("Held post sent back"), _l("%(who)s sent a post of yours back")),
    "edit": Words(_l("Post edited"), _l("%(who)s edited a post of yours")),
    "official": Words(_l("Official answer given"), _l("%(who)s answered officially")),
    "official_changed": Words(_l("Official answer changed"), _l("%(who)s changed an official answer of yours")),
    "official_confirmed": Words(_l("Official answer confirmed"), _l("%(who)s confirmed an official answer of yours")),
    "official_withdrawn": Words(_l("Official answer withdrawn"), _l("%(who)s withdrew an official answer of yours")),
    "summary": Words(_l("Summary written"), _l("%(who)s wrote a summary above your thread")),
    "summary_off": Words(_l("Summary taken down"), _l("%(who)s took the summary from your thread")),
    "duplicate": Words(_l("Marked as a duplicate"), _l("%(who)s marked your thread as a duplicate of another")),
    "duplicate_off": Words(_l("No longer a duplicate"), _l("%(who)s said that your thread is no duplicate")),
    "tags": Words(_l("Tags changed"), _l("%(who)s changed the tags of your thread")),
    "tag_deleted": Words(_l("Tag deleted"), _l("%(who)s deleted a tag")),
    "collection_deleted": Words(_l("Collection deleted"), _l("%(who)s deleted a collection")),
    "answer_checked": Words(_l("Answer looked at: it holds"), _l("%(who)s looked at your answer: it still holds")),
    "answer_stale": Words(_l("Answer taken back"), _l("%(who)s took back that your reply is the answer: it is old")),
    "redact": Words(_l("Passage taken out"), _l("%(who)s took a passage out of a post of yours")),
    "warn": Words(_l("Member warned"), _l("%(who)s warned you")),
    "mute": Words(_l("Member muted"), _l("%(who)s muted you")),
    "remove_member": Words(_l("Member removed from the network"), _l("%(who)s removed you from the network")),
    "suspend": Words(_l("Member suspended"), _l("%(who)s suspended you")),
    "warn_aimed": Words(_l("Warned, behind a pseudonym"), _l("%(who)s warned you")),
    "mute_aimed": Words(_l("Muted, behind a pseudonym"), _l("%(who)s muted you")),
    "remove_member_aimed": Words(_l("Removed, behind a pseudonym"), _l("%(who)s removed you from the network")),
    "suspend_aimed": Words(_l("Suspended, behind a pseudonym"), _l("%(who)s suspended you")),
    "move": Words(_l("Thread moved to another network"), _l("%(who)s moved a thread of yours to another network")),
    "merge": Words(_l("Thread merged into another"), _l("%(who)s merged a thread of yours into another one")),
    "split": Words(_l("Posts made a thread of their own"), _l("%(who)s made a thread of a post of yours")),
}
_ELSE = Words(_l("Something else was done"), _l("%(who)s did something about a post or thread of yours"))


def words_of(action: str) -> Words:
    """What an action is called; something general where nobody has described it."""
    return WORDS.get(action, _ELSE)


def who(acting: str) -> str:
    """Whoever acted, at the beginning of a sentence: by their part, never by name."""
    names = {
        "author": _("The author"),
        "moderator": _("A moderator"),
        "lead": _("A lead moderator"),
        "officer": _("A national officer"),
        "administrator": _("An administrator"),
        "exchange": _("The exchange"),
    }
    return str(names.get(acting, _("Somebody")))
