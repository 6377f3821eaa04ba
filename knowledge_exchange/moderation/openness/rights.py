"""The table of rights, made from the code: each line asks the very functions that pages and acts ask.

A new ``may_*`` that no line asks fails in tests/moderation/test_rights.py, until it has one, or a word why it is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from knowledge_exchange.auth import standing
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.acts import post_acts, thread_acts
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.lasting.tag_routes import may_tag
from knowledge_exchange.moderation.sanctions.sanction_policy import MUTE, REMOVAL, SUSPENSION, WARNING, may_sanction
from knowledge_exchange.moderation.specimens import ELSEWHERE, Other, Specimen, target
from knowledge_exchange.networks import policy as networks
from knowledge_exchange.threads import policy as threads
from knowledge_exchange.verification import policy as verification


class Right(NamedTuple):
    """One line: what it is called in tests, under which heading it stands, in words, and who has it."""

    name: str
    group: LazyString
    label: LazyString
    holds: Callable[[Specimen], bool]


_WRITING = _l("Reading and writing")
_NETWORK = _l("In a network")
_POSTS = _l("On what others wrote")
_PEOPLE = _l("On people")
_OPEN = _l("Rules and offices")
_OFFICE = _l("For the union")


def _on_thread(*actions: str) -> Callable[[Specimen], bool]:
    return lambda who: all(thread_acts.may_act(who.me, who.thread(), action) for action in actions)


def _on_post(*actions: str) -> Callable[[Specimen], bool]:
    return lambda who: all(post_acts.may_act(who.me, who.thread(), who.post(), action) for action in actions)


def _sanction(
    kind: str, role: str = "member", place: str = "member", *, is_lead: bool = False
) -> Callable[[Specimen], bool]:
    whom = target(role, place, is_lead=is_lead)
    return lambda who: may_sanction(who.me, acted_as(who.me, who.thread()), whom, kind)


def _dismiss(*, is_lead: bool) -> Callable[[Specimen], bool]:
    whom = Other(place="moderator", is_lead=is_lead)
    return lambda who: networks.may_dismiss(who.me, who.my_role, whom, i_lead=who.i_lead)


#: In the order of the page.
RIGHTS: tuple[Right, ...] = (
    Right("join", _WRITING, _l("Join an open network"), lambda who: networks.may_join(who.me, "open", None)),
    Right(
        "ask",
        _WRITING,
        _l("Ask to be let into a closed network"),
        lambda who: networks.may_ask(who.me, "closed", None, False),
    ),
    Right("leave", _WRITING, _l("Leave the network"), lambda who: networks.may_leave(who.my_role)),
    Right("start", _WRITING, _l("Start a thread there"), lambda who: threads.may_start(who.me, "problem", who.my_role)),
    Right("reply", _WRITING, _l("Reply there"), lambda who: threads.may_reply(who.me, who.thread())),
    Right(
        "edit",
        _WRITING,
        _l("Edit a post of one’s own"),
        lambda who: threads.may_edit(who.thread(), 1, who.post(is_own=True)),
    ),
    Right(
        "delete",
        _WRITING,
        _l("Take away a post of one’s own"),
        lambda who: threads.may_delete(who.thread(), 1, who.post(is_own=True)),
    ),
    Right(
        "accept_own",
        _WRITING,
        _l("Accept an answer to one’s own problem"),
        lambda who: threads.may_accept(who.thread(is_own=True)) and threads.may_be_answer(who.post()),
    ),
    Right(
        "outcome",
        _WRITING,
        _l("Tell what happened in the end of one’s own problem, and whether its answer still holds"),
        lambda who: (
            threads.may_tell_outcome(who.thread(is_own=True, answer_id=2))
            and threads.may_say_whether_it_holds(who.thread(is_own=True, answer_id=2))
        ),
    ),
    Right(
        "tag_own",
        _WRITING,
        _l("Set the tags of a thread of one’s own"),
        lambda who: may_tag(who.me, who.thread(is_own=True)),
    ),
    Right(
        "read_log", _WRITING, _l("Read the log and the totals"), lambda who: policy.may_read_log(who.me, may_read=True)
    ),
    Right(
        "announce",
        _NETWORK,
        _l("Open a thread as an announcement"),
        lambda who: threads.may_start(who.me, "announcement", who.my_role),
    ),
    Right(
        "accept",
        _NETWORK,
        _l("Accept a reply as the answer to somebody else’s problem"),
        lambda who: threads.may_accept(who.thread()),
    ),
    Right(
        "door", _NETWORK, _l("Let in or refuse whoever asks to join"), lambda who: networks.may_moderate(who.my_role)
    ),
    Right(
        "invite",
        _NETWORK,
        _l("Invite into a closed or private network"),
        lambda who: networks.may_invite("closed", who.my_role),
    ),
    Right(
        "care",
        _NETWORK,
        _l("Choose which posts wait for approval, and keep notes on members"),
        lambda who: networks.may_moderate(who.my_role),
    ),
    Right(
        "see_moderators",
        _NETWORK,
        _l("See who moderates, by name"),
        lambda who: networks.may_see_moderators(who.me, who.my_role),
    ),
    Right(
        "order",
        _POSTS,
        _l("Pin, lock, archive, rename, change the kind of a thread"),
        _on_thread("pin", "lock", "archive", "rename", "change_kind"),
    ),
    Right("tag", _POSTS, _l("Set the tags of a thread"), lambda who: may_tag(who.me, who.thread())),
    Right("hide_thread", _POSTS, _l("Hide or remove a thread"), _on_thread("hide_thread", "remove_thread")),
    Right(
        "hide_post",
        _POSTS,
        _l("Hide or remove a post, edit it, take a passage out"),
        _on_post("hide", "remove", "edit", "redact"),
    ),
    Right("move", _POSTS, _l("Move, merge and split threads"), lambda who: bool(acted_as(who.me, who.thread()))),
    Right(
        "curate",
        _POSTS,
        _l("Write the summary, mark duplicates, keep collections and the list of tags"),
        lambda who: bool(acted_as(who.me, who.thread())),
    ),
    Right("mark_answer", _POSTS, _l("Mark a reply as the answer, with a reason"), _on_post("answer")),
    Right("warn", _PEOPLE, _l("Warn or mute a member"), lambda who: _sanction(WARNING)(who) and _sanction(MUTE)(who)),
    Right("remove_member", _PEOPLE, _l("Remove a member from the network"), _sanction(REMOVAL)),
    Right(
        "remove_behind",
        _PEOPLE,
        _l("Remove whoever is behind a pseudonym, without learning who it is"),
        lambda who: policy.may_remove(who.me, who.my_role),
    ),
    Right(
        "warn_moderator", _PEOPLE, _l("Warn or mute a moderator of the network"), _sanction(WARNING, place="moderator")
    ),
    Right(
        "warn_lead", _PEOPLE, _l("Warn or mute a lead moderator"), _sanction(WARNING, place="moderator", is_lead=True)
    ),
    Right("warn_officer", _PEOPLE, _l("Warn an officer"), _sanction(WARNING, role="officer")),
    Right("suspend", _PEOPLE, _l("Suspend a member from the whole exchange"), _sanction(SUSPENSION)),
    Right(
        "rules_network",
        _OPEN,
        _l("Write the network’s own rules"),
        lambda who: policy.may_edit_network_rules(who.me, who.my_role, i_lead=who.i_lead),
    ),
    Right("rules", _OPEN, _l("Write the house rules"), lambda who: policy.may_edit_rules(who.me)),
    Right(
        "appoint",
        _OPEN,
        _l("Appoint moderators"),
        lambda who: networks.may_appoint_moderators(who.me, who.my_role, i_lead=who.i_lead),
    ),
    Right("dismiss", _OPEN, _l("Dismiss moderators"), _dismiss(is_lead=False)),
    Right("dismiss_lead", _OPEN, _l("Dismiss lead moderators"), _dismiss(is_lead=True)),
    Right(
        "lead",
        _OPEN,
        _l("Say who leads"),
        lambda who: networks.may_appoint_leads(who.me) and networks.may_change_lead(who.me, Other(place="moderator")),
    ),
    Right("step_down", _OPEN, _l("Moderate no more"), lambda who: networks.may_step_down(who.my_role)),
    Right(
        "official", _OFFICE, _l("Answer officially, for the union"), lambda who: threads.may_answer_officially(who.me)
    ),
    Right(
        "unseal",
        _OFFICE,
        _l("Ask to open a pseudonym, and agree as the second officer"),
        lambda who: policy.may_settle(who.me, None, Other()),
    ),
    Right(
        "organisation",
        _OFFICE,
        _l("See the page of another organisation"),
        lambda who: networks.may_see_organisation(who.me, ELSEWHERE),
    ),
    Right(
        "link_manager",
        _OFFICE,
        _l("Ask somebody to be link manager"),
        lambda who: networks.may_appoint(who.me, Other(), ELSEWHERE),
    ),
    Right(
        "enter_office", _OFFICE, _l("Enter the membership office"), lambda who: verification.may_enter_office(who.me)
    ),
    Right(
        "membership",
        _OFFICE,
        _l("Decide who is a member, and end a suspension"),
        lambda who: standing.may_change_standing(who.me, Other(standing="suspended"), "active"),
    ),
    Right(
        "membership_appeal",
        _OFFICE,
        _l("Decide appeals about membership"),
        lambda who: verification.may_decide_appeal(who.me.id, who.me.role, appellant_id=100, against_id=None),
    ),
    Right(
        "office",
        _OFFICE,
        _l("Give somebody an office in the exchange"),
        lambda who: standing.may_change_role(who.me, Other()),
    ),
)
