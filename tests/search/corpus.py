"""A small community that has talked for a while: threads of which each query of the tests means one."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask

from tests.support.community import Community, settle


class Written(NamedTuple):
    """A thread: title, opening post, replies; whether the first of them is accepted."""

    title: str
    body: str
    replies: tuple[str, ...] = ()
    accepted: bool = False
    kind: str = "problem"
    slug: str = "north-west"


WRITTEN = (
    Written("On-call every third weekend and no time back", "We were told that on-call is in the salary.",
            ("The job description gave time off in lieu, hour for hour. Nobody had withdrawn it.", "Same here."), True),
    Written("Does time off in lieu lapse at the year end?", "38 hours, all approved, none taken. Use it or lose it?"),
    Written("A rota that gives the rest day back within the fortnight", "Book the rest day when the on-call is booked.",
            kind="case_study"),
    Written("Silver command and on-call in the same week", "Is that two duties or one? My director says it evens out."),
    Written("Consultation papers came the day before the meeting", "Can we ask for the consultation to start again?",
            ("Yes: ask in writing, and name the collective consultation agreement.",), True),
    Written("Redeployment during a restructure: how long is the trial?", "Four weeks, or can it be longer?",
            ("Four weeks by law; it can be extended in writing for training.",), True, slug="national"),
    Written("Café closed on the night shift", "Nothing hot to eat after eight in the evening, and no kitchen either."),
    Written("Böhm's model of handover, has anybody tried it?", "A résumé of each patient in three lines.",
            kind="discussion"),
    Written("Band 7 to 8a: who signs off the job evaluation?", "The panel met in June, and nothing has come of it.",
            ("Job evaluation outcomes are signed by the staff side chair, too.",)),
    Written("Sickness reports of small teams name people", "With four in a team, everybody knows who it was.",
            ("We stopped reporting absence below ten.",), True, slug="national"),
    Written("Maternity cover that never comes", "Three leavers, no backfill, and the vacancy panel meets in March."),
    Written("Parental leave in the middle of a go-live", "The EPR goes live in my last week. Who covers?"),
    Written("EPR go-live: what do you wish you had asked in week one?", "Log-ins, printers, who else?",
            ("Printers. Always the printers.", "Log-ins for bank staff."), slug="national"),
    Written("Escalation beds open again", "I am told to staff them from within. How do I say no usefully?",
            ("Write down what stops when you do it, and send it before the shift.",), True),
    Written("Discharge lounge closes at six, transport comes at eight", "Every day four people go back to a ward."),
    Written("Whistleblowing about unsafe staffing", "Whom do I write to first?", kind="discussion", slug="national"),
    Written("How to write to a director who does not answer", "Three e-mails, three weeks.",
            ("A one-page letter, by hand, to the office.",)),
    Written("Hybrid working: two days on site, but no desk", "The policy says two days. There are nine desks."),
    Written("Our follow-up clinic is booked until May", "Follow-ups are seen by nobody. What did you drop?"),
    Written("Payroll took back an overpayment without asking", "£412 in one month.",
            ("They must agree a plan with you.",), True, slug="national"),
    Written("Appraisal templates that people can bear", "One page, five questions.", kind="advice", slug="national"),
    Written("Grievance against me, and I run the rota", "Should I go on planning their shifts?"),
    Written("A tribunal has asked for my diaries", "Which years have to be kept?", slug="national"),
    Written("Agency spend is signed off after the shift", "Finance wants it before. How do you do it at 2 am?"),
    Written("24/7 cover with six people", "The sums never work out. Has anybody got a pattern?",
            ("Seven, or a gap: there is no pattern for six.",), True),
    Written("Reps' room taken away for storage", "Where do you meet now?", slug="reps"),
)  # fmt: skip

#: What is typed, and how the title of the thread begins that is meant.
QUERIES = (
    ("on-call weekend", "On-call every third weekend"),
    ("time off in lieu year end", "Does time off in lieu lapse"),
    ("rest days back", "A rota that gives the rest day back"),
    ("silver command", "Silver command and on-call"),
    ("director e-mails not answered", "How to write to a director"),
    ("staffing escalation beds", "Escalation beds open again"),
    ("printers", "EPR go-live"),
    # Misspelt.
    ("redeploiment trial", "Redeployment during a restructure"),
    ("consultaton papers", "Consultation papers came"),
    ("maternaty cover", "Maternity cover that never comes"),
    ("whistelblowing", "Whistleblowing about unsafe"),
    ("greivance", "Grievance against me"),
    # Accents, apostrophes, hyphens, numbers.
    ("cafe night shift", "Café closed"),
    ("CAFÉ", "Café closed"),
    ("bohm handover", "Böhm's model"),
    ("böhms model", "Böhm's model"),
    ("followup clinic", "Our follow-up clinic"),
    ("24/7 pattern", "24/7 cover with six"),
    # Phrases.
    ('"job evaluation"', "Band 7 to 8a"),
    ('"hour for hour"', "On-call every third weekend"),
    ('"use it or lose it"', "Does time off in lieu lapse"),
    # Without, or, beginnings.
    ("on-call -salary -silver", "A rota that gives the rest day back"),
    ("go-live -printers", "Parental leave in the middle"),
    ("tribunal or employment", "A tribunal has asked"),
    ("overpay*", "Payroll took back"),
    # Filters.
    ("is:answered sickness", "Sickness reports of small teams"),
    ("is:unanswered lieu", "Does time off in lieu lapse"),
    ("kind:advice appraisals", "Appraisal templates"),
    ("network:national go-live", "EPR go-live"),
    ("by:\"piet peer\" agree a plan", "Payroll took back"),
)  # fmt: skip


def settle_and_write(app: Flask) -> Community:
    """Five people and three networks, with all of that posted in them by the forms."""
    here = settle(app)
    for one in (here.author, here.peer):
        one.post("/n/national/join")
    for written in WRITTEN:
        thread = here.post_thread(here.author, written.title, body=written.body, kind=written.kind, slug=written.slug)
        replies = [here.reply(here.peer, thread, body) for body in written.replies]
        if written.accepted:
            assert here.author.post(f"/p/{replies[0]}/accept").status_code == 303
    return here
