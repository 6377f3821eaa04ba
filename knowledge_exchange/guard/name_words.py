"""Words beside which a word with a capital is somebody's name, and surnames that are words of another meaning."""

from __future__ import annotations

from knowledge_exchange.guard.vocabulary import PLACES, word_set

TITLES = word_set(
    """
    dr mr mrs ms miss mx prof professor sister matron nurse sir dame lord lady rev revd reverend father cllr councillor
    baroness doctor consultant charge
    """
)
#: Of these also names in small letters follow: "dr patel".
SHORT_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof"})
#: Before one word with a capital: it is somebody's name.
INTRODUCING = word_set(
    """
    called named colleague colleagues nurse patient manager boss husband wife son daughter brother friend hi hello dear
    thanks cheers regards hey namely mum dad mother
    """
)
#: After one word with a capital that stands where a sentence goes on: a person did it.
DOING = word_set(
    """
    said says told tells asked asks rang emailed complained resigned insisted shouted replied admitted apologised
    whispered refused cried
    """
)
#: Words of our vocabulary that are many people's surname.
ALSO_SURNAMES = word_set(
    "young ward day head house may march best good little long moody price walker king bishop west"
)
#: Words and places that are surnames where a first name or a title stands before: "Imran Khan", "Mr Bolton".
SURNAMES = (PLACES | word_set("khan page english french german black green carter cook marks case lord prior")) - {
    "uk",
    "britain",
    "europe",
    "africa",
    "asia",
    "america",
    "australia",
    "wales",
    "scotland",
    "ireland",
    "london",
}
