"""seals of the record of acts

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('audit_seal',
    sa.Column('id', number, autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_seal')),
    sa.UniqueConstraint('previous', name=op.f('uq_audit_seal_previous'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('actor_key', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('subject_key', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('seal_id', number, nullable=True))
        batch_op.create_index(batch_op.f('ix_audit_entry_seal_id'), ['seal_id'], unique=False)
        batch_op.create_index('ix_audit_entry_unsealed', ['id'], unique=False, sqlite_where=sa.text('seal_id IS NULL'), postgresql_where=sa.text('seal_id IS NULL'))
        batch_op.create_foreign_key(batch_op.f('fk_audit_entry_seal_id_audit_seal'), 'audit_seal', ['seal_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_audit_entry_seal_id_audit_seal'), type_='foreignkey')
        batch_op.drop_index('ix_audit_entry_unsealed', sqlite_where=sa.text('seal_id IS NULL'), postgresql_where=sa.text('seal_id IS NULL'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_seal_id'))
        batch_op.drop_column('seal_id')
        batch_op.drop_column('subject_key')
        batch_op.drop_column('actor_key')

    op.drop_table('audit_seal')
