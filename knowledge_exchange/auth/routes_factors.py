"""One's passkeys, authenticator app and recovery codes."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import factors, factors_app, factors_codes, passkeys, queries, sessions, union_linking
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.fresh import fresh
from knowledge_exchange.auth.gate import setting_up
from knowledge_exchange.auth.limits import ACCOUNT_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import one_line

BAD_INPUT = 400


@blueprint.get("/settings/factors")
@setting_up
def factors_page() -> ResponseReturnValue:
    """What there is, and what can be added."""
    return _page()


@blueprint.post("/settings/factors/passkeys/options")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def new_passkey_options() -> ResponseReturnValue:
    """What the browser is to make. Only whoever is asked here, freshly confirmed, can add what it made."""
    here = passkeys.party()
    if here is None:
        return jsonify(error="no_passkeys_here"), 404
    return jsonify(passkeys.options_to_add(here, _account()))


@blueprint.post("/settings/factors/passkeys")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    me, here = require_me(), passkeys.party()
    name = one_line(request.form.get("name", ""))[: passkeys.NAME_MAX_CHARS] or _("A passkey")
    with unit_of_work():
        challenge = challenges.spend(challenges.ADD, me.id)
    new = passkeys.read_new(here, challenge, request.form.get("credential", "")) if here and challenge else None
    if new is None or not _added_passkey(me, new, name):
        return _page(fault=_("That passkey could not be added. Try again; nothing has changed.")), BAD_INPUT
    flash(_("The passkey is added. You can sign in with it from now on."), "good")
    return redirect(url_for("auth.factors_page"), 303)


def _added_passkey(me: Me, new: passkeys.NewPasskey, name: str) -> bool:
    end_read()
    with unit_of_work():
        is_first = not factors.has_any(me.id)
        if not passkeys.add(me.id, new, name):
            return False
        _note_added(me, factors.PASSKEY, is_first=is_first)
        return True


def _note_added(me: Me, what: str, *, is_first: bool) -> None:
    """With the first factor everything that knew the password alone ends: other sign-ins, copies of this cookie."""
    factors.added(me.id, what, is_first=is_first, but=me.sign_in_id)
    if is_first:
        sessions.renew(me)


@blueprint.post("/settings/factors/passkeys/<passkey_id>/remove")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    """Take a passkey away."""
    id_ = parse_id(passkey_id)
    me = require_me()
    if id_ is None or id_ not in {passkey.id for passkey in factors.factors_of(me.id).passkeys}:
        abort(404)
    end_read()
    with unit_of_work():
        done = factors.remove_passkey(me.id, id_)
    return _removed(done, _("The passkey is removed."))


@blueprint.post("/settings/factors/app")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def begin_app() -> ResponseReturnValue:
    """A fresh secret, to be scanned and confirmed."""
    with unit_of_work():
        factors_app.begin(require_me().id)
    return redirect(url_for("auth.app_page"), 303)


@blueprint.get("/settings/factors/app")
@setting_up
def app_page() -> ResponseReturnValue:
    """The secret, as a picture and as text, and a field for what the app shows."""
    secret = factors_app.waiting_secret(require_me().id)
    if secret is None:
        return redirect(url_for("auth.factors_page"))
    return _app_page(secret)


@blueprint.get("/settings/factors/app.svg")
@setting_up
def app_picture() -> ResponseReturnValue:
    """The QR code of the secret that waits."""
    secret = factors_app.waiting_secret(require_me().id)
    if secret is None:
        abort(404)
    picture = factors_app.picture(factors_app.address_of(secret, _account().email))
    return Response(picture, mimetype="image/svg+xml")


@blueprint.post("/settings/factors/app/confirm")
@setting_up
@limiter.limit(ACCOUNT_LIMIT)
def confirm_app() -> ResponseReturnValue:
    """The app shows the right code: from now on it is asked for."""
    me = require_me()
    with unit_of_work():
        is_first = not factors.has_any(me.id)
        done = factors_app.confirm(me.id, request.form.get("code", ""))
        if done:
            _note_added(me, factors.APP, is_first=is_first)
    if not done:
        secret = factors_app.waiting_secret(me.id)
        return (_app_page(secret, wrong=True), BAD_INPUT) if secret else redirect(url_for("auth.factors_page"), 303)
    flash(_("The authenticator app is set up. You are asked for its code when you sign in."), "good")
    return redirect(url_for("auth.factors_page"), 303)


@blueprint.post("/settings/factors/app/remove")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def remove_app() -> ResponseReturnValue:
    """Take the authenticator app away."""
    with unit_of_work():
        done = factors.remove_app(require_me().id)
    return _removed(done, _("The authenticator app is removed."))


@blueprint.post("/settings/factors/codes")
@setting_up
@limiter.limit(ACCOUNT_LIMIT)
@fresh
def make_codes() -> ResponseReturnValue:
    """Ten new recovery codes, in the answer to this and never again."""
    me = require_me()
    with unit_of_work():
        codes = factors_codes.make(me.id) if factors.has_any(me.id) else []
    if not codes:
        return redirect(url_for("auth.factors_page"), 303)
    return render_template("auth/factors_codes.html", nav="me", codes=codes)


def _removed(done: bool, text: str) -> ResponseReturnValue:
    if not done:
        fault = _("Your office asks for a second factor: add another before you remove the last.")
        return _page(fault=fault), BAD_INPUT
    flash(text, "good")
    return redirect(url_for("auth.factors_page"), 303)


def _account() -> Account:
    account = queries.account(require_me().id)
    assert account is not None
    return account


def _page(fault: str = "") -> str:
    me = require_me()
    found = factors.factors_of(me.id)
    is_needed = factors.needs_second_factor(me.id)
    facts: dict[str, Any] = {
        "found": found,
        "is_needed": is_needed,
        "may_remove": factors.may_remove(found, is_needed=is_needed),
        "has_party": passkeys.party() is not None,
        "most_name_chars": passkeys.NAME_MAX_CHARS,
        "codes_amount": factors_codes.AMOUNT,
        "union": union_linking.identity_of(me.id),
        "may_unlink": union_linking.may_unlink(_account()),
    }
    return render_template("auth/factors.html", nav="me", fault=fault, **facts)


def _app_page(secret: str, *, wrong: bool = False) -> str:
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    address = factors_app.address_of(secret, _account().email)
    return render_template("auth/factors_app.html", nav="me", secret=grouped, address=address, wrong=wrong)
