"""The page of settings: what it says, what it takes, and what it gives back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, table_of, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks import invitations, requests
from knowledge_exchange.notifications import settings
from knowledge_exchange.notifications.kinds import BY_CODE, KINDS, MAILS, Choice, choices_of, default_of
from knowledge_exchange.notifications.levels import REASONS
from knowledge_exchange.notifications.mailing import MAIL_DELAY, decide
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification
from knowledge_exchange.notifications.settings import Settings, settings_of
from knowledge_exchange.threads.actions import _TEXTS
from tests.support.community import Community
from tests.support.persons import Person, Statements, visitor

PAGE = "/settings/notifications"
#: The sign-in, the settings, the choices.
MOST_STATEMENTS = 3
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_INPUT = re.compile(r'<input[^>]*name="([^"]+)"[^>]*>')


def set_by(here: Community, who: Person) -> Settings:
    with here.app.app_context():
        return settings_of(who.id)


def chosen_by(here: Community, who: Person, kind: str) -> Choice:
    with here.app.app_context():
        return choices_of([who.id])[who.id, kind]


def as_shown(page: str) -> dict[str, str]:
    """What the form of kinds would send, untouched."""
    ticked = [tag for tag in _INPUT.finditer(page) if " checked" in tag[0]]
    return {
        tag[1]: re.findall(r'value="([^"]*)"', tag[0])[0] for tag in ticked if tag[1].startswith(("toast-", "mail-"))
    }


def test_every_kind_of_notice_that_is_ever_written_is_described() -> None:
    assert set(BY_CODE) >= {*_TEXTS, *REASONS, requests.KIND, invitations.KIND}
    assert {kind.mail for kind in KINDS} <= set(MAILS)


def test_a_kind_that_nobody_described_is_shown_and_never_fails(here: Community) -> None:
    with here.app.app_context():
        assert default_of("moderation").toast
        assert choices_of([here.peer.id])[here.peer.id, "moderation"] == default_of("moderation")


def test_without_a_choice_the_defaults_hold_and_they_are_those_of_the_table(here: Community) -> None:
    found = set_by(here, here.peer)
    for name in settings._DEFAULTS:
        assert getattr(found, name) == table_of(NoticeSettings).c[name].default.arg  # type: ignore[union-attr]
    assert (found.paused_until, found.quiet_from, found.quiet_to, found.mail_stopped_at) == (None, None, None, None)
    assert [chosen_by(here, here.peer, kind.code) for kind in KINDS] == [kind.default for kind in KINDS]


def test_the_page_is_one_and_says_each_kind_in_words(here: Community) -> None:
    page = here.peer.get(PAGE).text
    with here.app.test_request_context():
        for kind in KINDS:
            assert str(kind.name) in page
            assert str(kind.explanation) in page
    assert "Nothing is lost" in page
    assert here.peer.email in page


def test_the_page_costs_a_fixed_number_of_statements_whatever_is_set(here: Community) -> None:
    here.peer.get(PAGE)
    with Statements(here.app) as asked:
        here.peer.get(PAGE)
    everything = {f"mail-{kind.code}": "never" for kind in KINDS}
    here.peer.post(f"{PAGE}/kinds", **everything)
    here.peer.post(f"{PAGE}/hours", quiet_from="22:00", quiet_to="07:00")
    here.peer.get(PAGE)
    with Statements(here.app) as asked_then:
        here.peer.get(PAGE)
    assert len(asked.sent) == len(asked_then.sent) <= MOST_STATEMENTS, asked.sent


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("hour", NOON + timedelta(hours=1)),
        ("tomorrow", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("week", NOON + timedelta(days=7)),
    ],
)
def test_everything_is_paused_by_one_button_and_goes_on_by_another(here: Community, name: str, end: datetime) -> None:
    with clock.held(NOON):
        assert here.peer.post(f"{PAGE}/pause", **{"for": name}).location == PAGE
        assert set_by(here, here.peer).paused_until == end
        assert "Paused until" in here.peer.get(PAGE).text
        assert "Paused until" in here.peer.get("/notifications").text
        assert here.peer.post(f"{PAGE}/resume", back="list").location == "/notifications"
        assert set_by(here, here.peer).paused_until is None
        assert "Paused until" not in here.peer.get("/notifications").text


def test_tomorrow_is_that_of_the_members_own_zone(here: Community) -> None:
    here.peer.post("/settings/account/reading", zone="Asia/Kolkata", thread_view="tree")
    with clock.held(NOON + timedelta(hours=9)):  # past midnight there
        here.peer.post(f"{PAGE}/pause", **{"for": "tomorrow"})
    assert set_by(here, here.peer).paused_until == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["2026-12-24", "24/12/2026"])
def test_a_pause_lasts_until_the_morning_of_a_day(here: Community, typed: str) -> None:
    with clock.held(NOON):
        assert here.peer.post(f"{PAGE}/pause", until=typed).status_code == 303
        assert set_by(here, here.peer).paused_until == datetime(2026, 12, 24, 8, tzinfo=UTC)
        assert "24 December" in here.peer.get("/notifications").text


@pytest.mark.parametrize(
    "typed", ["", "2026-11-22", "2026-11-21", "2027-12-24", "2026-02-30", "24.13.2026", "soon", "9999-12-31"]
)
def test_a_day_that_makes_no_pause_is_told_beside_its_field_and_comes_back(here: Community, typed: str) -> None:
    with clock.held(NOON):
        answer = here.peer.post(f"{PAGE}/pause", until=typed)
    assert answer.status_code == 422
    assert 'id="until-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert set_by(here, here.peer).paused_until is None


@pytest.mark.parametrize(
    ("begin", "finish", "minutes"),
    [
        ("22:00", "07:00", (1320, 420)),
        ("7.30", "18", (450, 1080)),
        ("00:00:00", "2359", (0, 1439)),
        ("", "", (None, None)),
    ],
)
def test_hours_are_taken_as_people_type_them(
    here: Community, begin: str, finish: str, minutes: tuple[int | None, int | None]
) -> None:
    for _twice in range(2):
        assert here.peer.post(f"{PAGE}/hours", quiet_from=begin, quiet_to=finish).status_code == 303
    found = set_by(here, here.peer)
    assert (found.quiet_from, found.quiet_to) == minutes


@pytest.mark.parametrize(
    ("begin", "finish", "wrong"),
    [
        ("22:00", "", "quiet_to"),
        ("", "07:00", "quiet_from"),
        ("24:00", "07:00", "quiet_from"),
        ("22:00", "7:60", "quiet_to"),
        ("late", "07:00", "quiet_from"),
        ("22:00", "22.00", "quiet_to"),
    ],
)
def test_hours_that_are_none_are_told_beside_their_field_and_come_back(
    here: Community, begin: str, finish: str, wrong: str
) -> None:
    here.peer.post(f"{PAGE}/hours", quiet_from="12:00", quiet_to="13:00")
    answer = here.peer.post(f"{PAGE}/hours", quiet_from=begin, quiet_to=finish)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    for typed in (begin, finish):
        assert f'value="{typed}"' in answer.text
    found = set_by(here, here.peer)
    assert (found.quiet_from, found.quiet_to) == (720, 780)


def test_do_not_disturb_is_switched_off_by_one_button_whatever_stands_in_its_fields(here: Community) -> None:
    here.peer.post(f"{PAGE}/hours", quiet_from="22:00", quiet_to="07:00")
    assert "Switch it off" in here.peer.get(PAGE).text
    here.peer.post(f"{PAGE}/hours", quiet_from="nonsense", quiet_to="", off="1")
    assert set_by(here, here.peer).quiet_from is None
    assert "Switch it off" not in here.peer.get(PAGE).text


def test_during_the_hours_the_list_says_so(here: Community) -> None:
    with clock.held(NOON):
        here.peer.post(f"{PAGE}/hours", quiet_from="11:00", quiet_to="13:00")
        assert "Do not disturb until" in here.peer.get("/notifications").text
        assert "On now, until" in here.peer.get(PAGE).text
        here.peer.post(f"{PAGE}/hours", quiet_from="13:00", quiet_to="14:00")
        assert "Do not disturb until" not in here.peer.get("/notifications").text


def test_kinds_are_chosen_one_by_one_and_only_what_differs_is_kept(here: Community) -> None:
    fields = as_shown(here.peer.get(PAGE).text)
    fields.pop("toast-reply")
    fields["mail-reply"] = "never"
    for _twice in range(2):
        assert here.peer.post(f"{PAGE}/kinds", **fields).location == PAGE
    assert chosen_by(here, here.peer, "reply") == Choice(toast=False, mail="never")
    assert chosen_by(here, here.peer, "mention") == default_of("mention")
    assert as_shown(here.peer.get(PAGE).text) == fields
    with here.app.app_context():
        assert db.session.scalars(select(NoticeChoice.kind)).all() == ["reply"]


def test_choices_are_ones_own(here: Community) -> None:
    here.peer.post(f"{PAGE}/kinds", **{f"mail-{kind.code}": "never" for kind in KINDS})
    assert chosen_by(here, here.author, "reply") == default_of("reply")
    with here.app.app_context():
        both = choices_of([here.peer.id, here.author.id])
    assert (both[here.peer.id, "reply"].mail, both[here.author.id, "reply"].mail) == ("never", "digest")


def test_the_choices_of_many_members_are_one_statement(here: Community) -> None:
    with here.app.app_context(), Statements(here.app) as asked:
        choices_of([here.peer.id, here.author.id, here.watcher.id])
    assert len(asked.sent) == 1


@pytest.mark.parametrize("typed", ["", "hourly"])
def test_a_kind_without_a_way_by_e_mail_is_told_and_the_rest_comes_back(here: Community, typed: str) -> None:
    fields = {f"mail-{kind.code}": "never" for kind in KINDS}
    fields |= {"mail-reply": typed, "toast-mention": "1"}
    answer = here.peer.post(f"{PAGE}/kinds", **fields)
    assert answer.status_code == 422
    assert 'id="mail-reply-error"' in answer.text
    shown = as_shown(answer.text)
    assert shown == {name: value for name, value in fields.items() if name != "mail-reply"}
    assert chosen_by(here, here.peer, "mention") == default_of("mention")


def test_kinds_go_back_to_the_defaults(here: Community) -> None:
    here.peer.post(f"{PAGE}/kinds", **{f"mail-{kind.code}": "never" for kind in KINDS})
    here.peer.post(f"{PAGE}/kinds", reset="1")
    assert [chosen_by(here, here.peer, kind.code) for kind in KINDS] == [kind.default for kind in KINDS]


def test_the_digest_and_what_e_mail_may_say_are_chosen(here: Community) -> None:
    fields = {"digest": "daily", "digest_hour": "18", "digest_weekday": "4"}
    assert here.peer.post(f"{PAGE}/mail", **fields, mail_details="y").status_code == 303
    found = set_by(here, here.peer)
    assert (found.digest, found.digest_hour, found.digest_weekday, found.mail_details) == ("daily", 18, 4, True)
    here.peer.post(f"{PAGE}/mail", **fields)
    assert not set_by(here, here.peer).mail_details


@pytest.mark.parametrize(
    "wrong", [{"digest": "hourly"}, {"digest_hour": "24"}, {"digest_weekday": "x"}, {"digest": ""}]
)
def test_a_digest_that_there_is_not_is_refused(here: Community, wrong: dict[str, str]) -> None:
    fields = {"digest": "daily", "digest_hour": "18", "digest_weekday": "4", "mail_details": "y"}
    assert here.peer.post(f"{PAGE}/mail", **{**fields, **wrong}).status_code == 422
    assert set_by(here, here.peer).digest == "weekly"


def test_all_e_mail_is_stopped_and_started_and_the_first_time_counts(here: Community) -> None:
    with clock.held(NOON):
        here.peer.post(f"{PAGE}/mail/stop")
    with clock.held(NOON + timedelta(hours=1)):
        here.peer.post(f"{PAGE}/mail/stop")
    assert set_by(here, here.peer).mail_stopped_at == NOON
    assert "You have stopped all e-mail" in here.peer.get(PAGE).text
    here.peer.post(f"{PAGE}/mail/start")
    assert set_by(here, here.peer).mail_stopped_at is None


def test_one_section_leaves_the_others_as_they_are(here: Community) -> None:
    here.peer.post(f"{PAGE}/hours", quiet_from="22:00", quiet_to="07:00")
    here.peer.post(f"{PAGE}/mail", digest="off", digest_hour="9", digest_weekday="2", mail_details="y")
    here.peer.post(f"{PAGE}/pause", **{"for": "hour"})
    here.peer.post(f"{PAGE}/mail/stop")
    here.peer.post(f"{PAGE}/resume")
    found = set_by(here, here.peer)
    assert (found.quiet_from, found.digest, found.mail_details, found.paused_until) == (1320, "off", True, None)
    assert found.mail_stopped_at is not None


def test_mail_that_waits_for_the_end_of_a_pause_is_brought_forward_when_it_ends_sooner(here: Community) -> None:
    here.author.post(f"{PAGE}/pause", **{"for": "week"})
    here.reply(here.peer, here.post_thread(here.author))
    with here.app.app_context():
        decide()
    assert mail_due(here) > clock.now() + timedelta(days=6)
    here.author.post(f"{PAGE}/resume")
    assert mail_due(here) <= clock.now() + MAIL_DELAY


def mail_due(here: Community) -> datetime:
    """When the one message of notices is due, as the outbox and the notice both say."""
    with here.app.app_context(), unit_of_work() as work:
        [due] = work.scalars(select(MailMessage.not_before).where(MailMessage.writer == "notices"))
        [said] = work.scalars(select(Notification.mail_at).where(Notification.mail == "waiting"))
    assert said == due
    return due


def test_an_address_at_which_mail_comes_back_is_told(here: Community) -> None:
    from knowledge_exchange.mail.refusals import note_refusal

    assert "comes back" not in here.peer.get(PAGE).text
    with here.app.app_context(), unit_of_work():
        note_refusal(here.peer.email, "SMTP 550")
    assert "E-mail to you comes back" in here.peer.get(PAGE).text


def test_what_one_has_set_is_part_of_ones_own_data(here: Community) -> None:
    here.peer.post(f"{PAGE}/hours", quiet_from="22:00", quiet_to="07:00")
    here.peer.post(f"{PAGE}/kinds", **{f"mail-{kind.code}": "never" for kind in KINDS})
    data = here.peer.get("/me/data.json").json
    assert data is not None
    assert data["notice_settings"][0]["quiet_from"] == 1320
    assert {"kind": "reply", "toast": False, "mail": "never"} in data["notice_choices"]


@pytest.mark.parametrize("path", ["", "/pause", "/resume", "/hours", "/kinds", "/mail", "/mail/stop", "/mail/start"])
def test_the_settings_are_for_active_members_alone(here: Community, path: str) -> None:
    nobody = visitor(here.app)
    answer = nobody.post(PAGE + path) if path else nobody.get(PAGE)
    assert "/sign-in" in answer.location


def test_the_page_is_led_to_from_where_one_looks_for_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    thread = here.author.get(f"/t/{thread_id}").location
    for path in ("/me", "/settings/account", "/notifications", "/n/north-west", thread):
        assert f'href="{PAGE}"' in here.author.get(path).text
