"""Joining, signing in and out, resetting a password, and one's own page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import public, signed_in

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    return render_template("auth/sign_in.html")


@blueprint.get("/me")
@signed_in
def my_page() -> ResponseReturnValue:
    """The page of one's own membership."""
    return render_template("auth/me.html")
