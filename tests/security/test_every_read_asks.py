"""Every statement that reads threads or posts for somebody bears the condition of sight, or is listed with the reason.

The sources are read, not run: of each function, and of each statement that is built when a module is loaded, whether it
reads from the tables at all, and whether it names one of the conditions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import knowledge_exchange

PACKAGE = Path(knowledge_exchange.__file__).parent
READ = {"Thread", "Post", "PostRevision"}
#: Any of these in the same statement or function asks whether its reader may see the thread.
ASKS = {
    "readable",
    "thread_open_to",
    "thread_told_to",
    "_open_to",
    "_open_to_me",
    "visible_threads",
    "threads_visible_to",
}
#: What acts on a thread or a post that somebody was let to before, or on all of them for nobody's eyes.
ACTS = {
    "cli/stackexchange/places.py": "history that is being imported: nobody reads it yet",
    "cli/stackexchange/storing.py": "likewise",
    "cli/stackexchange/writing.py": "likewise",
    "moderation/cases/case_clock.py": "a job: closes and passes up, and shows nothing",
    "moderation/insight/insight_facts.py": "a job: what is hidden doesn't count; insight_pages.py asks of titles",
    "moderation/acts/acts.py": "notes an act that was let to be done",
    "moderation/lasting/stale.py": "a job, and the queue's own cases",
    "moderation/telling.py": "what an author is told of their own pseudonym",
    "threads/actions.py": "verbs: rights have been asked of the caller",
    "threads/composing/asking.py": "a verb: rights have been asked of the caller",
    "threads/curation/curating.py": "verbs of moderators, likewise",
    "threads/finding/indexing.py": "derives what can be found, for nobody's eyes; search/asking.py asks",
    "threads/jobs.py": "renders all posts again",
    "threads/keeping.py": "erases voices",
    "threads/curation/lasting.py": "verbs: rights have been asked of the caller",
    "threads/locking.py": "takes a turn, then asks",
    "threads/marks/marks.py": "verbs, and how many marks a post bears that has been asked for",
    "threads/curation/merging.py": "verbs of moderators: rights have been asked of the caller",
    "threads/official/official.py": "verbs: rights have been asked of the caller",
    "threads/curation/outcomes.py": "a job that asks authors about their own threads, and the verbs",
    "threads/outlines.py": "what threads say that a list has asked for",
    "threads/curation/post_curating.py": "verbs of moderators: rights have been asked of the caller",
    "threads/curation/redacting.py": "likewise",
    "threads/curation/relocating.py": "likewise",
    "threads/veils/shielding.py": "an author's own thread, asked for by the page",
    "threads/curation/splitting.py": "verbs of moderators: rights have been asked of the caller",
    "threads/curation/stale.py": "likewise a job and verbs",
    "threads/statements.py": "what the verbs say",
    "threads/tags/tags.py": "verbs, and the names of tags of threads that a list has asked for",
    "threads/trees.py": "puts posts in order and counts them, for nobody's eyes",
}
_ASKED = "of threads or posts that have been asked for"
#: Single statements in modules that read for people, and why they need not ask.
READS = {
    "moderation/cases/case_keepers.py": {"cases_joined": "each reader of it adds may_decide, which asks"},
    "moderation/held/held_kind.py": {
        "_is_open": "of a case that may_decide let through: whether the log may tell of it"
    },
    "moderation/official/official_reviews.py": {"_past_review": "a job: opens cases, which then ask"},
    "moderation/queue/queue.py": {"_waiting": "of may_decide, which asks"},
    "moderation/openness/log.py": {"_acts": "shown_to, its one reader, adds _may_be_known, which asks"},
    "moderation/moving/moving.py": {"_log_follows": "acts and cases go where their posts went, for nobody's eyes"},
    "moderation/openness/totals.py": {"_is_counted": "leaves out for everybody what is hidden from anybody"},
    "moderation/queries.py": {"_requests": "each reader of it adds readable, but the author themself"},
    "threads/curation/even_gone.py": {
        **dict.fromkeys(("_PLAIN", "_TURN", "thread_now"), "the thread of an act that somebody may undo, and its turn")
    },
    "threads/files/attachment_html.py": {"files_in": _ASKED},
    "threads/files/attachments.py": {"put_aside": "a verb of moderators: rights have been asked of the caller"},
    "threads/files/sweeping.py": {"_due": "a job: deletes what nothing names, for nobody's eyes"},
    "threads/curation/collected.py": {"still_there": "for nobody's eyes: undoes a deletion"},
    "threads/curation/duplicates.py": {
        **dict.fromkeys(("target_of", "copies_of"), "of _shown, which asks"),
        "_link_of": "root_of, its one reader, adds readable",
        **dict.fromkeys(("points_to", "mark", "unmark"), "verbs: rights have been asked of the caller"),
    },
    "threads/feeds.py": dict.fromkeys(("_feed", "_newest"), "of listing.newest_of and _needed, which ask"),
    "threads/filtered.py": dict.fromkeys(
        ("_seen", "_list", "_in_order", "_unanswered", "_oldest_of"), "of listing.standing, which asks"
    ),
    "threads/for_mail.py": {"posts_for_mail": "of notices that are visible now"},
    "threads/composing/guarding.py": {"people_of": _ASKED},
    "threads/history.py": {"revisions_of": _ASKED},
    "threads/holding/holding.py": {"_published": "posts by posting.post, which asks; notes how it was rendered"},
    "threads/holding/holding_rules.py": {
        "_BY_THREAD": "what a network has set, for a draft that posting.post then asks about"
    },
    "threads/official/official_queries.py": dict.fromkeys(("_BY_POST", "earlier_in", "words_on"), _ASKED),
    "threads/listing.py": {
        "newest_of": "of standing, which asks",
        "_first_page": "likewise",
        "_narrowed": _ASKED,
        "_since": _ASKED,
        "_unread": _ASKED,
    }
    | {"_PLACES_IN": _ASKED},
    "threads/live.py": {
        "shielded_rooms": "rooms, of which readers_among asks",
        "_threads": "of events whose room or replay asked",
    },
    "threads/composing/mentions.py": {"_stands": "of a thread that has been asked for"},
    "threads/composing/network_mentions.py": {"elsewhere": _ASKED},
    "threads/veils/own_pseudonyms.py": {"_counts": "of one's own places"},
    "threads/queries.py": {
        "_MERGED": "where a thread went; merged_into then asks of that",
        "THREAD": "each reader of it adds readable; even_gone.py what moderators may see",
        **dict.fromkeys(
            (
                *("_POSTS", "_IN_THREAD", "_position_of", "_TREE_AFTER", "_FLAT_AFTER", "_BY_ID", "_BY_IDS", "_BEFORE"),
                *("page_keys", "_UNREAD", "source_of", "post_at", "_MANY_AFTER"),
            ),
            _ASKED,
        ),
    },
    "threads/profiles.py": {"_ANSWERS": "of _SHOWN, which asks"},
    "threads/finding/search_filters.py": dict.fromkeys(
        ("is_mine", "is_by"), "narrow what search/asking.py has asked for"
    ),
    "threads/shelf/shelf_shown.py": dict.fromkeys(("_VISIBLE", "_POSTS"), "of _STANDING, which asks"),
    "threads/curation/summaries.py": dict.fromkeys(("standing", "posts_since", "place_of", "writers_of"), _ASKED),
    "threads/why.py": {"_first": _ASKED, "_standing_then": _ASKED, "_facts_of": "finds the thread; _FACTS then asks"},
}


def statements() -> Iterator[tuple[str, str, ast.AST]]:
    """Module, name and code of whatever reads those tables."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not _knows_them(tree):
            continue
        for node in tree.body:
            for name, part in _named(node):
                if _reads(part):
                    yield str(path.relative_to(PACKAGE)), name, part


def _knows_them(tree: ast.Module) -> bool:
    """The module has these tables (and not another thing of the name, as Python's own threads)."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    models = {alias.name for node in imports if str(node.module).endswith("threads.models") for alias in node.names}
    own = any(isinstance(node, ast.ClassDef) and node.name in READ for node in tree.body)
    return own or bool(models & READ)


def _named(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, node
    elif isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef):
                yield f"{node.name}.{inner.name}", inner
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        yield ast.unparse(target), node.value


def _reads(part: ast.AST) -> bool:
    calls = {_name(node.func) for node in ast.walk(part) if isinstance(node, ast.Call)}
    return bool(calls & {"select", "Read", "select_from", "get", "get_one", "join", "where"}) and bool(
        _names(part) & READ
    )


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _names(part: ast.AST) -> set[str]:
    strings = {node.value for node in ast.walk(part) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {_name(node) for node in ast.walk(part)} | strings


def test_what_reads_threads_for_somebody_asks_whether_they_may_see_them() -> None:
    unasked = [
        f"{module}: {name}"
        for module, name, part in statements()
        if not _names(part) & ASKS and module not in ACTS and name not in READS.get(module, {})
    ]
    assert unasked == []


def test_nothing_stands_on_the_list_that_is_not_there_or_asks_by_now() -> None:
    unasked = {(module, name) for module, name, part in statements() if not _names(part) & ASKS}
    listed = {(module, name) for module, names in READS.items() for name in names}
    assert listed - unasked == set()
    assert set(ACTS) - {module for module, _name in unasked} == set()


def test_the_look_finds_the_statements_that_there_are() -> None:
    found = {(module, name) for module, name, part in statements() if _names(part) & ASKS}
    expected = {
        ("threads/profiles.py", "_SHOWN"),
        ("threads/own_data.py", "posts_of"),
        ("threads/queries.py", "_THREAD_BY_ID"),
    }
    assert expected <= found
