"""The pages on which a moderator acts: every form, and what was typed into the one that came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import render_template, request
from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation.acts import post_acts, thread_acts
from knowledge_exchange.moderation.acts.act_words import words_of
from knowledge_exchange.moderation.acts.own_acts import done_since
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.curation.curating import LONGEST_PIN
from knowledge_exchange.threads.curation.post_curating import post_now
from knowledge_exchange.threads.curation.redacting import shown
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.words import kinds

#: Acts on a thread that its page shows: the newest.
SHOWN_LATELY = 5
#: Until when a thread is pinned if the moderator changes nothing.
_USUAL_PIN = timedelta(days=14)


@dataclass(slots=True)
class Typed:
    """The form that came back: which act, what was typed, what is wrong with it."""

    action: str
    values: dict[str, str]
    form: ReasonForm
    errors: dict[str, str] = field(default_factory=dict)
    #: Somebody else was first: the number of acts that its sender had seen stands in the request.
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One act that can be done, in words."""

    action: str
    name: str
    #: What happens, in a sentence.
    meaning: str
    is_hard: bool = False


def thread_page(me: Me, thread: AnyRow, typed: Typed | None = None) -> str:
    """Everything that can be done to a thread."""
    offers = [_offer(action) for action in thread_acts.offered(thread) if thread_acts.may_act(me, thread, action)]
    return _page("moderation/moderate_thread.html", thread, offers, typed)


def post_page(me: Me, thread: AnyRow, post: AnyRow, typed: Typed | None = None) -> str:
    """Everything that can be done to a post."""
    actions = post_acts.offered(thread, post)
    offers = [_offer(action) for action in post_acts.ACTIONS if action in actions]
    said = post_now(post.id)
    source = said.body if said is not None else ""
    return _page(
        "moderation/moderate_post.html", thread, offers, typed, post=post, source=source, html=shown(post.html)
    )


def _page(template: str, thread: AnyRow, offers: list[Offer], typed: Typed | None, **more: object) -> str:
    me = require_me()
    values = typed.values if typed else {}
    seen = parse_id(request.form.get("seen")) or 0
    meanwhile = done_since(thread.id, seen) if typed and typed.is_conflict else []
    return render_template(
        template,
        nav="networks",
        me=me,
        unread=unread_count(me.id),
        thread=thread,
        offers=offers,
        typed=typed,
        form=typed.form if typed else ReasonForm.of(thread.network_id),
        values={"until": (now() + _USUAL_PIN).date().isoformat(), "title": thread.title, "kind": thread.kind, **values},
        kinds=kinds(),
        first_day=now().date().isoformat(),
        last_day=(now() + LONGEST_PIN).date().isoformat(),
        max_title=MAX_TITLE_CHARS,
        max_body=MAX_BODY_CHARS,
        meanwhile=meanwhile,
        lately=done_since(thread.id, 0)[:SHOWN_LATELY],
        **more,
    )


def done_in_words(action: str) -> str:
    """What the page says after an act."""
    return str(_("Done: %(what)s. The author is told, with your reason.", what=words_of(action).log))


def _offer(action: str) -> Offer:
    name, meaning = _words()[action]
    return Offer(action, name, meaning, action in _HARD)


_HARD = frozenset({"remove", "remove_thread"})


def _words() -> dict[str, tuple[str, str]]:
    back = _("You, or another moderator, can undo it at any time.")
    a_week = _("For seven days it can be brought back; then it is gone for good.")
    return {
        "pin": (_("Pin"), _("It stands above the list of its network until a day that you choose.")),
        "unpin": (_("Unpin"), _("It goes back to its place in the list.")),
        "lock": (_("Lock"), _("Everybody can read on; nobody can add to it.")),
        "unlock": (_("Unlock"), _("Members of the network can write again.")),
        "archive": (_("Archive"), _("It leaves the list for “Archived”, and can only be read.")),
        "unarchive": (_("Bring back from the archive"), _("It stands in the list again, and can be answered.")),
        "rename": (_("Rename"), _("A title that says what it is about helps everybody who looks.")),
        "change_kind": (
            _("Change the kind"),
            _("Of a kind that has no answers, the mark of an accepted answer goes."),
        ),
        "hide_thread": (_("Hide the thread"), _("Nobody finds it any more, with all its posts.") + " " + back),
        "remove_thread": (_("Remove the thread"), _("It is taken away with all its posts.") + " " + a_week),
        "restore_thread": (_("Bring the thread back"), _("It stands again as it did before.")),
        "hide": (_("Hide the post"), _("A line says that a moderator hid it; replies stay.") + " " + back),
        "remove": (_("Remove the post"), _("Its text and its history are taken away; replies stay.") + " " + a_week),
        "restore": (_("Bring the post back"), _("It stands again as it did before.")),
        "edit": (_("Edit"), _("What it said before stays in its history, with your reason, for everybody to read.")),
        "redact": (
            _("Take out a passage"),
            _("A black mark stands in its place, here and in all that the post said before.") + " " + a_week,
        ),
        "answer": (_("Mark as the answer"), _("It is shown above the talk as what helped.")),
        "unanswer": (_("Take the mark of the answer away"), _("The problem counts as open again.")),
    }
