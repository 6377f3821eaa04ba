"""Names, titles and texts for measurements: invented, about eighty words each, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

from knowledge_exchange.threads.actions import Text, written

POOL_SIZE = 240
_SENTENCES = (2, 3, 4)
_LIST_ITEMS = 3

_FIRST_NAMES = [
    "Amina",
    "Brendan",
    "Carys",
    "Daniel",
    "Eilidh",
    "Farah",
    "Gareth",
    "Hannah",
    "Imran",
    "Joanne",
    "Kofi",
    "Lesley",
    "Moira",
    "Nadia",
    "Owen",
    "Priya",
    "Quentin",
    "Rhian",
    "Sunil",
    "Teresa",
    "Una",
    "Vikram",
    "Wendy",
    "Xenia",
    "Yusuf",
    "Zoe",
]
_SURNAMES = [
    "Abbott",
    "Bakare",
    "Crossley",
    "Donnelly",
    "Eames",
    "Fothergill",
    "Grewal",
    "Hargreaves",
    "Iqbal",
    "Jardine",
    "Kendrick",
    "Lomax",
    "Mbeki",
    "Nuttall",
    "Okafor",
    "Pemberton",
    "Quigley",
    "Rashid",
    "Sturgess",
    "Thackeray",
    "Underhill",
    "Vaughan",
    "Whittaker",
    "Yeoman",
]
_TITLES = (
    "Operations manager, acute",
    "Ward manager",
    "Practice manager",
    "Matron, community services",
    "Finance business partner",
    "Estates and facilities manager",
    "Integrated care programme lead",
    "Service manager, outpatients",
)
_QUESTIONS = (
    "Night roster cut from three to two: who signs the risk",
    "Winter plan wants beds that have no staff",
    "On-call rota moved to one in four without consultation",
    "Band 7 job description rewritten while I was on leave",
    "How do you record a decision you were told to make",
    "Agency cap and an empty theatre list",
    "Site meeting four times a day: has anybody stopped it",
    "Sickness policy used against a team that is short already",
    "Escalation bay opened two nurses short",
    "Merging two services with two sets of terms",
    "Annual leave refused for the whole of January",
    "Car park charges for staff who are called in",
    "Freedom to speak up, and then what happened",
    "Budget signed off in my name without my seeing it",
    "Protected time for appraisals that never comes",
    "Who answers for a bank shift that nobody filled",
)
_PLACES = (
    "on the assessment unit",
    "in a small practice",
    "across two sites",
    "in outpatients",
    "in the community team",
    "in theatres",
    "at the walk-in centre",
    "in estates",
    "on the wards",
    "in integrated care",
)
_OPENINGS = (
    "We had the same here in spring, and it took six weeks to get an answer in writing.",
    "Before you reply to them, ask for the assessment that the change is meant to rest on.",
    "I would separate what you are asked to do from what you are asked to say about it.",
    "This came up at our last staff side meeting, and nobody could point to the policy.",
    "My director said much the same until I sent the numbers for the last three months.",
    "Thank you for putting this so plainly, for half of us are dealing with it this week.",
)
_MIDDLES = (
    "The rota showed eleven gaps in nine days, and each had been closed by the same four people.",
    "I asked who had agreed to the risk, on which date, and where that was written down.",
    "They moved the start by a month once it was clear that no consultation had taken place.",
    "What helped was a single page: what was planned, what was safe, what it would cost to do both.",
    "Finance had counted the posts twice, which nobody noticed until the second quarter.",
    "Keep a note of every conversation, with the time, and send it round the same afternoon.",
    "The matron next door had already refused, so we wrote to the director together.",
    "Our trust pays for the second night when the first was cancelled with less than a day's notice.",
    "The plan assumed that six beds could be staffed by people who were on the bank as it was.",
    "It is worth asking the regional network for its template, which saved us an evening.",
    "Nobody disputed the facts once they stood in one table with the source beside each.",
    "The team agreed to cover the weekend, but only after the cap on extra hours was put back.",
)
_CLOSINGS = (
    "If it goes further, speak to a national officer before you sign anything.",
    "I can send you the letter that we used, with the names taken out.",
    "Let us know how it went, because the next one of us will need it.",
    "It was not quick, but the decision now has somebody's name under it.",
)
_ITEMS = (
    "ask for the staffing assessment",
    "put the risk in writing the same day",
    "copy in the head of service",
    "count the shifts that were not filled",
    "agree who covers the first week",
    "keep the roster as it was published",
    "note who was told and when",
    "set a date for looking at it again",
)


def bodies() -> list[Text]:
    """The pool, rendered once: posts are made of these."""
    chance = random.Random(2026)  # noqa: S311
    return [written(_body(chance)) for _ in range(POOL_SIZE)]


def _body(chance: random.Random) -> str:
    middle = chance.sample(_MIDDLES, chance.choice(_SENTENCES))
    half = len(middle) // 2
    parts = [f"{chance.choice(_OPENINGS)} {' '.join(middle[:half])}", " ".join(middle[half:])]
    kind = chance.random()
    if kind < 0.3:
        items = chance.sample(_ITEMS, _LIST_ITEMS)
        parts[1] = "What we did:\n\n" + "\n".join(f"- {item}" for item in items)
    elif kind < 0.45:
        parts.insert(0, f"> {chance.choice(_MIDDLES)}")
    elif kind < 0.6:
        parts[1] = f"**In short:** {parts[1]}"
    return "\n\n".join([*parts, chance.choice(_CLOSINGS)])


def titles(chance: random.Random) -> Iterator[str]:
    """Titles without end, one after the other."""
    while True:
        yield f"{chance.choice(_QUESTIONS)}, {chance.choice(_PLACES)}"


def person(number: int) -> tuple[str, str]:
    """Name and role in words of the member with this number."""
    first = _FIRST_NAMES[number % len(_FIRST_NAMES)]
    surname = _SURNAMES[number // len(_FIRST_NAMES) % len(_SURNAMES)]
    return f"{first} {surname}", _TITLES[number % len(_TITLES)]
