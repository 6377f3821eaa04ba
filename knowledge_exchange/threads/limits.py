"""How much: lengths and page sizes of threads."""

from __future__ import annotations

from knowledge_exchange.core.markup import MAX_CHARS

MIN_TITLE_CHARS = 8
MAX_TITLE_CHARS = 160
MAX_BODY_CHARS = MAX_CHARS
#: Posts on one page of a thread, the opening one included; threads on one page of a list.
POSTS_A_PAGE = 20
THREADS_A_PAGE = 20
#: Pinned threads above the first page of a network: as many as may be, and those that some of the pinners don't see.
MOST_PINNED_SHOWN = 6
#: Counting the unread stops here; a page then says "99+".
MAX_UNREAD_COUNTED = 100
#: The accepted answer in short, above the talk.
ANSWER_EXCERPT_CHARS = 320
#: Signs of the page's address that come from the title.
MAX_SLUG_CHARS = 60
#: A form's idempotency key.
MAX_KEY_CHARS = 64
