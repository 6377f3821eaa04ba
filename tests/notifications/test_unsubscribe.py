"""Stopping e-mail by the link in it: one click (RFC 8058), and a page that never acts by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock, crypto, key_file
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.digest import PERIODS
from knowledge_exchange.notifications.models import NoticeSettings
from tests.notifications.mailbox import Mailbox, text_of
from tests.support.community import Community

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BROKEN = ("", "x", "%00", "é", "A" * 62, "A" * 500, "../../me", "====")


def a_link(here: Community, post_office: Mailbox) -> str:
    """The path in the header of a message about a reply to the author's thread."""
    here.reply(here.peer, here.post_thread(here.author))
    [raw] = raws(post_office)
    # One line of plain characters, as it goes over the wire: mail programs take it apart by machine.
    found = re.search(rb"^List-Unsubscribe: <https?://[^/]+(/unsubscribe/[\w-]+)>\r?$", raw, re.MULTILINE)
    assert found is not None, raw
    assert re.search(rb"^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$", raw, re.MULTILINE)
    return found[1].decode()


def raws(post_office: Mailbox) -> list[bytes]:
    post_office.decide()
    post_office.later()
    post_office.send()
    return post_office.arrived_raw()


@pytest.fixture
def anybody(here: Community) -> FlaskClient:
    """A mail program, or whoever holds the message: not signed in."""
    return here.app.test_client()


def has_settings(here: Community, who: int) -> bool:
    from knowledge_exchange.core.db import db

    with here.app.app_context():
        return db.session.get(NoticeSettings, who) is not None


def test_one_click_stops_mail_without_sign_in_token_or_origin(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    path = a_link(here, post_office)
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    answer = anybody.post(path, data=ONE_CLICK)
    assert answer.status_code == 200  # no way to somewhere else, either
    assert post_office.settings(here.author).mail_stopped_at == clock.now()
    assert raws(post_office) == []
    assert post_office.states(here.author) == ["sent", "stopped"]
    assert len(here.notices(here.author)) == 2


def test_one_click_from_a_page_of_a_mail_provider_works_too(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    path = a_link(here, post_office)
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    answer = anybody.post(path, data=ONE_CLICK, headers=headers, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert post_office.settings(here.author).mail_stopped_at is not None


def test_one_click_works_once_and_again(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    path = a_link(here, post_office)
    for _number in range(3):
        assert anybody.post(path, data=ONE_CLICK).status_code == 200
    assert post_office.settings(here.author).mail_stopped_at is not None
    assert not has_settings(here, here.peer.id)


def test_looking_never_acts(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    path = a_link(here, post_office)
    for method in ("GET", "HEAD"):
        assert anybody.open(path, method=method, query_string=ONE_CLICK).status_code == 200
    assert not has_settings(here, here.author.id)


def test_the_page_offers_buttons_and_names_nobody(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    path = a_link(here, post_office)
    page = anybody.get(path).text
    assert re.findall(r'name="stop" value="(\w+)"', page) == ["thread", "weekly", "all"]
    assert "/settings/notifications" in page
    for word in ("Author", "rota", "North", here.author.email, str(here.author.id)):
        assert word not in page


def test_a_button_stops_everything(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    answer = anybody.post(a_link(here, post_office), data={"stop": "all"})
    assert "All e-mail about what is new has stopped." in answer.text
    assert post_office.settings(here.author).mail_stopped_at is not None


def test_a_button_mutes_the_conversation_and_nothing_else(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    path = a_link(here, post_office)
    here.reply(here.watcher, here.post_thread(here.author, title="Another one"))
    post_office.decide()
    muted, other = sorted({post.thread_id for post in posts_of(here)})
    assert anybody.post(path, data={"stop": "thread"}).status_code == 200
    assert here.place(here.author, muted).level == "muted"
    assert here.place(here.author, other).level == "watching"
    assert len(raws(post_office)) == 1


def posts_of(here: Community) -> list[Any]:
    from sqlalchemy import select

    from knowledge_exchange.core.db import db
    from knowledge_exchange.threads.models import Post

    with here.app.app_context():
        return list(db.session.scalars(select(Post)))


def test_muting_what_is_no_longer_theirs_to_see_does_nothing(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    path = a_link(here, post_office)
    here.author.post("/n/north-west/leave")
    [thread_id] = {post.thread_id for post in posts_of(here)}
    assert anybody.post(path, data={"stop": "thread"}).status_code == 200
    assert here.place(here.author, thread_id).level == "watching"


def test_a_button_leaves_only_a_weekly_digest(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    path = a_link(here, post_office)
    post_office.set(here.author, digest="off")
    post_office.choose(here.author, "mention", "never")
    assert anybody.post(path, data={"stop": "weekly"}).status_code == 200
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    here.reply(here.peer, here.post_thread(here.peer), f"@{here.handle(here.author)}")
    assert raws(post_office) == []
    assert post_office.states(here.author) == ["sent", "digest", "off"]
    assert post_office.settings(here.author).digest == "weekly"


def test_the_click_in_a_digest_stops_digests_alone(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    post_office.choose(here.author, "direct_reply", "digest")
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    post_office.later(2 * PERIODS["weekly"])
    [message] = post_office.deliver_digests()
    path = re.search(r"/unsubscribe/[\w-]+", message["List-Unsubscribe"])
    assert path is not None
    assert path[0] in text_of(message)
    assert anybody.post(path[0], data=ONE_CLICK).status_code == 200
    found = post_office.settings(here.author)
    assert (found.digest, found.mail_stopped_at) == ("off", None)


def test_a_form_that_asks_for_nothing_changes_nothing(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    path = a_link(here, post_office)
    for data in ({}, {"stop": "nonsense"}, {"List-Unsubscribe": "Two-Clicks"}):
        assert anybody.post(path, data=data).status_code == 422
    assert not has_settings(here, here.author.id)


@pytest.mark.parametrize("token", BROKEN)
def test_garbage_is_answered_like_any_link_that_is_no_longer_good(app: Flask, token: str) -> None:
    browser = app.test_client()
    plain = browser.get("/unsubscribe/garbage")
    assert plain.status_code == 404
    assert "This link is no longer good" in plain.text
    for answer in (browser.get(f"/unsubscribe/{token}"), browser.post(f"/unsubscribe/{token}", data=ONE_CLICK)):
        if token and "/" not in token:
            assert (answer.status_code, answer.text) == (404, plain.text)
        else:
            assert answer.status_code in (302, 404, 405)


def test_a_changed_letter_of_a_good_link_breaks_it(here: Community, post_office: Mailbox, anybody: FlaskClient) -> None:
    path = a_link(here, post_office)
    for place in range(len("/unsubscribe/"), len(path) - 1, 7):
        other = "A" if path[place] != "A" else "B"
        changed = path[:place] + other + path[place + 1 :]
        assert anybody.post(changed, data=ONE_CLICK).status_code == 404
    assert not has_settings(here, here.author.id)


def test_what_is_sealed_for_something_else_is_no_link(here: Community, anybody: FlaskClient) -> None:
    import base64

    with here.app.app_context():
        sealed = crypto.seal(b"another8" + b"\0" + here.author.id.to_bytes(8, "big") + bytes(8))
    token = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
    assert anybody.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 404


def test_the_link_of_somebody_who_is_gone_tells_nothing(
    here: Community, post_office: Mailbox, anybody: FlaskClient
) -> None:
    from knowledge_exchange.notifications.unsubscribe import Subscription, unsubscribe_url

    with here.app.app_context():
        path = unsubscribe_url(Subscription(here.outsider.id)).partition("//")[2].partition("/")[2]
    assert anybody.get(f"/{path}").status_code == 200
    with here.app.app_context(), unit_of_work() as work:
        work.execute(delete(Member).where(Member.id == here.outsider.id))
    assert anybody.get(f"/{path}").text == anybody.get("/unsubscribe/garbage").text


def test_a_link_holds_no_id_that_can_be_read(here: Community) -> None:
    import base64

    from knowledge_exchange.notifications.unsubscribe import Subscription, unsubscribe_url

    with here.app.app_context():
        one = unsubscribe_url(Subscription(here.author.id)).rpartition("/")[2]
        other = unsubscribe_url(Subscription(here.author.id, 7)).rpartition("/")[2]
    raw = base64.urlsafe_b64decode(one + "==")
    assert here.author.id.to_bytes(8, "big") not in raw
    assert one[:12] != other[:12]


def test_it_works_for_somebody_signed_in_without_standing(here: Community, post_office: Mailbox) -> None:
    path = a_link(here, post_office)
    post_office.member(here.author, standing="lapsed")
    assert here.author.client.get(path).status_code == 200
    assert here.author.client.post(path, data=ONE_CLICK).status_code == 200


def test_links_outlive_new_keys(here: Community, post_office: Mailbox, make_app: Callable[..., Flask]) -> None:
    path = a_link(here, post_office)
    key_file.rotate(here.app.config["KE_KEY_FILE"])
    again = make_app()
    assert again.test_client().post(path, data=ONE_CLICK).status_code == 200
    assert post_office.settings(here.author).mail_stopped_at is not None


def test_posts_to_links_are_limited(here: Community, make_app: Callable[..., Flask]) -> None:
    from knowledge_exchange.notifications import unsubscribe_routes

    limit = int(unsubscribe_routes.UNSUBSCRIBE_LIMIT.split()[0])
    browser = make_app(KE_RATE_LIMITS=True).test_client()
    answers = [browser.post("/unsubscribe/garbage", data=ONE_CLICK).status_code for _try in range(limit + 1)]
    assert (set(answers[:limit]), answers[limit]) == ({404}, 429)
