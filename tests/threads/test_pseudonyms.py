"""Writing under a pseudonym by the forms: what is chosen, what is kept, what is refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select, update

from knowledge_exchange.auth.models import Member, SealedList
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.models import Thread, Voice
from knowledge_exchange.threads.posting import Draft, Refused, post
from tests.support.community import Community
from tests.support.persons import Person
from tests.threads.test_reading import me_of

PSEUDONYM = {"voice": "pseudonym"}
TEXT = {"kind": "problem", "title": "A rota with holes in it", "body": "What do you do?"}
NEW = "/n/north-west/new"
TRUST = "Northern Example Trust"


def works_at(here: Community, *people: Person, code: str = "R0A", name: str = TRUST) -> None:
    """Give people an organisation."""
    with here.app.app_context(), unit_of_work() as work:
        if work.get(Organisation, code) is None:
            work.add(Organisation(code=code, name=name, region="north-west"))
            work.flush()
        for who in people:
            work.get_one(Member, who.id).organisation_code = code


def voices_in(here: Community, thread_id: int) -> list[tuple[str, str, str | None]]:
    """Kind, name and handle of who speaks in a thread, in the order in which they came."""
    with here.app.app_context():
        query = select(Voice.kind, Voice.name, Voice.handle).join(Participant, Participant.id == Voice.participant_id)
        found = query.where(Participant.thread_id == thread_id).order_by(Voice.id)
        return [(row.kind, row.name, row.handle) for row in db.session.execute(found)]


def page_of(who: Person, thread_id: int) -> str:
    """A thread as somebody reads it."""
    answer = who.get(f"/t/{thread_id}", follow_redirects=True)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_a_thread_under_a_pseudonym_shows_the_pseudonym_to_everybody_and_names_nobody(here: Community) -> None:
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    [(kind, name, handle)] = voices_in(here, thread_id)
    assert (kind, handle) == ("pseudonym", None)
    for who in (here.author, here.peer, here.moderator):
        main = page_of(who, thread_id).partition("<main")[2]
        assert name in main
        if who is not here.author:
            assert here.author.name not in main
        assert f"/m/{here.handle(here.author)}" not in main
    with here.app.app_context():
        places = db.session.scalars(select(Participant.member_id).where(Participant.thread_id == thread_id)).all()
    assert here.author.id not in places


def test_the_form_of_a_thread_offers_own_name_first_and_opens_with_the_shield_set_for_a_pseudonym(
    here: Community,
) -> None:
    works_at(here, here.author)
    plain, asked = here.author.get(NEW).text, here.author.get(f"{NEW}?voice=pseudonym").text
    for page in (plain, asked):
        assert f"Hide it from people at {TRUST}" in page
        assert "such as “Quiet Heron”. No member, moderator or officer sees who you are." in page
    assert re.search(r'name="voice" value="own" checked', plain)
    assert not re.search(r'name="shield" value="1" checked', plain)
    assert re.search(r'name="voice" value="pseudonym" checked', asked)
    assert re.search(r'name="shield" value="1" checked', asked)


def test_who_has_no_known_organisation_is_told_why_nothing_can_be_hidden_from_it(here: Community) -> None:
    page = here.author.get(NEW).text
    assert "We do not know where you work" in page
    assert 'name="shield"' not in page
    refused = here.author.post(NEW, **TEXT, voice="pseudonym", shield="1")
    assert (refused.status_code, "We do not know where you work" in refused.text) == (422, True)
    assert "What do you do?</textarea>" in refused.text
    with_people = here.author.post(NEW, **TEXT, shield="1", hide_from=here.handle(here.peer))
    assert (with_people.status_code, 'id="shield-error"' in with_people.text) == (422, True)


def test_a_thread_with_the_shield_is_not_there_for_a_colleague_and_there_for_others(here: Community) -> None:
    works_at(here, here.author, here.watcher, here.moderator)
    thread_id = here.post_thread(here.author, **PSEUDONYM, shield="1")
    assert here.row(Thread, thread_id).is_shielded
    assert [who.get(f"/t/{thread_id}", follow_redirects=True).status_code for who in (here.author, here.peer)] == [
        200,
        200,
    ]
    assert [who.get(f"/t/{thread_id}").status_code for who in (here.watcher, here.moderator)] == [404, 404]


def test_a_thread_under_ones_own_name_can_be_hidden_too(here: Community) -> None:
    works_at(here, here.author, here.watcher)
    thread_id = here.post_thread(here.author, shield="1")
    assert here.watcher.get(f"/t/{thread_id}").status_code == 404
    assert here.author.name in page_of(here.peer, thread_id)


def test_further_people_can_be_named_and_a_handle_that_is_nobodys_changes_nothing(here: Community) -> None:
    thread_id = here.post_thread(here.author, hide_from=f"@{here.handle(here.peer)}, nobody-has-this")
    assert here.peer.get(f"/t/{thread_id}").status_code == 404
    assert here.watcher.get(f"/t/{thread_id}").status_code == 302


def test_without_scripts_a_form_opened_under_ones_own_name_comes_back_once_with_the_shield_set(
    here: Community,
) -> None:
    works_at(here, here.author, here.watcher)
    asked = here.author.post(NEW, **TEXT, voice="pseudonym", opened="own")
    assert asked.status_code == 422
    assert "hidden from people at your organisation unless you say otherwise" in asked.text
    assert re.search(r'name="shield" value="1" checked', asked.text)
    assert 'name="opened" value="pseudonym"' in asked.text
    # Whoever takes the shield off then means it.
    thread_id = here.post_thread(here.author, voice="pseudonym", opened="pseudonym")
    assert here.watcher.get(f"/t/{thread_id}").status_code == 302


def test_whatever_else_is_wrong_with_it_such_a_form_asks_about_the_shield(here: Community) -> None:
    works_at(here, here.author, here.watcher)
    asked = here.author.post(NEW, **{**TEXT, "title": "Short"}, voice="pseudonym", opened="own")
    assert (asked.status_code, "Say in a few words" in asked.text) == (422, True)
    assert "hidden from people at your organisation unless you say otherwise" in asked.text
    assert re.search(r'name="shield" value="1" checked', asked.text)
    thread_id = here.post_thread(here.author, voice="pseudonym", opened="pseudonym", shield="1")
    assert here.watcher.get(f"/t/{thread_id}").status_code == 404


def test_nobody_announces_under_a_pseudonym(here: Community) -> None:
    for waits in ("", "1"):
        refused = here.moderator.post(NEW, **{**TEXT, "kind": "announcement"}, **PSEUDONYM, wait=waits)
        assert (refused.status_code, 'id="voice-error"' in refused.text) == (422, True)
        assert "An announcement bears a name" in refused.text
        assert "What do you do?</textarea>" in refused.text
    draft = Draft("Meet us.", "pseudonym", slug="north-west", kind="announcement", title="The network meets")
    text = actions.Text("Meet us.", "<p>Meet us.</p>", ())
    with here.app.test_request_context(), pytest.raises(Refused) as refusal, unit_of_work():
        post(me_of(here, here.moderator), draft, text)
    assert refusal.value.reason == "name"
    here.post_thread(here.moderator, kind="announcement", voice="own")


def test_a_plain_form_without_the_field_hides_from_nobody(here: Community) -> None:
    works_at(here, here.author, here.watcher)
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    assert not here.row(Thread, thread_id).is_shielded
    assert here.watcher.get(f"/t/{thread_id}").status_code == 302


def test_choices_that_are_none_are_explained_by_the_field_and_the_text_is_kept(here: Community) -> None:
    for field, value in (("voice", "boss"), ("shield", "yes"), ("wait", "long"), ("hide_from", "a*b")):
        refused = here.author.post(NEW, **TEXT, **{field: value})
        assert (refused.status_code, f'id="{field}-error"' in refused.text) == (422, True), field
        assert "What do you do?</textarea>" in refused.text
    thread_id = here.post_thread(here.author)
    refused = here.peer.post(f"/t/{thread_id}/replies", body="My words", voice="boss")
    assert (refused.status_code, "Choose under which name you write." in refused.text) == (422, True)
    assert "My words</textarea>" in refused.text


def test_in_an_organisations_own_network_the_form_warns_that_nobody_would_see_it(here: Community) -> None:
    from knowledge_exchange.networks import actions as networks

    works_at(here, here.author)
    with here.app.app_context(), unit_of_work():
        made = networks.create_network("r0a", TRUST, kind="organisation", visibility="closed", organisation_code="R0A")
        networks.add_member(here.author.id, made.id)
    assert "nobody in it would see what you write" in here.author.get("/n/r0a/new").text
    assert "nobody in it would see what you write" not in here.author.get(NEW).text


def test_the_first_reply_offers_the_choice_and_the_next_keeps_what_was_chosen(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    before = page_of(here.peer, thread_id)
    assert 'name="voice" value="pseudonym"' in before
    here.reply(here.peer, thread_id, **PSEUDONYM)
    name = voices_in(here, thread_id)[1][1]
    after = page_of(here.peer, thread_id)
    assert 'type="radio" name="voice"' not in after
    assert '<input type="hidden" name="voice" value="pseudonym">' in after
    assert f"You write here as\n<b>{name}</b>" in after or f"You write here as <b>{name}</b>" in after
    here.reply(here.peer, thread_id, "And once more.")
    assert [kind for kind, _name, _handle in voices_in(here, thread_id)] == ["own", "pseudonym"]
    other = page_of(here.watcher, thread_id)
    assert other.count(f"<b>{name}</b>") == 2
    assert here.peer.name not in other


def test_who_speaks_under_a_pseudonym_never_falls_back_to_their_name_where_their_list_cannot_be_read(
    here: Community,
) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id, **PSEUDONYM)
    form = page_of(here.peer, thread_id).partition("data-reply-form")[2].partition("</form>")[0]
    [chosen] = re.findall(r'name="voice" value="([^"]+)"', form)
    own = page_of(here.author, thread_id).partition("data-reply-form")[2].partition("</form>")[0]
    assert 'name="voice"' not in own
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(SealedList).where(SealedList.member_id == here.peer.id).values(content=b"of another key"))
    here.reply(here.peer, thread_id, "And once more.", voice=chosen)
    voices = voices_in(here, thread_id)
    assert [kind for kind, _name, _handle in voices] == ["own", "pseudonym", "pseudonym"]
    assert here.peer.name not in [name for _kind, name, _handle in voices]


def test_two_pseudonyms_of_one_member_are_two_names(here: Community) -> None:
    first, second = (here.post_thread(here.author, **PSEUDONYM) for _time in range(2))
    assert voices_in(here, first)[0][1] != voices_in(here, second)[0][1]


def test_who_wrote_under_their_own_name_is_refused_a_pseudonym_and_the_text_is_kept(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    refused = here.author.post(f"/t/{thread_id}/replies", body="A second thought", voice="pseudonym")
    assert (refused.status_code, "under your own name, so you can’t go on" in refused.text) == (422, True)
    assert "A second thought</textarea>" in refused.text
    assert len(here.posts(thread_id)) == 1


def test_who_wrote_under_a_pseudonym_is_refused_their_own_name_and_the_text_is_kept(here: Community) -> None:
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    refused = here.author.post(f"/t/{thread_id}/replies", body="A second thought", voice="own")
    assert (refused.status_code, "You write here under a pseudonym, so" in refused.text) == (422, True)
    assert "A second thought</textarea>" in refused.text
    assert len(here.posts(thread_id)) == 1


def test_a_choice_that_another_window_settles_meanwhile_is_refused_in_the_unit_of_work(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    for have, asked in (("own", "pseudonym"), ("pseudonym", "own")):
        thread_id = here.post_thread(here.author)
        really = actions.written

        def other_window_first(body: str, thread_id: int = thread_id, have: str = have, really: Any = really) -> Any:
            # This form has passed its own check, and has not yet had its turn to write.
            monkeypatch.setattr(actions, "written", really)
            here.reply(here.peer, thread_id, "Other window", voice=have)
            return really(body)

        monkeypatch.setattr(actions, "written", other_window_first)
        answer = here.peer.post(f"/t/{thread_id}/replies", body="This window", voice=asked)
        assert (answer.status_code, "so you can’t go on" in answer.text) == (422, True)
        assert "This window</textarea>" in answer.text
        assert 'type="radio" name="voice"' not in answer.text
        assert [post.body for post in here.posts(thread_id)] == ["What do you do?", "Other window"]
        assert [kind for kind, _name, _handle in voices_in(here, thread_id)] == ["own", have]


def test_a_pseudonymous_author_edits_accepts_and_deletes(here: Community) -> None:
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    post_id, answer_id = here.opening(thread_id), here.reply(here.peer, thread_id)
    page = here.author.get(f"/p/{post_id}/edit").text
    name = voices_in(here, thread_id)[0][1]
    assert f"You write here as {name}." in page
    assert "data-guard-pseudonym" in page
    assert here.author.post(f"/p/{post_id}/edit", title="Another title for it", body="Said anew").status_code == 303
    assert here.author.post(f"/p/{answer_id}/accept").status_code == 303
    assert here.row(Thread, thread_id).answer_id == answer_id
    assert here.author.post(f"/p/{answer_id}/unaccept").status_code == 303
    history = here.peer.get(f"/p/{post_id}/history").text
    more = here.peer.get(f"/p/{post_id}/more").text
    for page in (history, more):
        assert name in page
        assert here.author.name not in page.partition("<main")[2]
        assert "/m/" not in page.partition("<main")[2]
    assert here.peer.post(f"/p/{post_id}/edit", body="Not mine").status_code == 404
    assert here.author.post(f"/p/{post_id}/delete").status_code == 303
    assert here.posts(thread_id)[0].deleted_at is not None


def test_quoting_a_pseudonym_names_nobody(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="They blame me.", **PSEUDONYM)
    page = here.peer.get(f"/t/{thread_id}?quote={here.opening(thread_id)}", follow_redirects=True).text
    assert "&gt; They blame me." in page
    assert here.author.name not in page


def test_ones_own_pseudonyms_are_listed_for_oneself_alone(here: Community) -> None:
    mine = here.post_thread(here.author, "My chief wants my post", **PSEUDONYM)
    other = here.post_thread(here.peer, "A rota with holes in it")
    here.reply(here.author, other, "Same here.", **PSEUDONYM)
    here.reply(here.peer, mine)
    page = html.unescape(here.author.get("/me/pseudonyms").text)
    names = [voices_in(here, mine)[0][1], voices_in(here, other)[1][1]]
    for words in ("My chief wants my post", "A rota with holes in it", "began it", "1 reply of yours", *names):
        assert words in page
    assert page.count("1 new") == 1
    assert "You have written nothing under a pseudonym" in here.peer.get("/me/pseudonyms").text


def test_what_identifies_a_patient_stops_a_pseudonymous_post_and_names_stop_it_once(here: Community) -> None:
    number = here.author.post(NEW, **{**TEXT, "body": "It was 943 476 5919 again"}, voice="pseudonym")
    assert (number.status_code, "943 476 5919" in number.text) == (422, True)
    assert re.search(r'name="voice" value="pseudonym" checked', number.text)
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    named = here.author.post(f"/t/{thread_id}/replies", body="My own name is Asha Author", guard="1")
    assert (named.status_code, "Asha Author" in named.text) == (422, True)
    looked_at = re.findall(r'name="looked_at" value="([^"]+)"', named.text)
    assert looked_at
    here.reply(here.author, thread_id, "My own name is Asha Author", guard="1", looked_at=looked_at[0])
    assert len(here.posts(thread_id)) == 2


def test_a_program_that_posts_is_stopped_for_patients_alone(here: Community) -> None:
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    here.reply(here.author, thread_id, "Ask Priya Shah at R0A")
    refused = here.author.post(f"/t/{thread_id}/replies", body="NHS number 943 476 5919")
    assert refused.status_code == 422


def test_the_button_of_every_form_brings_the_guard(here: Community) -> None:
    thread_id = here.post_thread(here.author, **PSEUDONYM)
    for page in (NEW, f"/t/{thread_id}", f"/p/{here.opening(thread_id)}/edit"):
        shown = here.author.get(page, follow_redirects=True).text
        assert re.search(r'<button type="submit" name="guard"[^>]*>', shown), page
        assert "data-seen-by" in shown, page
