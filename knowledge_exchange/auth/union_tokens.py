"""Whether an ID token is the provider's own, for us, for this question, of now (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey, import_key
from joserfc.jws import JWSRegistry, extract_compact

from knowledge_exchange.auth.union_attempt import LIFE, Attempt
from knowledge_exchange.auth.union_facts import Untrue
from knowledge_exchange.core.clock import now

#: Signatures with the provider's private key alone: neither "none" nor one made with something that others know.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
#: By how much two clocks may differ (seconds).
LEEWAY_S = 60
MOST_SUBJECT_CHARS = 255
#: Shorter RSA keys can be broken (RFC 7518, 3.3).
FEWEST_RSA_BITS = 2048


class Expected(NamedTuple):
    """What the token must say."""

    issuer: str
    client_id: str
    attempt: Attempt


def keys_of(document: Mapping[str, Any]) -> KeySet:
    """The keys of a JWKS that signatures can be checked with; others are left out."""
    listed = document.get("keys")
    found = [_key(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return KeySet([key for key in found if key is not None])


def _key(facts: dict[str, Any]) -> RSAKey | ECKey | None:
    if facts.get("kty") not in ("RSA", "EC") or facts.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(facts)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        return key if key.raw_value.key_size >= FEWEST_RSA_BITS else None
    return key if isinstance(key, ECKey) else None


def is_signed_by_unknown(token: str, keys: KeySet) -> bool:
    """Whether it names a key that is not among these: the provider may have changed its keys."""
    try:
        named = extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return False
    return named not in {key.kid for key in keys.keys}


def claims_of(token: str, access_token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """What the token says, once all of it has been checked. Raises :class:`Untrue`."""
    try:
        # Not strict about headers: a provider may add some of its own. "crit" is refused where it isn't known.
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        found = jwt.decode(token, keys, registry=registry)
        claims = CodeIDToken(found.claims, found.header, _options(expected), _params(expected, access_token))
        claims.validate(now=int(now().timestamp()), leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise Untrue(f"ID token: {error}") from error
    _check_times(claims, expected.attempt)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT_CHARS or "\0" in subject:
        raise Untrue("ID token: sub")
    return dict(claims)


def _options(expected: Expected) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }


def _params(expected: Expected, access_token: str) -> dict[str, Any]:
    return {"nonce": expected.attempt.nonce, "client_id": expected.client_id, "access_token": access_token}


def _check_times(claims: Mapping[str, Any], attempt: Attempt) -> None:
    """It was made after the question was; where the person had to be there, they were."""
    if not attempt.began - LEEWAY_S <= claims["iat"] <= attempt.began + LIFE.total_seconds() + LEEWAY_S:
        raise Untrue("ID token: iat")
    if attempt.wants_presence:
        seen = claims.get("auth_time")
        if isinstance(seen, bool) or not isinstance(seen, int | float) or seen < attempt.began - LEEWAY_S:
            raise Untrue("ID token: auth_time")
