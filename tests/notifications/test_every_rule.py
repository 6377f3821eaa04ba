"""PRODUCT's rules of notification, each with the tests that hold it; none of these can be lost without a word."""

from __future__ import annotations

import re

import pytest

from tests.support.shared import ROOT

#: Rule: files under tests/, each with names of tests (their beginnings are enough).
RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "levels per thread and per network, inherited": {
        "notifications/test_rules.py": ("quieter_levels_hear", "who_posted_watches", "a_muted_thread_says_nothing"),
        "notifications/test_network_levels.py": ("a_choice_for_a_thread_goes_first", "the_database_tells_by_the_same"),
        "notifications/test_reading_rules.py": ("a_level_chosen_for_a_thread_goes_before",),
    },
    "automatic changes only raise, and go over no choice": {
        "notifications/test_rules.py": ("automatic_changes_only_raise", "raising_is_monotonic"),
        "notifications/test_ledger_levels.py": (
            "reading_a_thread_for_a_while_raises",
            "reading_for_a_while_goes_over_no",
        ),
        "journeys/test_staying.py": ("a_thread_that_is_read_for_a_while", "a_page_that_was_left_open"),
    },
    "1: never the author; one a member and post, the strongest": {
        "notifications/test_rules.py": ("the_author_of_an_event_is_never", "at_most_one_notification_for_a_post"),
        "notifications/test_reading_rules.py": ("every_reason_at_once_is_one_notice",),
    },
    "2: an edit tells only those newly mentioned": {
        "notifications/test_rules.py": ("an_edit_notifies_only_those_newly",),
        "notifications/test_reading_rules.py": ("an_edit_that_calls_a_network", "an_edit_after_a_notice_was_read"),
    },
    "3: visibility when made, shown and sent": {
        "notifications/test_rules.py": (
            "visibility_is_asked_when_the_row_is_made",
            "visibility_is_asked_again_when_it",
        ),
        "notifications/test_mail_rules.py": ("visibility_is_asked_when_it_is_sent",),
        "realtime/test_live_stream.py": ("leaving_a_network_ends_its_threads_streams",),
    },
    "4: replies of a thread are one entry, to the first unread": {
        "notifications/test_rules.py": ("several_unread_replies_in_one_thread",),
        "notifications/test_reading_rules.py": ("a_mention_among_replies", "a_notice_opens_at_the_first"),
    },
    "5: reading is monotonic, and clears every device": {
        "notifications/test_rules.py": ("reading_never_goes_back",),
        "notifications/test_reading_rules.py": ("reading_on_one_device_clears",),
        "realtime/test_live_stream.py": ("seeing_a_post_clears_the_badge_on_every_device",),
        "notifications/test_quiet_notices.py": ("reading_a_thread_tells_the_other_devices",),
        "journeys/test_quiet.py": ("what_is_read_in_one_window_takes_badge_and_toast",),
    },
    "6: deleting cancels; what is late says the latest": {
        "notifications/test_rules.py": ("taking_a_post_away_cancels",),
        "notifications/test_reading_rules.py": ("a_thread_that_is_taken_away",),
        "notifications/test_mail_rules.py": ("deleting_a_post_cancels_its_mail", "late_sends_use_the_latest_text"),
    },
    "7: e-mail is delayed, batched, dropped when read, silent on names, stopped by one click": {
        "notifications/test_mail_rules.py": ("mail_is_delayed", "mail_is_batched_per_thread", "what_was_read_in_the"),
        "notifications/test_mail_privacy.py": ("no_mail_of_any_thread_names",),
    },
    "8: replayed state is that of a fetch": {"realtime/test_replay_property.py": ("",)},
    "9: a large network is not told, and that is said": {
        "notifications/test_network_mentions.py": ("a_mention_of_a_network_over_the_size",),
        "notifications/test_reading_rules.py": ("the_size_from_which_a_network_is_not_told",),
    },
    "10: each can see why": {
        "notifications/test_ledger.py": ("a_reply_to_somebody_says", "a_muted_thread_says_that_it_was"),
        "notifications/test_ledger_page.py": ("every_state_of_e_mail_has_words", "each_notice_of_the_list"),
    },
    "11: nothing tells more than the page does": {
        "notifications/test_rules.py": ("a_mention_of_somebody_who_cannot_see",),
        "notifications/test_ledger_page.py": ("the_page_is_the_same_whoever_else_was_told",),
    },
    "read state": {
        "notifications/test_rules.py": ("nothing_but_reading_marks_a_thread_read", "marking_all_read_is_one_button"),
        "notifications/test_reading_rules.py": (
            "opening_a_thread_in_a_list_goes_to_the_first",
            "without_a_script_a_button",
        ),
        "notifications/test_network_levels.py": ("marking_a_network_read_is_one_row", "leaving_a_network_takes_its"),
    },
}


@pytest.mark.parametrize("rule", RULES)
def test_the_tests_of_every_rule_are_there(rule: str) -> None:
    for file, names in RULES[rule].items():
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        found = re.findall(r"^def test_(\w+)", text, re.MULTILINE)
        assert found
        missing = [name for name in names if not any(test.startswith(name) for test in found)]
        assert missing == [], f"{file}: {missing}"
