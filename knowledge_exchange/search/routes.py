"""The search's address."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active, takes_any_text
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.search.controls import NARROWS, address, typed_with_fields
from knowledge_exchange.search.finding import ORDERS
from knowledge_exchange.search.pages import show_search

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@active
@takes_any_text
def search() -> ResponseReturnValue:
    """What is known: ``?q=`` in the language of the search, ``order`` of ``finding.ORDERS``, ``key`` of a further page.

    With ``narrow`` the fields of the form beside the box are put into words first, so that an address tells all.
    """
    order = request.args.get("order", ORDERS[0])
    order = order if order in ORDERS else ORDERS[0]
    if NARROWS in request.args:
        return redirect(address(typed_with_fields(request.args), order), 302)
    return show_search(require_me(), request.args.get("q", ""), order, request.args.get("key", ""))
