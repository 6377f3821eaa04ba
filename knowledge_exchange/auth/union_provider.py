"""The union's own identity provider, as its documents describe it (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from authlib.integrations.base_client import OAuthError
from flask import current_app

from knowledge_exchange.auth import union_tokens
from knowledge_exchange.auth.union_attempt import Attempt
from knowledge_exchange.auth.union_claims import shown_by
from knowledge_exchange.auth.union_facts import Shown, Unreachable, Untrue
from knowledge_exchange.auth.union_wire import document, talking
from knowledge_exchange.core.union_settings import is_safe

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

#: How long the provider's documents are believed without looking again (seconds).
BELIEVED_S = 3600.0
#: With a key that nobody knows its keys are asked for again, but not for every forged token.
KEYS_AGAIN_S = 30.0
#: So soon after it was not to be reached nobody is kept waiting for it again.
DOWN_S = 5.0
MOST_CODE_CHARS = 4096
WELL_KNOWN = "/.well-known/openid-configuration"
_EXTENSION = "ke_union"

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where the provider does what."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    auth_method: str
    #: It says in each answer that it is its own (RFC 9207).
    names_itself: bool


class _Kept:
    """What a process remembers of the provider; times by the clock that never goes back."""

    def __init__(self) -> None:
        self.place: Place | None = None
        self.place_at = self.keys_at = self.down_at = float("-inf")
        self.keys: KeySet | None = None


def _kept() -> _Kept:
    kept: _Kept = current_app.extensions.setdefault(_EXTENSION, _Kept())
    return kept


def place() -> Place:
    """Where to go. Raises :class:`Unreachable`, also for a document that is another issuer's."""
    kept = _kept()
    moment = time.monotonic()
    if kept.place is not None and moment - kept.place_at < BELIEVED_S:
        return kept.place
    if moment - kept.down_at < DOWN_S:
        raise Unreachable("it was down a moment ago")
    issuer = current_app.config["KE_OIDC_ISSUER"]
    try:
        kept.place = _read_place(document(issuer.rstrip("/") + WELL_KNOWN), issuer)
    except Unreachable:
        kept.down_at = time.monotonic()
        raise
    kept.place_at = time.monotonic()
    return kept.place


def _read_place(found: dict[str, Any], issuer: str) -> Place:
    if found.get("issuer") != issuer:
        raise Unreachable("the document is another issuer's")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [str(found.get(name) or "") for name in names]
    if not all(is_safe(address) for address in addresses):
        raise Unreachable("the document names no addresses that can be used")
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = next((each for each in ("client_secret_basic", "client_secret_post") if each in methods), None)
    if method is None:
        raise Unreachable("the provider takes no client secret")
    names_itself = found.get("authorization_response_iss_parameter_supported") is True
    authorization, token, keys = addresses
    return Place(authorization, token, keys, str(found.get("userinfo_endpoint") or ""), method, names_itself)


def way_back() -> str:
    """The one address that the provider sends people back to; it must be registered there exactly so."""
    return f"{current_app.config['KE_BASE_URL']}/sign-in/union/back"


def way_there(attempt: Attempt) -> str:
    """Where the person signs in. Raises :class:`Unreachable`."""
    where = place()
    wanted: dict[str, Any] = {"nonce": attempt.nonce}
    if attempt.wants_presence:
        wanted |= {"prompt": "login", "max_age": 0}
    with _client(where) as client:
        address, _state = client.create_authorization_url(
            where.authorization, state=attempt.state, code_verifier=attempt.verifier, **wanted
        )
    return str(address)


def _client(where: Place) -> Any:
    settings = current_app.config
    return talking(
        client_id=settings["KE_OIDC_CLIENT_ID"],
        client_secret=settings["KE_OIDC_CLIENT_SECRET"],
        scope=settings["KE_OIDC_SCOPE"],
        redirect_uri=way_back(),
        code_challenge_method="S256",
        token_endpoint_auth_method=where.auth_method,
    )


def shown(attempt: Attempt, code: str, named: str | None) -> Shown:
    """Whom the provider shows, for the code that it sent back; ``named``: the issuer in that answer, if any.

    Raises :class:`Untrue`, and :class:`Unreachable`.
    """
    where = place()
    issuer = current_app.config["KE_OIDC_ISSUER"]
    if (named or where.names_itself) and named != issuer:
        raise Untrue("the answer names another issuer")
    token = _token(where, attempt, code)
    id_token, access = token.get("id_token"), token.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access, str):
        raise Untrue("no ID token")
    expected = union_tokens.Expected(issuer, current_app.config["KE_OIDC_CLIENT_ID"], attempt)
    claims = union_tokens.claims_of(id_token, access, _keys_for(where, id_token), expected)
    return shown_by(claims, lambda: document(where.userinfo, token=token) if where.userinfo else {})


def _token(where: Place, attempt: Attempt, code: str) -> dict[str, Any]:
    with _client(where) as client:
        try:
            found = client.fetch_token(
                where.token, grant_type="authorization_code", code=code, code_verifier=attempt.verifier
            )
        except OAuthError as error:
            raise Untrue(f"token endpoint: {error.error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise Unreachable("token endpoint: not what was agreed") from error
    return dict(found)


def _keys_for(where: Place, id_token: str) -> KeySet:
    kept = _kept()
    age = time.monotonic() - kept.keys_at
    unknown = kept.keys is not None and union_tokens.is_signed_by_unknown(id_token, kept.keys)
    if kept.keys is None or age > BELIEVED_S or (unknown and age > KEYS_AGAIN_S):
        kept.keys = union_tokens.keys_of(document(where.keys))
        kept.keys_at = time.monotonic()
    return kept.keys
