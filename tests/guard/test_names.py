"""Names of people, told by their shape; and the words with capitals that health care is full of."""

from __future__ import annotations

import pytest

from tests.guard.conftest import Look

NAMED = [
    ("I asked Priya Shah about it.", "Priya Shah"),
    ("Priya Shah was on shift.", "Priya Shah"),
    ("We all know that Xiulan Okonjo did it.", "Xiulan Okonjo"),
    ("It was Adebayo Ogunlesi-Smith who rang.", "Adebayo Ogunlesi-Smith"),
    ("Then Siân O’Neill came back.", "Siân O’Neill"),
    ("Dr Patel signed it.", "Dr Patel"),
    ("Dr. K. Patel signed it.", "Dr. K. Patel"),
    ("I wrote to dr patel.", "dr patel"),
    ("Sister Agnes was there.", "Sister Agnes"),
    ("then Matron Davies said no", "Matron Davies"),
    ("I told Mrs Fothergill twice.", "Mrs Fothergill"),
    ("Ask Professor Jane Whittaker.", "Professor Jane Whittaker"),
    ("Janet has been off since the 4th.", "Janet"),
    ("I asked J. Whittle.", "J. Whittle"),
    ("Signed: PRIYA SHAH", "PRIYA SHAH"),
    ("on the list was Shah, Priya, again", "Shah, Priya"),
    ("a nurse called Xanthe left", "Xanthe"),
    ("my colleague Bolanle left", "Bolanle"),
    ("Okonkwo said that it was fine.", "Okonkwo"),
    ("It was Will Young again.", "Will Young"),
    ("I saw **Priya** Shah there", "**Priya** Shah"),
    ("[Priya Shah](https://example.org) wrote it", "Priya Shah"),
    ("- Priya Shah\n- others", "Priya Shah"),
    ("It is Priya\u00a0Shah's turn", "Priya\u00a0Shah"),
    ("Bronagh Tierney Blocks Leave", "Bronagh Tierney"),
    ("Complaint Against Ngozi Adebayo-Smythe", "Ngozi Adebayo-Smythe"),
    ("Kind Regards Bronagh Tierney", "Bronagh Tierney"),
    ("Kind Regards Zorblat Quix", "Zorblat Quix"),
    ("I asked Imran Khan about it.", "Imran Khan"),
    ("I asked Sarah Jane Bolton about it.", "Sarah Jane Bolton"),
    ("I told Mr Khan twice.", "Mr Khan"),
]


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_a_persons_name_is_found(look: Look, text: str, name: str) -> None:
    assert look(text) == [("name", name)]


PROSE = [
    "The North West has a Board Directors network, and Agenda for Change applies.",
    "Band 8A roles under Agenda for Change in the South East.",
    "Has anybody used the Freedom to Speak Up Guardian in Greater Manchester?",
    "Our Chief Executive and the Chief Nurse met the Trade Union side.",
    "The Care Quality Commission visited on Monday. Good news.",
    "I am a Service Manager in Mental Health. Human Resources said no.",
    "The Working Time Regulations 1998 and the Equality Act 2010 apply.",
    "Under the Health and Safety at Work Act this is a risk.",
    "We use Microsoft Teams, Power BI and the Electronic Staff Record.",
    "Ring Occupational Health. They helped. Thanks in advance.",
    "In April and May we had the Winter Plan; on Tuesday Morning Handover began.",
    "Thanks all. Best wishes. Kind regards.",
    "Will you mark the page? May I? Grant them time; it may hope for the best.",
    "Is the Integrated Care Board consulting? See the Long Term Plan.",
    "Royal College of Nursing and the British Medical Association replied.",
    "The Senior Leadership Team and the Divisional Director asked Finance.",
    "Reducing Sickness Absence Safely In Small Teams",
    "Managers in Partnership is a union. So is UNISON. FDA too.",
    "Dear all, hello everybody, thanks everyone. Dear Sir or Madam.",
    "Emergency Department staffing in Community Hospitals; the Estates Strategy.",
    "The Secretary of State said so, and the Prime Minister agreed.",
    "National Insurance, Statutory Sick Pay and Maternity Leave are paid.",
    "See Section B of the Staff Survey. Plan A failed. Type B too.",
    "Christmas Day and Boxing Day rotas. Bank Holiday pay.",
    "The nurse said no. The patient asked. My manager told me. Nobody refused.",
    "@priya.shah asked that, and https://example.org/Priya/Shah.html says so.",
    "Nobody'd said. We'll see. They've gone. I'm off.",
    "Patience is needed on May Day; Jan 2024 was a blessing. The North West.",
    "A reply took 4 ms. It was quick. I miss work.",
    "Tower Hamlets and Milton Keynes are places; so is the Isle of Wight.",
    "St Thomas came up; the Florence model; Victoria too.",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_of_health_managers_holds_no_names(look: Look, text: str) -> None:
    assert [one for one in look(text) if one[0] == "name"] == []


def test_in_a_heading_capitals_tell_nothing_but_a_common_first_name_does(look: Look) -> None:
    assert look("## Better Rotas For Busy Wonderful Colleagues") == []
    assert look("## What Priya Shah Taught Busy Colleagues") == [("name", "Priya Shah")]


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_what_is_found_does_not_depend_on_who_writes_in_the_thread(look: Look, text: str, name: str) -> None:
    """A name that has the shape of one is found alike, whether its owner is there or not."""
    assert look(text, people=("Priya Shah", "Janet Okonkwo", "Will Young")) == look(text, people=("Somebody Else",))


def test_names_of_those_in_the_thread_are_found_in_any_spelling(look: Look) -> None:
    people = ("Zorblat Quix", "Priya Shah")
    assert look("as zorblat quix says", people) == [("name", "zorblat quix")]
    assert look("as Zorblat says", people) == [("name", "Zorblat")]
    assert look("as Quix wrote yesterday", people) == [("name", "Quix")]
    assert look("as zorblat quix says") == []


def test_a_name_of_common_words_is_not_looked_for_word_by_word(look: Look) -> None:
    assert look("The Ward is Good, and Manager Day is near.", ("Good Manager",)) == []
