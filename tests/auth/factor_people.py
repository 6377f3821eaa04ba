"""Second factors in tests: an app that shows codes, and a passkey made of nothing but a key pair (no browser)."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import factors_app, factors_codes
from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.core import clock
from knowledge_exchange.core.crypto import unseal
from knowledge_exchange.core.db import db
from tests.auth.door import token_in, writing

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "https://exchange.example.org"
HOST = "exchange.example.org"
PAGE = "/settings/factors"


def give_app(app: Flask, member_id: int) -> str:
    """Set up an authenticator app for somebody; returns its secret. The code of now has not been used yet."""
    with writing(app):
        factors_app.begin(member_id)
    with writing(app):
        row = db.session.scalars(select(AuthenticatorApp).where(AuthenticatorApp.member_id == member_id)).one()
        row.confirmed_at = clock.now()
        return unseal(row.sealed).decode()


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows, that many half minutes from now."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def wrong_code(secret: str) -> str:
    """Six digits that are none of the codes that are good now."""
    good = {code_of(secret, steps) for steps in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)


def give_codes(app: Flask, member_id: int) -> list[str]:
    """Recovery codes for somebody."""
    with writing(app):
        return factors_codes.make(member_id)


def acts(app: Flask) -> list[str]:
    """What is on the record about factors, in order."""
    query = select(AuditEntry.action).where(AuditEntry.action.startswith("factor.")).order_by(AuditEntry.id)
    with app.app_context():
        return list(db.session.scalars(query))


def to_text(content: bytes) -> str:
    """As WebAuthn writes bytes in JSON."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class Device:
    """A phone with one passkey in it, as far as a server can tell."""

    origin: str = ORIGIN
    count: int = 0
    verifies: bool = True
    id: bytes = b"a credential of this test"
    user: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """What the browser sends back for ``navigator.credentials.create(options)``."""
        padded = options["user"]["id"] + "=" * (-len(options["user"]["id"]) % 4)
        self.user = base64.urlsafe_b64decode(padded)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(public)
        facts = self._facts(options["rp"]["id"], _ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": facts})
        return self._answer(attestationObject=made, clientDataJSON=self._said("create", options))

    def use(self, options: dict[str, Any], *, counts: bool = True) -> str:
        """What the browser sends back for ``navigator.credentials.get(options)``."""
        self.count += counts
        facts, said = self._facts(options["rpId"]), self._said("get", options)
        signature = self.key.sign(facts + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(authenticatorData=facts, clientDataJSON=said, signature=signature, userHandle=self.user)

    def _facts(self, party: str, more: int = 0) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(party.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _said(self, what: str, options: dict[str, Any]) -> bytes:
        said = {"type": f"webauthn.{what}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _answer(self, **parts: bytes) -> str:
        response = {name: to_text(part) for name, part in parts.items()}
        name = to_text(self.id)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return json.dumps(whole)


def ask(client: FlaskClient, path: str, page: str, **form: str) -> TestResponse:
    """What a page's script asks for before it turns to the device."""
    headers = {"Accept": "application/json", "X-CSRFToken": token_in(client.get(page))}
    return client.post(path, data=form, headers=headers)


def options(client: FlaskClient, path: str, page: str, **form: str) -> dict[str, Any]:
    """The same, where it is given."""
    answer = ask(client, path, page, **form)
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json  # type: ignore[assignment]
    return given


def add_passkey(client: FlaskClient, device: Device, name: str = "My phone") -> TestResponse:
    """Add the device's passkey on the page for it."""
    made = device.make(options(client, f"{PAGE}/passkeys/options", PAGE))
    token = token_in(client.get(PAGE))
    return client.post(f"{PAGE}/passkeys", data={"csrf_token": token, "name": name, "credential": made})
