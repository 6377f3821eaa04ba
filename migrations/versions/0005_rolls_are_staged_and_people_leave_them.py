"""rolls are staged, and people leave them

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('roll_row',
    sa.Column('import_id', number, nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number_hash', sa.Text(), nullable=False),
    sa.Column('number_tail', sa.Text(), nullable=False),
    sa.Column('fault', sa.Text(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('turn', sa.Text(), nullable=False),
    sa.Column('entry_id', number, nullable=True),
    sa.Column('surname', sa.Text(), nullable=False),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('ods_code', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('joined', sa.Date(), nullable=True),
    sa.Column('paid_up_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['roll_import.id'], name=op.f('fk_roll_row_import_id_roll_import'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_roll_row'))
    )
    with op.batch_alter_table('roll_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roll_row_import_id_number_hash'), ['import_id', 'number_hash'], unique=False)

    with op.batch_alter_table('roll_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('warnings', sa.Integer(), nullable=False, server_default=sa.text('0')))
    with op.batch_alter_table('roll_entry', schema=None) as batch_op:
        batch_op.alter_column('warnings', server_default=None)

    with op.batch_alter_table('roll_import', schema=None) as batch_op:
        batch_op.add_column(sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('gone', sa.Integer(), nullable=False, server_default=sa.text('0')))
        batch_op.add_column(sa.Column('back', sa.Integer(), nullable=False, server_default=sa.text('0')))
        batch_op.add_column(sa.Column('columns', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('base', number, nullable=False, server_default=sa.text('0')))
        batch_op.add_column(sa.Column('cut', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('roll_import', schema=None) as batch_op:
        for name in ('gone', 'back', 'columns', 'base', 'cut'):
            batch_op.alter_column(name, server_default=None)
    op.execute('UPDATE roll_import SET applied_at = at')


def downgrade() -> None:
    with op.batch_alter_table('roll_import', schema=None) as batch_op:
        batch_op.drop_column('cut')
        batch_op.drop_column('base')
        batch_op.drop_column('columns')
        batch_op.drop_column('back')
        batch_op.drop_column('gone')
        batch_op.drop_column('applied_at')

    with op.batch_alter_table('roll_entry', schema=None) as batch_op:
        batch_op.drop_column('warnings')
        batch_op.drop_column('gone_at')

    with op.batch_alter_table('roll_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roll_row_import_id_number_hash'))

    op.drop_table('roll_row')
