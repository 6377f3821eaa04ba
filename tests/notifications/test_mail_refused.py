"""An address at which mail comes back: its member is told on the site, and may have it tried again."""

from __future__ import annotations

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail.refusals import note_refusal
from tests.notifications.mailbox import Mailbox
from tests.support.community import Community


def refuse(here: Community, address: str) -> None:
    """Mail to that address comes back."""
    with here.app.app_context(), unit_of_work():
        note_refusal(address, "SMTP 550")


def test_whoever_cannot_be_reached_is_told_on_the_site_and_may_try_again(here: Community, post_office: Mailbox) -> None:
    refuse(here, here.author.email)
    here.reply(here.peer, here.post_thread(here.author))
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["refused"]
    for path in ("/notifications", "/settings/notifications"):
        assert "E-mail to you comes back." in here.author.get(path).text
        assert "E-mail to you comes back." not in here.peer.get(path).text
    assert here.author.post("/notifications/mail-again").status_code == 303
    assert "E-mail to you comes back." not in here.author.get("/notifications").text
    here.reply(here.peer, here.post_thread(here.author))
    assert len(post_office.deliver()) == 1


def test_an_address_that_refuses_while_a_message_waits_ends_it(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    refuse(here, here.author.email)
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["refused"]


def test_trying_again_needs_the_member_and_the_forms_token(here: Community) -> None:
    refuse(here, here.author.email)
    assert here.app.test_client().post("/notifications/mail-again").status_code == 302
    assert here.author.client.post("/notifications/mail-again").status_code == 400
    assert "E-mail to you comes back." in here.author.get("/notifications").text
