"""What is found is what is there: after every verb the index is what it would be if it were made anew."""

from __future__ import annotations

import pytest

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.threads.finding.indexing import text_of
from tests.support.community import Community
from tests.support.index import check_index, index
from tests.threads.verbs import UNDOABLE, Verbs

TURNS = 50


@pytest.mark.parametrize("seed", [7, 42])
def test_after_every_verb_the_index_is_what_it_would_be_if_it_were_made_anew(here: Community, seed: int) -> None:
    verbs = Verbs(here, seed)
    with here.app.app_context():
        verbs.settle()
        for _turn in range(TURNS):
            verbs.do()
            check_index(verbs.done)
        assert index(), "all is gone"


def test_what_is_taken_back_is_found_as_before(here: Community) -> None:
    verbs = Verbs(here, seed=3)
    with here.app.app_context():
        verbs.settle()
        for verb in UNDOABLE:
            for prepared in (verbs.start, verbs.reply, verbs.accept, *[verbs.choose_tags] * 3):
                verbs.run(prepared)
            for _try in range(TURNS):
                if not verbs.can_take_back:
                    verbs.run(verb.__get__(verbs))
            check_index(verbs.done)
            with unit_of_work():
                verbs.take_back_last()
            check_index(verbs.done, "taken back")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<p>re<strong>mark</strong>able &amp; <code>a&lt;b</code></p>", "remarkable & a<b"),
        ('<p>See <a href="/t/1" title="Secret">the rota</a>.</p>', "See the rota."),
        ('<p><img src="/files/1" alt="A full &quot;board&quot;" width="9"></p>', 'A full "board"'),
        ("<ul><li>one</li><li>two</li></ul><table><tr><td>3</td><td>4</td></tr></table>", "one two 3 4"),
    ],
)
def test_of_rendered_text_the_words_are_found_and_nothing_of_its_markup(html: str, said: str) -> None:
    assert " ".join(text_of(html).split()) == said
