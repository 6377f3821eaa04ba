"""What can be found: documents as stems, the words in them, and parts of words by which misspelt ones are guessed.

All of it is derived: ``knowledge-exchange search rebuild`` makes it anew from what the rooms hold; no backup needs it.
Stems, folded accents and parts of words are made in Python (``search/words.py``), so that both databases agree.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.db import Base, Bytewise, Id


class SearchDocument(Base):
    """A post, or what a later room holds, as it can be found: where it belongs, and its stems parted by spaces.

    SQLite indexes it in ``search_index`` (FTS5 over title, body and facets, this table being its content: whoever
    changes a row tells it), PostgreSQL in ``words``. Its id is the post's: newest first is the order of ids.
    """

    __tablename__ = "search_document"
    __table_args__ = (Index(None, "thread_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    #: Which source holds it (``search/sources.py``): ``post``.
    source: Mapped[str] = mapped_column(server_default="post")
    #: No foreign keys: a row that went by itself would leave SQLite's index behind.
    network_id: Mapped[int] = mapped_column(Id)
    #: Hits are grouped by it, and it may be hidden from somebody; empty for what belongs to no thread.
    thread_id: Mapped[int | None] = mapped_column(Id)
    is_shielded: Mapped[bool]
    #: Stems of the title: in the opening post's alone.
    title: Mapped[str]
    body: Mapped[str]
    #: Words that say what it is, for filters (``search/facets.py``): no word of a text looks like one.
    facets: Mapped[str]
    #: PostgreSQL's index entry, written beside the rest; empty on SQLite.
    words: Mapped[str | None] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class SearchWord(Base):
    """A word, folded and not stemmed, that stands in a document of a network that is hidden from nobody."""

    __tablename__ = "search_word"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(Bytewise, primary_key=True)


class SearchGram(Base):
    """Three letters of a word: misspelt words are guessed by those that they share."""

    __tablename__ = "search_gram"

    gram: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    word: Mapped[str] = mapped_column(Bytewise, primary_key=True)


class SearchState(Base):
    """How far a source has been indexed: of a database from before, or after the way of making stems has changed."""

    __tablename__ = "search_state"

    source: Mapped[str] = mapped_column(primary_key=True)
    #: ``words.VERSION`` with which it is being indexed.
    version: Mapped[int]
    #: All up to and with this id are there; empty: all of them.
    upto: Mapped[int | None] = mapped_column(Id)
