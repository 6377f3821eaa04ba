"""``demo``: the invented community, put in by the same verbs that members use."""

from __future__ import annotations

import click
from flask import current_app

from knowledge_exchange.cli.console import fail, with_exchange


@click.command()
@with_exchange
def demo() -> None:
    """Load the demo community (KE_DEMO=1, and only where nobody else is a member yet)."""
    from knowledge_exchange.cli.demo_loading import load_community
    from knowledge_exchange.cli.demo_official import work_out_insight
    from knowledge_exchange.core.db import db

    if not current_app.config["KE_DEMO"]:
        fail("The demo is loaded only with KE_DEMO=1: its passwords are public.")
    if _has_members():
        fail("There are members in this database already: the demo goes into an empty one.")
    db.session.remove()
    counts = load_community()
    work_out_insight()
    click.echo(f"The demo is loaded: {counts['people']} people, {counts['threads']} threads, {counts['posts']} posts.")


def _has_members() -> bool:
    from sqlalchemy import select

    from knowledge_exchange.auth.models import Member
    from knowledge_exchange.core.db import db

    return db.session.scalar(select(Member.id).limit(1)) is not None


def say_sign_ins() -> None:
    """Print who can sign in to the demo, and with what."""
    from knowledge_exchange.cli.demo_content import FREE_NUMBER, PASSWORD, load

    click.echo(f"\nSign in with the password {PASSWORD} as")
    for person in load().people:
        if person.demo:
            click.echo(f"  {person.email:<30} {person.name}, {_in_words(person.standing, person.office)}")
    source, number, surname = FREE_NUMBER
    click.echo(
        "or join: claim the number "
        f"{number} ({source}), surname {surname}. Mail lands in {current_app.config['KE_DATA_DIR']}/mail.\n"
    )


def _in_words(standing: str, office: str) -> str:
    offices = {
        "officer": "national officer",
        "membership": "membership officer",
        "admin": "administrator",
    }
    return standing if standing != "active" else offices.get(office, "member")
