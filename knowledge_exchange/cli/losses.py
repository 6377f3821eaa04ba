"""What a restore loses with the key file, in words, by the columns that are under keys."""

from __future__ import annotations

#: Columns as ``core/rekeying.py`` knows them, and what is lost of them.
LOSSES: dict[tuple[str, ...], str] = {
    ("roll_entry.number_hash", "claim.number_hash"): (
        "Membership numbers can't be matched, by claims, invitations or rolls, until each roll is imported anew. Its "
        "entries are then gone and others come, so look at what the import announces before you confirm it."
    ),
    ("totp.sealed", "recovery_code.code_hash"): (
        "Authenticator apps and recovery codes work no more, nor do passkeys, which know their member by a keyed hash: "
        "`member reset-factors` lets somebody in with the password alone."
    ),
    ("roll_source.pull_token", "roll_source.pull_digest"): (
        "The tokens by which rolls are pulled can't be read: enter them again. The next pull counts as new."
    ),
    ("claim.code_hash", "submission.key_hash"): (
        "Codes that claimants were sent are dead, and a form that was sent before may be taken a second time."
    ),
    ("participant.sealed", "sealed_list.content"): (
        "Whose pseudonyms are whose can't be read any more: who wrote under one is told of no reply, and can't change "
        "what they wrote."
    ),
    ("attachment.name", "attachment.by_hash"): "Files of posts can't be opened, and what they are called is lost.",
    ("locker.key_hash", "locker.content"): "Drafts, bookmarks and lists of what was read are lost.",
    ("mark.by_hash",): "Nobody can take back that they found a post helpful, or have a problem, too.",
    ("shield.content",): "Threads that are hidden from somebody are hidden from everybody.",
    ("held_post.content", "held_post.key_hash"): "Posts that waited for a moderator are lost.",
    ("moderation_act.kept",): "What moderators did can't be undone: what they took away is lost.",
    ("waiting_post.content", "waiting_post.key_hash"): "Posts that waited for their hour are lost.",
}
#: What is under keys, but in no column of its own.
BESIDES = (
    "Links in mail that was sent, by which such mail is stopped, are dead; browsers are strangers again.",
    "The record of acts can't be verified: `check` finds its seals broken.",
)
OTHER_KEYS = (
    "This backup holds no keys, and the keys in {keys} are not those of the exchange that it was made from. "
    "Without that exchange's key file this is lost:"
)
PUT_IT_BACK = "If you have that key file, put it there now, before anybody signs in."
OLDER_KEYS = (
    "This backup was made with generation {theirs} of the keys, and the key file {keys} is an older copy, which has "
    "{ours}. What is stored under the newer keys (membership numbers, recovery codes, authenticator apps, tokens, the "
    "record of acts) can't be used. Put the newest copy there now, before anybody signs in."
)


def other_keys(keys: object) -> str:
    """What is lost where the keys are not those of the backup."""
    lost = "\n".join(f"- {what}" for what in (*LOSSES.values(), *BESIDES))
    return f"{OTHER_KEYS.format(keys=keys)}\n{lost}\n{PUT_IT_BACK}"
