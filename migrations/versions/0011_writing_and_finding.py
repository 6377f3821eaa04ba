"""writing and finding

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STANDS = "deleted_at IS NULL"
UNANSWERED = "kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"
ASKED = f"answer_by IS NOT NULL AND answer_id IS NULL AND {STANDS}"
SHARED = f"too > 0 AND {STANDS}"
# Our own stems, parted by spaces: whatever is no ASCII sign is a letter, and so are those with which facets are written.
FTS5 = """
CREATE VIRTUAL TABLE search_index USING fts5(
    title, body, facets, content='search_document', content_rowid='id', tokenize="ascii tokenchars '_:-'"
)
"""


def upgrade() -> None:
    op.create_table('locker',
    sa.Column('key_hash', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_locker'))
    )
    with op.batch_alter_table('locker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_locker_last_on'), ['last_on'], unique=False)

    op.create_table('search_gram',
    sa.Column('gram', BYTEWISE, nullable=False),
    sa.Column('word', BYTEWISE, nullable=False),
    sa.PrimaryKeyConstraint('gram', 'word', name=op.f('pk_search_gram'))
    )
    op.create_table('profile',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('is_listed', sa.Boolean(), nullable=False),
    sa.Column('shows_organisation', sa.Boolean(), nullable=False),
    sa.Column('shows_region', sa.Boolean(), nullable=False),
    sa.Column('ask_me_about', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_profile_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_profile'))
    )
    with op.batch_alter_table('profile', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_profile_is_listed'), ['is_listed'], unique=False)

    op.create_table('search_document',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), server_default='post', nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=True),
    sa.Column('is_shielded', sa.Boolean(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('facets', sa.Text(), nullable=False),
    sa.Column('words', sa.Text().with_variant(postgresql.TSVECTOR(), 'postgresql'), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_document'))
    )
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_document_thread_id_id'), ['thread_id', 'id'], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS5)
    else:
        op.create_index("ix_search_document_words", "search_document", ["words"], postgresql_using="gin")
        # How common a word is decides how it is looked for: among a million posts a rare one that was thought common took
        # six seconds instead of a tenth of a millisecond.
        op.execute("ALTER TABLE search_document ALTER COLUMN words SET STATISTICS 1000")
    op.create_table('search_state',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('upto', NUMBER, nullable=True),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_search_state'))
    )
    op.create_table('search_word',
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('word', BYTEWISE, nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_search_word_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('network_id', 'word', name=op.f('pk_search_word'))
    )
    op.create_table('tag_follow',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('tag_id', NUMBER, nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_tag_follow_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['network_tag.id'], name=op.f('fk_tag_follow_tag_id_network_tag'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'tag_id', name=op.f('pk_tag_follow'))
    )
    with op.batch_alter_table('tag_follow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tag_follow_tag_id'), ['tag_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('post_id', NUMBER, nullable=True),
    sa.Column('by_hash', sa.Text(), nullable=True),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('unused_since', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_attachment_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_post_id'), ['post_id'], unique=False)
        batch_op.create_index('ix_attachment_unused', ['unused_since'], unique=False, sqlite_where=sa.text('unused_since IS NOT NULL'), postgresql_where=sa.text('unused_since IS NOT NULL'))

    op.create_table('mark',
    sa.Column('by_hash', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('post_id', NUMBER, nullable=False),
    sa.CheckConstraint("kind IN ('helpful', 'too')", name=op.f('ck_mark_kind')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_mark_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('by_hash', name=op.f('pk_mark'))
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mark_post_id'), ['post_id'], unique=False)

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('helpful', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer_by', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('too', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_thread_answer_by', ['network_id', 'answer_by'], unique=False, sqlite_where=sa.text(ASKED), postgresql_where=sa.text(ASKED))
        batch_op.create_index('ix_thread_network_newest', ['network_id', 'id', 'is_shielded'], unique=False, sqlite_where=sa.text(STANDS), postgresql_where=sa.text(STANDS))
        batch_op.create_index('ix_thread_network_too', ['network_id', 'too', 'id'], unique=False, sqlite_where=sa.text(SHARED), postgresql_where=sa.text(SHARED))
    # Made once more, after ix_thread_network_newest: of two indexes that serve as well, SQLite takes the younger one, and
    # would else go through all threads of a network for the few that are unanswered.
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_oldest_unanswered', sqlite_where=sa.text(UNANSWERED), postgresql_where=sa.text(UNANSWERED))
        batch_op.create_index('ix_thread_oldest_unanswered', ['network_id', 'id', 'is_shielded'], unique=False, sqlite_where=sa.text(UNANSWERED), postgresql_where=sa.text(UNANSWERED))


def downgrade() -> None:
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_network_too', sqlite_where=sa.text(SHARED), postgresql_where=sa.text(SHARED))
        batch_op.drop_index('ix_thread_network_newest', sqlite_where=sa.text(STANDS), postgresql_where=sa.text(STANDS))
        batch_op.drop_index('ix_thread_answer_by', sqlite_where=sa.text(ASKED), postgresql_where=sa.text(ASKED))
        batch_op.drop_column('too')
        batch_op.drop_column('answer_by')

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_column('helpful')

    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mark_post_id'))

    op.drop_table('mark')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_attachment_unused', sqlite_where=sa.text('unused_since IS NOT NULL'), postgresql_where=sa.text('unused_since IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_attachment_post_id'))

    op.drop_table('attachment')
    with op.batch_alter_table('tag_follow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tag_follow_tag_id'))

    op.drop_table('tag_follow')
    op.drop_table('search_word')
    op.drop_table('search_state')
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_document_thread_id_id'))

    op.drop_table('search_document')
    with op.batch_alter_table('profile', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_profile_is_listed'))

    op.drop_table('profile')
    op.drop_table('search_gram')
    with op.batch_alter_table('locker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_locker_last_on'))

    op.drop_table('locker')
