"""The built-in registry: a roll (CSV or JSON) at an https address, opened by a bearer token."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

import requests
from flask_babel import gettext as _
from urllib3.exceptions import HTTPError, ProtocolError, TimeoutError

from knowledge_exchange.verification.pulling.address import address_fault, same_origin, token_fault
from knowledge_exchange.verification.pulling.body import keep_body, kind_of_body
from knowledge_exchange.verification.pulling.json_body import to_roll_file
from knowledge_exchange.verification.pulling.registry import Access, Fetched, RegistryFailed, Unchanged

MOST_REDIRECTS = 3
MAX_VERSION_CHARS = 200
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the other side is waited for; all times in seconds."""

    connect_s: float = 10.0
    #: Between two pieces of the answer.
    read_s: float = 60.0
    #: For everything, pauses and further tries too: who drips a byte a second is given up.
    total_s: float = 600.0
    tries: int = 4
    #: Before the second try; each further one is twice as long.
    pause_s: float = 2.0
    #: Whoever asks for a longer one is left alone until the next time.
    longest_pause_s: float = 60.0


PATIENCE = Patience()


class _Passing(Exception):
    """This try has failed in a way that may pass by itself."""

    def __init__(self, sentence: str, pause_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        #: What the other side asks for; None where it doesn't say.
        self.pause_s = pause_s


class _Bearer(requests.auth.AuthBase):
    """The token. Given as `auth`, so that no .netrc of the machine takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class HttpsRegistry:
    """See :class:`knowledge_exchange.verification.pulling.pulls.registry.Registry`."""

    def __init__(self, access: Access, patience: Patience | None = None) -> None:
        fault = address_fault(access.url, is_lenient=access.is_lenient) or token_fault(access.token)
        if fault:
            raise RegistryFailed(fault, try_again=False)
        self._access, self._patience = access, patience or PATIENCE

    def fetch(self, known: str, into: Path) -> Fetched | Unchanged:
        """Ask, and again after a pause where that may help."""
        deadline = time.monotonic() + self._patience.total_s
        for number in range(self._patience.tries):
            try:
                return self._try(known, into / f"answer-{number}", deadline)
            except _Passing as failed:
                pause = self._pause(number, failed)
                is_last = number + 1 == self._patience.tries
                if is_last or pause is None or time.monotonic() + pause > deadline:
                    raise RegistryFailed(failed.sentence, try_again=True) from None
                log.info("registry_tried_again", extra={"tries": number + 1, "pause_s": round(pause, 1)})
                time.sleep(pause)
        raise AssertionError("at least one try")

    def _pause(self, number: int, failed: _Passing) -> float | None:
        """Growing, with chance in it, so that those who failed together don't come back together."""
        longest = self._patience.longest_pause_s
        if failed.pause_s is not None:
            return failed.pause_s if failed.pause_s <= longest else None
        grown: float = self._patience.pause_s * 2.0**number
        return min(grown, longest) * random.uniform(0.75, 1.25)  # noqa: S311

    def _try(self, known: str, path: Path, deadline: float) -> Fetched | Unchanged:
        # What the library raises would name the address, and may quote a header: it is said anew, without its cause.
        try:
            with requests.Session() as session, self._ask(session, known, deadline) as answer:
                return self._taken(answer, known, path, deadline)
        except requests.exceptions.SSLError:
            raise RegistryFailed(_("Its certificate is not one that can be trusted."), try_again=True) from None
        except (requests.exceptions.Timeout, TimeoutError):
            raise _Passing(_("It doesn't answer in time.")) from None
        except (requests.exceptions.ConnectionError, ProtocolError):
            raise _Passing(_("It can't be reached, or breaks off.")) from None
        except (requests.exceptions.RequestException, HTTPError):
            raise _Passing(_("It answers in a way that can't be understood.")) from None

    def _ask(self, session: requests.Session, known: str, deadline: float) -> requests.Response:
        headers = {"Accept": "text/csv, application/json", "Accept-Encoding": "gzip, identity"}
        if known:
            headers["If-None-Match"] = known
        url = self._access.url
        for _redirect in range(MOST_REDIRECTS + 1):
            waits = (self._patience.connect_s, min(self._patience.read_s, max(deadline - time.monotonic(), 0.001)))
            # A proxy of the environment may carry what is sealed, not what is plain.
            session.trust_env = url.startswith("https://")
            session.auth = _Bearer(self._access.token)
            answer = session.get(url, headers=headers, timeout=waits, stream=True, allow_redirects=False)
            if answer.status_code not in _REDIRECTS:
                return answer
            answer.close()
            url = self._next(url, answer.headers.get("Location", ""))
        raise RegistryFailed(_("It leads from one address to the next, without end."), try_again=False)

    def _next(self, url: str, location: str) -> str:
        """Where a redirect leads; never to another origin, which would be given the token."""
        try:
            goal = urljoin(url, location)
        except ValueError:
            goal = ""
        if not location or not same_origin(url, goal):
            raise RegistryFailed(
                _("It leads to another server, which is not followed: enter the right address."), try_again=False
            )
        return goal

    def _taken(self, answer: requests.Response, known: str, path: Path, deadline: float) -> Fetched | Unchanged:
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            if not known:
                raise RegistryFailed(_("It says “unchanged”, but nothing is known of it yet."), try_again=True)
            return Unchanged()
        if answer.status_code != HTTPStatus.OK:
            raise _refusal(answer)
        version = answer.headers.get("ETag", "")
        keep_body(answer, path, deadline)
        roll = path.with_name("roll.csv")
        if kind_of_body(answer.headers.get("Content-Type", ""), path) == "json":
            to_roll_file(path, roll)
        else:
            path.rename(roll)
        return Fetched(roll, version if is_version(version) else "")


def _refusal(answer: requests.Response) -> Exception:
    """What an answer other than “here it is” means."""
    status = answer.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return RegistryFailed(_("The token was refused (%(status)s).", status=status), try_again=False)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return RegistryFailed(_("There is no roll at this address (%(status)s).", status=status), try_again=False)
    if status in _AGAIN:
        after = answer.headers.get("Retry-After", "")
        # The other form, a date, hangs on two clocks: our own pause will do.
        asked = float(after) if after.isascii() and after.isdigit() and len(after) <= 9 else None
        return _Passing(_("It can't answer at the moment (%(status)s).", status=status), asked)
    return RegistryFailed(_("It gives an answer that makes no sense (%(status)s).", status=status), try_again=False)


def is_version(text: str) -> bool:
    """Whether an ETag is one that can be kept and sent back."""
    return 0 < len(text) <= MAX_VERSION_CHARS and text.isascii() and text.isprintable()
