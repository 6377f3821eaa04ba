"""levels of networks

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

OF_A_POST = sa.text('post_id IS NOT NULL')


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('network_level',
    sa.Column('member_id', number, nullable=False),
    sa.Column('network_id', number, nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('read_up_to', number, nullable=False),
    sa.CheckConstraint("level IN ('muted', 'normal', 'tracking', 'watching')", name=op.f('ck_network_level_level')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_network_level_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_level_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'network_id', name=op.f('pk_network_level'))
    )
    with op.batch_alter_table('network_level', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_network_level_network_id_level'), ['network_id', 'level'], unique=False)

    with op.batch_alter_table('live_event', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_live_event_notification_id_notification'), type_='foreignkey')

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notification_post_id'))
        batch_op.drop_index('uq_notification_post', sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
        batch_op.drop_constraint(batch_op.f('fk_notification_participant_id_participant'), type_='foreignkey')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('uq_notification_post', ['post_id', 'participant_id'], unique=True, sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
        batch_op.create_index('uq_notification_member_post', ['post_id', 'member_id'], unique=True)


def downgrade() -> None:
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('uq_notification_member_post')
        batch_op.drop_index('uq_notification_post', sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
        batch_op.create_foreign_key(batch_op.f('fk_notification_participant_id_participant'), 'participant', ['participant_id'], ['id'], ondelete='CASCADE')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('uq_notification_post', ['participant_id', 'post_id'], unique=True, sqlite_where=OF_A_POST, postgresql_where=OF_A_POST)
        batch_op.create_index(batch_op.f('ix_notification_post_id'), ['post_id'], unique=False)

    # Events of notices that are gone would break the key that comes back.
    op.execute('DELETE FROM live_event WHERE notification_id NOT IN (SELECT id FROM notification)')
    with op.batch_alter_table('live_event', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_live_event_notification_id_notification'), 'notification', ['notification_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('network_level', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_network_level_network_id_level'))

    op.drop_table('network_level')
