"""Passkeys (WebAuthn): what browsers are asked, and whether their answers are true. The verbs never commit."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask import current_app, request
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.answering import parts_of
from knowledge_exchange.auth.factors_models import Passkey
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.crypto import keyed_hash_at
from knowledge_exchange.core.db import db

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

NAME = "Knowledge Exchange"
NAME_MAX_CHARS = 60
#: Nobody has more devices; browsers are told of all of them.
MOST_PASSKEYS = 20
#: An answer is some 1 kB; attestation we don't ask for could make it longer.
MOST_ANSWER_CHARS = 20_000
#: How long the browser waits for the member.
TIMEOUT_MS = 120_000

Made = TypeVar("Made")

log = logging.getLogger(__name__)


class Party(NamedTuple):
    """Whom passkeys are made for: a name (never a number), and the origin of the pages that may use them."""

    id: str
    origin: str


def party() -> Party | None:
    """This exchange as passkeys know it; None at an address for which browsers make none.

    That is an IP address, or plain http elsewhere than on this machine. A demo may be looked at as ``localhost``.
    """
    parts = parts_of(current_app.config["KE_BASE_URL"])
    host = parts.hostname or ""
    if current_app.config["KE_DEMO"] and parts_of(f"http://{request.host}").hostname == "localhost":
        return Party("localhost", f"http://{request.host}")
    if _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Party(host, f"{parts.scheme}://{parts.netloc}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _user_handle(member_id: int) -> bytes:
    """What the passkey knows its member by: says nothing to anybody else.

    Of the first keys for ever: another handle is another account to the device that keeps it.
    """
    return bytes.fromhex(keyed_hash_at(1, "passkey user", str(member_id)))


def _known(member_id: int) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    words = {transport.value: transport for transport in AuthenticatorTransport}
    query = select(Passkey.credential_id, Passkey.transports).where(Passkey.member_id == member_id)
    return [
        PublicKeyCredentialDescriptor(id, transports=[words[word] for word in transports.split() if word in words])
        for id, transports in db.session.execute(query)
    ]


def options_to_add(here: Party, account: Account) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked; devices that have one of theirs already make none."""
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    asked = generate_registration_options(
        rp_id=here.id,
        rp_name=NAME,
        user_id=_user_handle(account.id),
        user_name=account.email,
        user_display_name=account.name,
        challenge=challenges.issue(challenges.ADD, account.id),
        timeout=TIMEOUT_MS,
        # One that lists itself signs in without an address typed; a plain security key serves after the password.
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_known(account.id),
    )
    return _plain(asked)


def options_to_use(here: Party, purpose: str, member_id: int | None = None) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked. Without a member the device itself says whose passkey it has,
    and must have made sure (finger, face, PIN) that it is they.
    """
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    need = UserVerificationRequirement.PREFERRED if member_id else UserVerificationRequirement.REQUIRED
    asked = generate_authentication_options(
        rp_id=here.id,
        challenge=challenges.issue(purpose, member_id),
        timeout=TIMEOUT_MS,
        allow_credentials=_known(member_id) if member_id else [],
        user_verification=need,
    )
    return _plain(asked)


def _plain(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json

    plain: dict[str, Any] = json.loads(options_to_json(options))
    return plain


class NewPasskey(NamedTuple):
    """A passkey that was made just now, with all that will be stored of it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str


def read_new(here: Party, challenge: bytes, answer: str) -> NewPasskey | None:
    """The passkey in a browser's answer; None where anything about it is wrong."""
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_registration_credential_json

    def read() -> NewPasskey:
        credential = parse_registration_credential_json(answer)
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.id,
            expected_origin=here.origin,
        )
        ways = " ".join(sorted(way.value for way in credential.response.transports or ()))
        return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count, ways)

    return _unless_wrong(read, answer)


def add(member_id: int, new: NewPasskey, name: str) -> bool:
    """Keep a new passkey; False where the device made one that is known already, or there are too many."""
    mine = db.session.scalars(select(Passkey.id).where(Passkey.member_id == member_id)).all()
    taken = db.session.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id))
    if taken is not None or len(mine) >= MOST_PASSKEYS:
        return False
    db.session.add(Passkey(member_id=member_id, name=name, **new._asdict()))
    db.session.flush()
    return True


class Shown(NamedTuple):
    """A passkey whose answer is true. Whether its count is, :func:`use` says."""

    id: int
    member_id: int
    sign_count: int


def read_use(here: Party, challenge: bytes, answer: str, member_id: int | None = None) -> Shown | None:
    """Whose passkey signed the challenge; None where anything is wrong. ``member_id``: whose it must be.

    Without one, it must say itself that it made sure of the person.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    credential = _unless_wrong(lambda: parse_authentication_credential_json(answer), answer)
    if credential is None:
        return None
    found = db.session.scalar(select(Passkey).where(Passkey.credential_id == credential.raw_id))
    if found is None or (member_id or found.member_id) != found.member_id:
        return None
    handle = credential.response.user_handle
    if (handle or member_id is None) and handle != _user_handle(found.member_id):
        return None
    true = _unless_wrong(
        lambda: verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.id,
            expected_origin=here.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=0,  # we compare it ourselves, to put a copy on the record
            require_user_verification=member_id is None,
        ),
        answer,
    )
    return Shown(found.id, found.member_id, true.new_sign_count) if true else None


def use(shown: Shown) -> bool:
    """Note the use; False where the device counts fewer uses than before: it is a copy, and that is on the record."""
    row = db.session.execute(
        select(Passkey.sign_count, Passkey.name).where(Passkey.id == shown.id).with_for_update()
    ).first()
    if row is None:
        return False
    if (row.sign_count or shown.sign_count) and shown.sign_count <= row.sign_count:
        record("factor.copied", actor=shown.member_id, subject=shown.member_id, note="a passkey's count fell")
        return False
    changed = {"sign_count": shown.sign_count, "used_at": rounded_now()}
    db.session.execute(update(Passkey).where(Passkey.id == shown.id).values(**changed))
    return True


def _unless_wrong(read: Callable[[], Made], answer: str) -> Made | None:
    """What is read of an answer. A stranger may send anything, and each parser underneath fails in its own way."""
    if len(answer) > MOST_ANSWER_CHARS:
        return None
    try:
        return read()
    except Exception as error:
        log.info("a passkey's answer was refused: %s", type(error).__name__)
        return None
