"""The blueprint on which the room's pages stand."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
