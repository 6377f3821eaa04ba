"""Talking to the identity provider over HTTP: in time, within bounds, and only where nobody in between can listen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from knowledge_exchange.auth.union_facts import Unreachable
from knowledge_exchange.core.union_settings import is_safe

#: To be connected, and between two pieces of an answer; for all of it (seconds).
CONNECT_S, PIECE_S, WHOLE_S = 3.05, 5.0, 10.0
#: The largest answer: documents of big providers have some 10 kB (bytes).
MOST_BYTES = 256 * 1024
_PIECE_BYTES = 16 * 1024
OK = 200


class _Careful(HTTPAdapter):
    """Every request with time limits, and no answer larger than it may be or from somewhere else."""

    def send(self, request: PreparedRequest, *args: Any, **words: Any) -> Response:
        """Send it and read the answer whole."""
        if not is_safe(request.url or ""):
            raise Unreachable("the provider names an address that is not https")
        answer = super().send(request, *args, **{**words, "timeout": (CONNECT_S, PIECE_S), "stream": True})
        with closing(answer):
            if answer.is_redirect:
                raise Unreachable("the provider sends us elsewhere")
            answer._content = _read(answer)
        return answer


def _read(answer: Response) -> bytes:
    content = b""
    for piece in answer.raw.stream(_PIECE_BYTES, decode_content=True):
        content += piece
        if len(content) > MOST_BYTES:
            raise Unreachable("the provider's answer has no end")
    return content


@contextmanager
def talking(**words: Any) -> Iterator[OAuth2Session]:
    """A client of the provider; ``words`` are those of Authlib's session. Raises :class:`Unreachable`."""
    with _in_time(), OAuth2Session(**words) as client:
        for scheme in ("https://", "http://"):
            client.mount(scheme, _Careful())
        try:
            yield client
        except (RequestException, HTTPError, OSError) as error:
            raise Unreachable(type(error).__name__) from error


def document(address: str, *, token: dict[str, Any] | None = None) -> dict[str, Any]:
    """A JSON object of the provider's, asked for with an access token or without."""
    with talking(token=token) as client:
        answer = client.get(address, withhold_token=token is None, headers={"Accept": "application/json"})
        try:
            found = answer.json()
        except ValueError as error:
            raise Unreachable("not JSON") from error
    if answer.status_code != OK or not isinstance(found, dict):
        raise Unreachable(f"status {answer.status_code}")
    return found


@contextmanager
def _in_time() -> Iterator[None]:
    """Under gevent a limit for the whole: a provider that drips would keep within the limit between two pieces."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("socket"):
        yield
        return
    import gevent

    with gevent.Timeout(WHOLE_S, Unreachable("too slow")):
        yield
