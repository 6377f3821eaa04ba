"""What a member has chosen for a desk at which others can see the screen: plain facts, and what follows from them.

Nothing here looks into the database; the choices arrive with whoever is asking (``Me.desk``).
"""

from __future__ import annotations

from typing import NamedTuple

#: Where the quick way out leads: a page that anybody may have open anywhere, and that says nothing of a union.
QUICK_EXIT_TO = "https://www.bbc.co.uk/weather"
#: After how many minutes without a touch the page may be covered; 0: never.
BLUR_MINUTES = (0, 1, 2, 5, 10, 15)


class Desk(NamedTuple):
    """The four choices; as a member has them who has chosen nothing."""

    neutral_tab: bool = False
    plain_addresses: bool = False
    quick_exit: bool = False
    blur_minutes: int = 0

    @property
    def is_untitled(self) -> bool:
        """Whether no page may have a title of its own: the browser's history keeps titles beside addresses."""
        return self.neutral_tab or self.plain_addresses

    @property
    def marks(self) -> str:
        """What scripts go by, as words of ``data-desk`` (assets/js/desk.js); empty for most members."""
        words = {
            "untitled": self.is_untitled,
            "hushed": self.neutral_tab,
            "plain": self.plain_addresses,
            "exit": self.quick_exit,
        }
        return " ".join(word for word, holds in words.items() if holds)


#: What most have.
OPEN = Desk()
