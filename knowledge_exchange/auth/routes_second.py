"""Signing in with a second factor after the password, or with a passkey alone."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import passkeys, proving, queries, second_step, sessions, union_arriving
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.answering import local_or
from knowledge_exchange.auth.arriving import go_on, second_page
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.gate import public
from knowledge_exchange.auth.limits import SIGN_IN_LIMIT, give_back, limiter, the_address
from knowledge_exchange.auth.passkeys import Shown
from knowledge_exchange.auth.policy import may_sign_in
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.auth.typed_text import CARRY_ACTION, carried, fields_of, sign_in_page
from knowledge_exchange.core.db import end_read, unit_of_work

_by_address = limiter.limit(SIGN_IN_LIMIT, key_func=the_address)


@blueprint.get("/sign-in/second", endpoint="second_page")
@public
def second_step_page() -> ResponseReturnValue:
    """Ask for the second factor, of whom has just given the right password."""
    goal = local_or(request.args.get("next"), "")
    if sessions.current_me() is not None:
        return redirect(goal or "/")
    account = second_step.held()
    if account is None:
        return redirect(url_for("auth.sign_in", next=goal or None))
    return second_page(account, goal=goal)


@blueprint.post("/sign-in/second")
@public
@_by_address
@never_sooner
def try_second() -> ResponseReturnValue:
    """Sign in with a code of the app, or a recovery code."""
    account = second_step.held()
    if account is None:
        return _begin_again()
    code = request.form.get("code", "")
    proving.count_code(account.id, code)
    if not _signed_in(account, _and_union(account, lambda: proving.spend_code(account.id, code))):
        return second_page(account, goal=_goal(), wrong="code"), 401
    give_back()
    return go_on()


@blueprint.post("/sign-in/passkey/options")
@public
@_by_address
def passkey_options() -> ResponseReturnValue:
    """What the browser is to ask for: any passkey of this exchange; after the password one of that account."""
    here = passkeys.party()
    if here is None:
        return jsonify(error="no_passkeys_here"), 404
    account = second_step.held() if request.form.get("after") == "password" else None
    if account is None:
        return jsonify(passkeys.options_to_use(here, challenges.FIRST))
    return jsonify(passkeys.options_to_use(here, challenges.SECOND, account.id))


@blueprint.post("/sign-in/passkey")
@public
@_by_address
@never_sooner
def try_passkey() -> ResponseReturnValue:
    """Sign in with a passkey: alone (it made sure of the person itself), or after the password."""
    answer = request.form.get("credential", "")
    account = second_step.held() if request.form.get("after") == "password" else None
    if account is None:
        shown = proving.read_passkey(challenges.FIRST, answer)
        account = queries.account(shown.member_id) if shown else None
        if shown is None or account is None or not _signed_in(account, _using(shown), "passkey"):
            return _refused(), 401
        return go_on()
    shown = proving.read_passkey(challenges.SECOND, answer, account.id)
    if shown is None or not _signed_in(account, _and_union(account, _using(shown))):
        return second_page(account, goal=_goal(), wrong="passkey"), 401
    return go_on()


def _using(shown: Shown) -> Callable[[], bool]:
    return lambda: passkeys.use(shown)


def _and_union(account: Account, prove: Callable[[], bool]) -> Callable[[], bool]:
    """``prove``, and then what waits for it, where the union's provider showed the first step."""
    note = second_step.union_note()
    return lambda: prove() and union_arriving.finish(account.id, note)


def _signed_in(account: Account, prove: Callable[[], bool], way: str = "second") -> bool:
    """Begin a sign-in if the account still may, and ``prove`` says yes in the same unit of work."""
    end_read()
    with unit_of_work():
        found = queries.account(account.id)
        if found is None or found.password_hash != account.password_hash:
            return False
        if not may_sign_in(found.standing, found.email_confirmed_at) or not prove():
            return False
        sessions.begin(account.id, request.user_agent.string, way)
        return True


def _goal() -> str:
    return local_or(request.form.get("next"), "")


def _begin_again() -> ResponseReturnValue:
    """They took too long, or changed the password meanwhile: from the beginning, with what was typed."""
    if carried():
        return _sign_in_page(), 401
    return redirect(url_for("auth.sign_in", next=_goal() or None), 303)


def _refused() -> str:
    """The same words for a passkey that nobody knows, one that doesn't fit, and one of an account that is closed."""
    return _sign_in_page(wrong="passkey")


def _sign_in_page(wrong: str = "") -> str:
    text = carried()
    return sign_in_page(
        goal=_goal(),
        wrong=wrong,
        carried=fields_of(text[1]) if text else None,
        carry_action=request.form.get(CARRY_ACTION, "") if text else "",
    )
