"""What a member has chosen for a desk at which others can see the screen: plain facts, and what follows from them.

Nothing here looks into the database; the choices arrive with whoever is asking (``Me.desk``).
"""

from __future__ import annotations

from typing import NamedTuple


class Desk(NamedTuple):
    """The four choices; as a member has them who has chosen nothing."""

    neutral_tab: bool = False
    plain_addresses: bool = False
    quick_exit: bool = False
    blur_minutes: int = 0  # 0: never

    @property
    def is_untitled(self) -> bool:
        """Whether no page may have a title of its own: the browser's history keeps titles beside addresses."""
        return self.neutral_tab or self.plain_addresses


#: What most have.
OPEN = Desk()
