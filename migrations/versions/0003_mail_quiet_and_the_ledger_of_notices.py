"""mail, quiet and the ledger of notices

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

UNREAD = sa.text('read_at IS NULL')
OF_A_POST = sa.text('post_id IS NOT NULL')
OF_A_SEALED_ONE = sa.text('post_id IS NOT NULL AND member_id IS NULL')


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('mail_refusal',
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('address', name=op.f('pk_mail_refusal'))
    )
    op.create_table('level_change',
    sa.Column('id', number, autoincrement=False, nullable=False),
    sa.Column('member_id', number, nullable=False),
    sa.Column('thread_id', number, nullable=True),
    sa.Column('network_id', number, nullable=True),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('chosen', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_level_change_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_level_change'))
    )
    with op.batch_alter_table('level_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_level_change_member_id_thread_id_network_id'), ['member_id', 'thread_id', 'network_id'], unique=False)

    op.create_table('notice_choice',
    sa.Column('member_id', number, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('toast', sa.Boolean(), nullable=False),
    sa.Column('mail', sa.Text(), nullable=False),
    sa.CheckConstraint("mail IN ('soon', 'digest', 'never')", name=op.f('ck_notice_choice_mail')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_notice_choice_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'kind', name=op.f('pk_notice_choice'))
    )
    op.create_table('notice_settings',
    sa.Column('member_id', number, nullable=False),
    sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('quiet_from', sa.Integer(), nullable=True),
    sa.Column('quiet_to', sa.Integer(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('digest_hour', sa.Integer(), nullable=False),
    sa.Column('digest_weekday', sa.Integer(), nullable=False),
    sa.Column('digest_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mail_details', sa.Boolean(), nullable=False),
    sa.Column('mail_stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("digest IN ('off', 'daily', 'weekly')", name=op.f('ck_notice_settings_digest')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_notice_settings_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_notice_settings'))
    )
    # Notices are their own events from now on.
    op.execute("DELETE FROM live_event WHERE kind = 'notification'")
    with op.batch_alter_table('live_event', schema=None) as batch_op:
        batch_op.drop_column('notification_id')

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        for name in ('html', 'headers', 'writer'):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('thread_id', number, nullable=True))
    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        for name in ('html', 'headers', 'writer'):
            batch_op.alter_column(name, server_default=None)

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('mail_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('mail_id', number, nullable=True))
    # Nobody is sent mail about what they were told before there was any.
    op.execute("UPDATE notification SET mail = 'old', mail_at = created_at")
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_mail', ['member_id', 'thread_id'], unique=False, sqlite_where=sa.text("mail IN ('waiting', 'digest')"), postgresql_where=sa.text("mail IN ('waiting', 'digest')"))
        batch_op.create_index('ix_notification_mail_undecided', ['id'], unique=False, sqlite_where=sa.text('mail IS NULL'), postgresql_where=sa.text('mail IS NULL'))
        batch_op.drop_index('ix_notification_unread', sqlite_where=UNREAD, postgresql_where=UNREAD)
        batch_op.drop_index(batch_op.f('ix_notification_member_id_id'))
        batch_op.drop_index('uq_notification_post', sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notification_member_id_read_at'), ['member_id', 'read_at'], unique=False)
        batch_op.create_index('uq_notification_post', ['post_id', 'participant_id'], unique=True, sqlite_where=OF_A_SEALED_ONE, postgresql_where=OF_A_SEALED_ONE)


def downgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('uq_notification_post', sqlite_where=OF_A_SEALED_ONE, postgresql_where=OF_A_SEALED_ONE)
        batch_op.drop_index(batch_op.f('ix_notification_member_id_read_at'))
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('uq_notification_post', ['post_id', 'participant_id'], unique=True, sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
        batch_op.create_index(batch_op.f('ix_notification_member_id_id'), ['member_id', 'id'], unique=False)
        batch_op.create_index('ix_notification_unread', ['member_id', 'id'], unique=False, sqlite_where=UNREAD, postgresql_where=UNREAD)
        batch_op.drop_index('ix_notification_mail_undecided', sqlite_where=sa.text('mail IS NULL'), postgresql_where=sa.text('mail IS NULL'))
        batch_op.drop_index('ix_notification_mail', sqlite_where=sa.text("mail IN ('waiting', 'digest')"), postgresql_where=sa.text("mail IN ('waiting', 'digest')"))
        batch_op.drop_column('mail_id')
        batch_op.drop_column('mail_at')
        batch_op.drop_column('mail')

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.drop_column('thread_id')
        batch_op.drop_column('writer')
        batch_op.drop_column('headers')
        batch_op.drop_column('html')

    with op.batch_alter_table('live_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('notification_id', number, nullable=True))

    op.drop_table('notice_settings')
    op.drop_table('notice_choice')
    with op.batch_alter_table('level_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_level_change_member_id_thread_id_network_id'))

    op.drop_table('level_change')
    op.drop_table('mail_refusal')
