"""How often: limits by address, by account and by member, in memory or (several processes) in Redis.

Keys are hashed: neither a member nor an address stands in Redis, and its counts end at full five minutes.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import TooManyRequests

from knowledge_exchange.auth import limits_store
from knowledge_exchange.auth.answering import asked_for, wants_json
from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.auth.sessions import current_me
from knowledge_exchange.auth.typed_text import fields_of, has_text, show_again
from knowledge_exchange.core.crypto import keyed_hash, keyed_hash_at

#: Sign-in: tries from one address. A whole trust may stand behind one, on a Monday at nine.
SIGN_IN_LIMIT = "100 per 10 minutes"
#: Join and reset: each try may send a message to somebody.
DOOR_LIMIT = "30 per 10 minutes"
#: Tries for one account from one address: a stranger's tries never lock its owner out elsewhere.
ACCOUNT_LIMIT = "10 per 10 minutes"
#: Claims by one account: three numbers an hour are a typing mistake, thirty are guessing.
CLAIM_LIMIT = "10 per hour"
#: Codes of the authenticator app, for one account from wherever: 3 of a million are good at a time. Who has used
#: these up (it takes the password) has locked out the app, but neither the passkeys nor the recovery codes.
GUESS_LIMIT = "10 per 10 minutes"
GUESSES_A_DAY = "60 per day"
#: What one member may write.
THREAD_LIMIT = "60 per hour"
REPLY_LIMIT = "120 per 10 minutes"
SMALL_ACT_LIMIT = "300 per 10 minutes"
#: What a page asks by itself while a member types (after each pause): a preview, whom to mention.
TYPING_LIMIT = "1200 per 10 minutes"
#: Drafts are saved every few seconds while somebody types, from each of their open pages.
DRAFT_LIMIT = "1500 per 10 minutes"
#: Where the limit itself does not say when it ends.
SHORTEST_WAIT_S = 60
#: Who has an IPv6 line has all of this network: it counts as one address.
_IPV6_LINE_BITS = 64

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])


def the_address() -> str:
    """The network address that a request comes from, as one line is counted, hashed."""
    try:
        address = ipaddress.ip_address(get_remote_address())
    except ValueError:
        return "address:unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        # A socket for both kinds names IPv4 so; all of it would be one line.
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv6Address):
        line = str(ipaddress.ip_network((address, _IPV6_LINE_BITS), strict=False))
        return f"address:{keyed_hash('limit', line)}"
    return f"address:{keyed_hash('limit', str(address))}"


def who() -> str:
    """The member who is asking, or a visitor's address.

    Of one member it is another for each endpoint: two counts are not to show that one person started this thread
    and replied in that one.
    """
    me = current_me()
    return f"member:{hidden(me.id, str(request.endpoint))}" if me else the_address()


def hidden(member_id: int, of: str) -> str:
    """What stands for a member in the counts of one kind of act; the same under every key."""
    return keyed_hash_at(1, "limit", f"{of} of member {member_id}")


def the_account() -> str:
    """The account that a form at the door is about, as tried from this address; it need not exist."""
    email = email_key(request.form.get("email", ""))
    return f"account:{keyed_hash('limit', email)}:{the_address()}"


def _the_guessed() -> str:
    return f"guessed:{g.ke_guessed}"


limiter = Limiter(key_func=who, default_limits=[], headers_enabled=False, key_prefix="ke")


def at_the_door(per_address: str = DOOR_LIMIT) -> Callable[[View], View]:
    """Limit the tries of a form that names an account: by address, and by account and address."""

    def limited(view: View) -> View:
        by_account = limiter.limit(ACCOUNT_LIMIT, key_func=the_account, methods=["POST"])
        by_address = limiter.limit(per_address, key_func=the_address, methods=["POST"])
        return cast(View, by_address(by_account(view)))

    return limited


@limiter.limit(GUESSES_A_DAY, key_func=_the_guessed)
@limiter.limit(GUESS_LIMIT, key_func=_the_guessed)
def _count_guess() -> None:
    """Only counted."""


def count_guess(member_id: int, kind: str, *, from_anywhere: bool) -> None:
    """Count a try of a secret of this account before it is looked at; a 429 where there were too many.

    ``from_anywhere``: a secret so short that all tries count, wherever they come from; else those from this address.
    """
    g.ke_guessed = f"{kind}:{hidden(member_id, kind)}:{'' if from_anywhere else the_address()}"
    _count_guess()


def give_back() -> None:
    """Take this request off the counts: whoever has the password is not guessing it.

    It was counted first and is given back, rather than counted only once it has failed: otherwise a
    thousand guesses sent at the same moment would all find the count at nought.
    """
    try:
        for counted in limiter.current_limits:
            limiter.limiter.hit(counted.limit, *counted.request_args, cost=-1)
    except Exception:
        log.warning("a try was not given back: the store of the counts is gone")


def _too_often(error: TooManyRequests) -> ResponseReturnValue:
    """What to do now, the same for accounts that exist and that don't; typed text is given back."""
    limit = limiter.current_limit
    wait_s = max(1, int(limit.reset_at - time.time())) if limit else SHORTEST_WAIT_S
    headers = {"Retry-After": str(wait_s)}
    if wants_json():
        return jsonify(error="too_often"), 429, headers
    if current_me() is not None and has_text(fields_of(request.form)):
        return show_again(asked_for(), request.form, cause="often"), 429, headers
    minutes = max(1, round(wait_s / 60))
    page = render_template(
        "errors/error.html",
        status=429,
        heading=_("That was a lot in a short time"),
        advice=ngettext("Wait a minute, then try again.", "Wait %(num)s minutes, then try again.", minutes),
    )
    return page, 429, headers


def init_app(app: Flask) -> None:
    """Count in Redis where there is one; KE_RATE_LIMITS=off turns counting off."""
    app.config["RATELIMIT_ENABLED"] = app.config["KE_RATE_LIMITS"]
    redis_url = app.config["KE_REDIS_URL"]
    app.config["RATELIMIT_STORAGE_URI"] = limits_store.address_of(redis_url) if redis_url else "memory://"
    app.register_error_handler(TooManyRequests, _too_often)
    # With Redis down the exchange goes on, counting in memory.
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(redis_url)
    limiter.init_app(app)
