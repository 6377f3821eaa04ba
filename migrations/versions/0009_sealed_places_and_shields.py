"""sealed places and shields

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('waiting_post',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('key_hash', sa.Text(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failed', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_post')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_waiting_post_key_hash'))
    )
    with op.batch_alter_table('waiting_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_post_due_at'), ['due_at'], unique=False)

    op.create_table('network_removal',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('removed_on', sa.Date(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_network_removal_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_removal_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'network_id', name=op.f('pk_network_removal'))
    )
    op.create_table('sealed_list',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sealed_list_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_sealed_list'))
    )
    op.create_table('shield',
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_shield_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread_id', name=op.f('pk_shield'))
    )
    op.create_table('shield_tag',
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('tag', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_shield_tag_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread_id', 'tag', name=op.f('pk_shield_tag'))
    )
    op.create_table('unsealing',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('voice_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', NUMBER, nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_by', NUMBER, nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('tell_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("ground IN ('safety', 'law')", name=op.f('ck_unsealing_ground')),
    sa.ForeignKeyConstraint(['agreed_by'], ['member.id'], name=op.f('fk_unsealing_agreed_by_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['asked_by'], ['member.id'], name=op.f('fk_unsealing_asked_by_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_unsealing_thread_id_thread'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['voice_id'], ['voice.id'], name=op.f('fk_unsealing_voice_id_voice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unsealing'))
    )
    with op.batch_alter_table('unsealing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unsealing_tell_at'), ['tell_at'], unique=False)
        batch_op.create_index('uq_unsealing_open', ['voice_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('neutral_tab', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('plain_addresses', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('quick_exit', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('blur_minutes', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_participant_id', NUMBER, nullable=True))
        batch_op.create_index('ix_notification_sealed', ['participant_id'], unique=False, sqlite_where=sa.text('member_id IS NULL'), postgresql_where=sa.text('member_id IS NULL'))

    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.create_index('ix_participant_sealed', ['thread_id'], unique=False, sqlite_where=sa.text('member_id IS NULL'), postgresql_where=sa.text('member_id IS NULL'))

    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_shielded', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_index(batch_op.f('ix_thread_kind'))
        batch_op.create_index('ix_thread_kind', ['network_id', 'kind', 'last_post_id', 'is_shielded'], unique=False)
        batch_op.drop_index(batch_op.f('ix_thread_network_latest'), sqlite_where=sa.text('deleted_at IS NULL'))
        batch_op.create_index('ix_thread_network_latest', ['network_id', 'last_post_id', 'is_shielded'], unique=False, sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_thread_unanswered'), sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))
        batch_op.create_index('ix_thread_unanswered', ['network_id', 'last_post_id', 'is_shielded'], unique=False, sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"), postgresql_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))

    with op.batch_alter_table('voice', schema=None) as batch_op:
        batch_op.create_index('uq_voice_pseudonym', ['name'], unique=True, sqlite_where=sa.text("kind = 'pseudonym'"), postgresql_where=sa.text("kind = 'pseudonym'"))

    # Every row has its value now; from here on the program gives it.
    with op.batch_alter_table('member', schema=None) as batch_op:
        for column in ('neutral_tab', 'plain_addresses', 'quick_exit', 'blur_minutes'):
            batch_op.alter_column(column, server_default=None)
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.alter_column('is_shielded', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('voice', schema=None) as batch_op:
        batch_op.drop_index('uq_voice_pseudonym', sqlite_where=sa.text("kind = 'pseudonym'"), postgresql_where=sa.text("kind = 'pseudonym'"))

    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_unanswered', sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"), postgresql_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))
        batch_op.create_index(batch_op.f('ix_thread_unanswered'), ['network_id', 'last_post_id'], unique=False, sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))
        batch_op.drop_index('ix_thread_network_latest', sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_thread_network_latest'), ['network_id', 'last_post_id'], unique=False, sqlite_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index('ix_thread_kind')
        batch_op.create_index(batch_op.f('ix_thread_kind'), ['network_id', 'kind', 'last_post_id'], unique=False)
        batch_op.drop_column('is_shielded')

    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_index('ix_participant_sealed', sqlite_where=sa.text('member_id IS NULL'), postgresql_where=sa.text('member_id IS NULL'))

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_sealed', sqlite_where=sa.text('member_id IS NULL'), postgresql_where=sa.text('member_id IS NULL'))
        batch_op.drop_column('by_participant_id')

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_column('blur_minutes')
        batch_op.drop_column('quick_exit')
        batch_op.drop_column('plain_addresses')
        batch_op.drop_column('neutral_tab')

    with op.batch_alter_table('unsealing', schema=None) as batch_op:
        batch_op.drop_index('uq_unsealing_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_unsealing_tell_at'))

    op.drop_table('unsealing')
    op.drop_table('shield_tag')
    op.drop_table('shield')
    op.drop_table('sealed_list')
    op.drop_table('network_removal')
    with op.batch_alter_table('waiting_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_waiting_post_due_at'))

    op.drop_table('waiting_post')
