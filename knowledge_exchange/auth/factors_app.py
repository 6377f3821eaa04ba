"""The authenticator app: six digits that change every 30 seconds (RFC 6238). The verbs never commit."""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from knowledge_exchange.auth.factors import SETTING_UP_FOR
from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.crypto import keyed_hash_at, seal, unseal
from knowledge_exchange.core.db import db

#: What the phone calls the entry, before the address of the account.
ISSUER = "Knowledge Exchange"
STEP_S = 30
DIGITS = 6
#: Clocks of phones go wrong by that much, and people are slow: a code is good one step earlier and later.
SKEW_STEPS = 1
_MARK_BYTES = 7

log = logging.getLogger(__name__)


def begin(member_id: int) -> None:
    """A fresh secret that waits to be confirmed; an app that works already goes on working until then."""
    import pyotp

    waits = (AuthenticatorApp.member_id == member_id, AuthenticatorApp.confirmed_at.is_(None))
    db.session.execute(delete(AuthenticatorApp).where(*waits))
    db.session.add(AuthenticatorApp(member_id=member_id, sealed=seal(pyotp.random_base32().encode())))


def _waiting(member_id: int) -> AuthenticatorApp | None:
    query = select(AuthenticatorApp).where(
        AuthenticatorApp.member_id == member_id,
        AuthenticatorApp.confirmed_at.is_(None),
        AuthenticatorApp.created_at > now() - SETTING_UP_FOR,
    )
    return db.session.scalars(query.order_by(AuthenticatorApp.id.desc())).first()


def waiting_secret(member_id: int) -> str | None:
    """The secret that is being set up, in base 32; None where none is."""
    found = _waiting(member_id)
    return _secret(found.sealed) if found else None


def address_of(secret: str, email: str) -> str:
    """What the QR code says: ``otpauth://totp/…``."""
    import pyotp

    return str(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


def picture(address: str) -> bytes:
    """The QR code as SVG, without styles or scripts; dark on light in every theme, or phones can't read it."""
    import io

    import segno

    file = io.BytesIO()
    segno.make(address, error="m").save(file, kind="svg", scale=6, border=4, light="white", xmldecl=False, svgns=True)
    return file.getvalue()


def confirm(member_id: int, code: str) -> bool:
    """The app shows the right code: it is set up, and takes the place of one that was there before."""
    found = _waiting(member_id)
    secret = _secret(found.sealed) if found else None
    step = _step_of(secret, code) if secret else None
    if found is None or step is None:
        return False
    others = (AuthenticatorApp.member_id == member_id, AuthenticatorApp.id != found.id)
    db.session.execute(delete(AuthenticatorApp).where(*others))
    found.confirmed_at = rounded_now()
    found.last_step = _mark(member_id, step)
    db.session.flush()
    return True


def spend(member_id: int, code: str) -> bool:
    """Whether that is the code of now, and was not used before; it never will be again."""
    query = select(AuthenticatorApp.id, AuthenticatorApp.sealed).where(
        AuthenticatorApp.member_id == member_id, AuthenticatorApp.confirmed_at.is_not(None)
    )
    found = db.session.execute(query).first()
    secret = _secret(found.sealed) if found else None
    step = _step_of(secret, code) if secret else None
    if found is None or step is None:
        return False
    # Of two requests with one code at the same moment only one finds the row as it was.
    # Used with an earlier code only: one that is good now is at most so many steps older than the last one can be.
    spent = [_mark(member_id, step + later) for later in range(2 * SKEW_STEPS + 1)]
    unused = or_(AuthenticatorApp.last_step.is_(None), AuthenticatorApp.last_step.not_in(spent))
    use = update(AuthenticatorApp).where(AuthenticatorApp.id == found.id, unused)
    done = use.values(last_step=_mark(member_id, step), used_at=rounded_now()).returning(AuthenticatorApp.id)
    return db.session.execute(done).first() is not None


def _step_of(secret: str, code: str) -> int | None:
    """The step of 30 seconds that the code belongs to, among those that are good now."""
    import pyotp

    made = pyotp.TOTP(secret)
    plain = as_typed(code)
    found = None
    for skew in range(-SKEW_STEPS, SKEW_STEPS + 1):
        moment = now() + timedelta(seconds=skew * STEP_S)
        if hmac.compare_digest(made.at(moment).encode(), plain.encode()):
            found = made.timecode(moment)
    return found


def _mark(member_id: int, step: int) -> int:
    """What is kept of a step: nobody without the key file can tell the half minute in which somebody signed in.

    Under the first of the keys, whatever the newest is: a new one must not make a spent code good again.
    """
    said = keyed_hash_at(1, "authenticator step", f"{member_id}:{step}")
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:_MARK_BYTES])


def as_typed(code: str) -> str:
    """The code without the spaces that apps show and people type."""
    return "".join(code.split())


def looks_like_one(code: str) -> bool:
    """Whether it has the form of an app's code."""
    plain = as_typed(code)
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()


def _secret(sealed: bytes) -> str | None:
    """None after a restore without the key file: the app is lost, and a recovery code or the operator helps."""
    try:
        return unseal(sealed).decode()
    except ValueError:
        log.error("the secret of an authenticator app can't be unsealed: the key file is another")
        return None
