"""For how many days each class of data is kept, if the operator doesn't say otherwise: (setting, days, what)."""

from __future__ import annotations

KEEPING = (
    ("KE_KEEP_GONE_ENTRIES_DAYS", 365, "roll entries that the roll has no more and that are nobody's"),
    ("KE_KEEP_CLAIMS_DAYS", 365, "decided claims and appeals"),
    ("KE_KEEP_IMPORTS_DAYS", 1095, "the history of roll imports, but each roll's newest"),
    ("KE_KEEP_INVITATIONS_DAYS", 90, "used and expired invitations from the roll"),
    ("KE_KEEP_REQUESTS_DAYS", 365, "answered requests and invitations to networks, ended link managers"),
    ("KE_KEEP_UNCONFIRMED_DAYS", 14, "accounts whose address was never confirmed"),
    ("KE_KEEP_PENDING_DAYS", 180, "accounts that never proved a membership: closed then"),
    ("KE_KEEP_LAPSED_DAYS", 730, "accounts of lapsed members: closed then"),
    ("KE_KEEP_LEAVERS_DAYS", 90, "what is known of somebody whose account is closed"),
    ("KE_KEEP_STANDING_DAYS", 2555, "earlier steps in somebody's standing"),
    ("KE_KEEP_RECORD_DAYS", 2555, "the record of acts"),
    ("KE_KEEP_MAIL_DAYS", 30, "messages that were sent or given up"),
    ("KE_KEEP_EVENTS_DAYS", 7, "events for browsers that catch up"),
    ("KE_KEEP_SUBMISSIONS_DAYS", 7, "keys of forms, so that none is taken twice"),
    ("KE_KEEP_CASES_DAYS", 730, "decided cases of moderators, with reports and notes, decided appeals against acts"),
    ("KE_KEEP_MEMBER_NOTES_DAYS", 730, "what moderators noted about members"),
    ("KE_KEEP_HELD_DAYS", 30, "posts that were not approved, for their authors to take back"),
    ("KE_KEEP_LOCKERS_DAYS", 365, "drafts, bookmarks and lists of what was read that their owners did not touch"),
    ("KE_KEEP_UNUSED_FILES_DAYS", 14, "uploaded files that stand in no post (any more)"),
    ("KE_KEEP_WAITING_DAYS", 30, "posts that waited and could not be posted, for their authors to take back"),
)
#: What a setting is about.
KEPT_OF = {setting: what for setting, _days, what in KEEPING}
