"""curating

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('collection',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_collection_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collection')),
    sa.UniqueConstraint('network_id', 'slug', name=op.f('uq_collection_network_id_slug'))
    )
    with op.batch_alter_table('collection', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collection_network_id_place'), ['network_id', 'place'], unique=False)

    op.create_table('member_note',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('written_by', NUMBER, nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_member_note_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_member_note_network_id_network'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by'], ['member.id'], name=op.f('fk_member_note_written_by_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member_note'))
    )
    with op.batch_alter_table('member_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_note_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_note_network_id_member_id'), ['network_id', 'member_id'], unique=False)

    op.create_table('network_care',
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('hold_first', sa.Boolean(), nullable=False),
    sa.Column('hold_links', sa.Boolean(), nullable=False),
    sa.Column('watched_words', sa.Text(), nullable=False),
    sa.Column('stale_months', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_care_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('network_id', name=op.f('pk_network_care'))
    )
    op.create_table('network_month',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=True),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('problems', sa.Integer(), nullable=False),
    sa.Column('replied', sa.Integer(), nullable=False),
    sa.Column('answered_in_a_day', sa.Integer(), nullable=False),
    sa.Column('median_first_reply_s', sa.Integer(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('worked_out_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_month_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_month')),
    sa.UniqueConstraint('network_id', 'month', name=op.f('uq_network_month_network_id_month'))
    )
    op.create_table('network_mute',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('muted_on', sa.Date(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_network_mute_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_mute_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'network_id', name=op.f('pk_network_mute'))
    )
    op.create_table('network_tag',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_network_tag_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_tag')),
    sa.UniqueConstraint('network_id', 'slug', name=op.f('uq_network_tag_network_id_slug'))
    )
    op.create_table('queue_claim',
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_queue_claim_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('item', name=op.f('pk_queue_claim'))
    )
    with op.batch_alter_table('queue_claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_queue_claim_member_id'), ['member_id'], unique=False)

    op.create_table('rules_version',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('changes', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_rules_version_network_id_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rules_version'))
    )
    with op.batch_alter_table('rules_version', schema=None) as batch_op:
        batch_op.create_index('uq_rules_version_network', ['network_id', 'number'], unique=True)
        batch_op.create_index('uq_rules_version_overall', ['number'], unique=True, sqlite_where=sa.text('network_id IS NULL'), postgresql_where=sa.text('network_id IS NULL'))

    op.create_table('sanction',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('network_id', NUMBER, nullable=True),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('actor_id', NUMBER, nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_cause', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('warning', 'mute', 'removal', 'suspension')", name=op.f('ck_sanction_kind')),
    sa.ForeignKeyConstraint(['actor_id'], ['member.id'], name=op.f('fk_sanction_actor_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sanction_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_sanction_network_id_network'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sanction'))
    )
    with op.batch_alter_table('sanction', schema=None) as batch_op:
        batch_op.create_index('ix_sanction_ends', ['ends_on'], unique=False, sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
        batch_op.create_index(batch_op.f('ix_sanction_member_id_since'), ['member_id', 'since'], unique=False)

    op.create_table('collection_item',
    sa.Column('collection_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collection.id'], name=op.f('fk_collection_item_collection_id_collection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_collection_item_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('collection_id', 'thread_id', name=op.f('pk_collection_item'))
    )
    with op.batch_alter_table('collection_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collection_item_thread_id'), ['thread_id'], unique=False)

    op.create_table('held_post',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('key_hash', sa.Text(), nullable=True),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_held_post_network_id_network'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_held_post_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_post')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_held_post_key_hash'))
    )
    with op.batch_alter_table('held_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_held_post_network_id'), ['network_id'], unique=False)

    op.create_table('house_rule',
    sa.Column('version_id', NUMBER, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['rules_version.id'], name=op.f('fk_house_rule_version_id_rules_version'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'number', name=op.f('pk_house_rule'))
    )
    op.create_table('rules_acceptance',
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('version_id', NUMBER, nullable=False),
    sa.Column('accepted_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_rules_acceptance_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['rules_version.id'], name=op.f('fk_rules_acceptance_version_id_rules_version'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'version_id', name=op.f('pk_rules_acceptance'))
    )
    op.create_table('summary_ask',
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('asked_by', NUMBER, nullable=True),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['member.id'], name=op.f('fk_summary_ask_asked_by_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_summary_ask_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_summary_ask_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread_id', 'member_id', name=op.f('pk_summary_ask'))
    )
    op.create_table('thread_outcome',
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_outcome_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread_id', name=op.f('pk_thread_outcome'))
    )
    op.create_table('thread_summary',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('renderer', sa.Integer(), nullable=False),
    sa.Column('upto_post_id', NUMBER, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_thread_summary_member_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_summary_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread_summary'))
    )
    with op.batch_alter_table('thread_summary', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_summary_thread_id_id'), ['thread_id', 'id'], unique=False)

    op.create_table('thread_tag',
    sa.Column('tag_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.ForeignKeyConstraint(['tag_id'], ['network_tag.id'], name=op.f('fk_thread_tag_tag_id_network_tag'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_tag_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('tag_id', 'thread_id', name=op.f('pk_thread_tag'))
    )
    with op.batch_alter_table('thread_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_tag_thread_id'), ['thread_id'], unique=False)

    op.create_table('thread_trace',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('network_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_thread_trace_network_id_network'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_trace_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread_trace')),
    sa.UniqueConstraint('network_id', 'thread_id', name=op.f('uq_thread_trace_network_id_thread_id'))
    )
    with op.batch_alter_table('thread_trace', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_trace_thread_id'), ['thread_id'], unique=False)

    op.create_table('moderation_act',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('network_id', NUMBER, nullable=True),
    sa.Column('thread_id', NUMBER, nullable=True),
    sa.Column('post_id', NUMBER, nullable=True),
    sa.Column('participant_id', NUMBER, nullable=True),
    sa.Column('sanction_id', NUMBER, nullable=True),
    sa.Column('actor_id', NUMBER, nullable=True),
    sa.Column('acted_as', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('kept', sa.LargeBinary(), nullable=True),
    sa.Column('final_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', NUMBER, nullable=True),
    sa.Column('batch_id', NUMBER, nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['member.id'], name=op.f('fk_moderation_act_actor_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_moderation_act_network_id_network'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_moderation_act_post_id_post'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sanction_id'], ['sanction.id'], name=op.f('fk_moderation_act_sanction_id_sanction'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_moderation_act_thread_id_thread'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['undone_by'], ['member.id'], name=op.f('fk_moderation_act_undone_by_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_act'))
    )
    with op.batch_alter_table('moderation_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderation_act_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index('ix_moderation_act_final', ['final_at'], unique=False, sqlite_where=sa.text('final_at IS NOT NULL'), postgresql_where=sa.text('final_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_moderation_act_network_id_id'), ['network_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_act_post_id'), ['post_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_act_thread_id_id'), ['thread_id', 'id'], unique=False)

    op.create_table('official_answer',
    sa.Column('post_id', NUMBER, nullable=False),
    sa.Column('thread_id', NUMBER, nullable=False),
    sa.Column('nations', sa.Text(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.Column('sources', sa.Text(), nullable=False),
    sa.Column('sources_html', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_official_answer_post_id_post'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_official_answer_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_official_answer'))
    )
    with op.batch_alter_table('official_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_official_answer_review_on'), ['review_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_official_answer_thread_id'), ['thread_id'], unique=False)

    op.create_table('official_version',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('post_id', NUMBER, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('nations', sa.Text(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('sources', sa.Text(), nullable=False),
    sa.Column('sources_html', sa.Text(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_official_version_post_id_post'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_official_version')),
    sa.UniqueConstraint('post_id', 'version', name=op.f('uq_official_version_post_id_version'))
    )
    op.create_table('act_appeal',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('act_id', NUMBER, nullable=True),
    sa.Column('sanction_id', NUMBER, nullable=True),
    sa.Column('member_id', NUMBER, nullable=True),
    sa.Column('participant_id', NUMBER, nullable=True),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', NUMBER, nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint('(act_id IS NULL) <> (sanction_id IS NULL)', name=op.f('ck_act_appeal_one')),
    sa.ForeignKeyConstraint(['act_id'], ['moderation_act.id'], name=op.f('fk_act_appeal_act_id_moderation_act'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by'], ['member.id'], name=op.f('fk_act_appeal_decided_by_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_act_appeal_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sanction_id'], ['sanction.id'], name=op.f('fk_act_appeal_sanction_id_sanction'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_act_appeal'))
    )
    with op.batch_alter_table('act_appeal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_act_appeal_act_id'), ['act_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_act_appeal_sanction_id'), ['sanction_id'], unique=False)

    op.create_table('moderation_case',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('network_id', NUMBER, nullable=True),
    sa.Column('thread_id', NUMBER, nullable=True),
    sa.Column('post_id', NUMBER, nullable=True),
    sa.Column('held_id', NUMBER, nullable=True),
    sa.Column('appeal_id', NUMBER, nullable=True),
    sa.Column('held_by', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', NUMBER, nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('act_id', NUMBER, nullable=True),
    sa.CheckConstraint("held_by IN ('moderators', 'leads', 'officers')", name=op.f('ck_moderation_case_held_by')),
    sa.CheckConstraint("kind IN ('report', 'held', 'appeal', 'stale', 'official')", name=op.f('ck_moderation_case_kind')),
    sa.ForeignKeyConstraint(['act_id'], ['moderation_act.id'], name=op.f('fk_moderation_case_act_id_moderation_act'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['appeal_id'], ['act_appeal.id'], name=op.f('fk_moderation_case_appeal_id_act_appeal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by'], ['member.id'], name=op.f('fk_moderation_case_decided_by_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['held_id'], ['held_post.id'], name=op.f('fk_moderation_case_held_id_held_post'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network_id'], ['network.id'], name=op.f('fk_moderation_case_network_id_network'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_moderation_case_post_id_post'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_moderation_case_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_case'))
    )
    with op.batch_alter_table('moderation_case', schema=None) as batch_op:
        batch_op.create_index('ix_case_open', ['network_id', 'due_at'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_moderation_case_decided_at'), ['decided_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_moderation_case_thread_id'), ['thread_id'], unique=False)
        batch_op.create_index('uq_case_open_post', ['kind', 'post_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL AND post_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND post_id IS NOT NULL'))

    op.create_table('case_note',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('case_id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_case_note_case_id_moderation_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_case_note_member_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_note'))
    )
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_note_case_id_id'), ['case_id', 'id'], unique=False)

    op.create_table('report',
    sa.Column('id', NUMBER, autoincrement=False, nullable=False),
    sa.Column('case_id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=True),
    sa.Column('participant_id', NUMBER, nullable=True),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('member_id IS NULL OR participant_id IS NULL', name=op.f('ck_report_one')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_report_case_id_moderation_case'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_report_member_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('case_id', 'member_id', name=op.f('uq_report_case_id_member_id')),
    sa.UniqueConstraint('case_id', 'participant_id', name=op.f('uq_report_case_id_participant_id'))
    )
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_member_id'), ['member_id'], unique=False)

    with op.batch_alter_table('network_membership', schema=None) as batch_op:
        batch_op.create_index('ix_network_membership_moderator', ['network_id', 'member_id'], unique=False, sqlite_where=sa.text("role = 'moderator'"), postgresql_where=sa.text("role = 'moderator'"))
        batch_op.add_column(sa.Column('is_lead', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_case', ['url'], unique=False, sqlite_where=sa.text("kind = 'case'"), postgresql_where=sa.text("kind = 'case'"))

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moderated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('gone', sa.Text(), server_default='', nullable=False))

    with op.batch_alter_table('post_revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('edited_as', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('reason', sa.Text(), server_default='', nullable=False))

    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pinned_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('gone', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('merged_into', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('split_from', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('duplicate_of', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('acts', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('summary_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('official_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('official_review_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('official_withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('has_outcome', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('tags', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('answer_checked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer_asked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_thread_archived', ['network_id', 'last_post_id', 'is_shielded'], unique=False, sqlite_where=sa.text('archived_at IS NOT NULL AND deleted_at IS NULL'), postgresql_where=sa.text('archived_at IS NOT NULL AND deleted_at IS NULL'))
        batch_op.create_index('ix_thread_answered_at', ['answered_at'], unique=False, sqlite_where=sa.text('answered_at IS NOT NULL'), postgresql_where=sa.text('answered_at IS NOT NULL'))
        batch_op.create_index('ix_thread_answer_asked', ['answer_asked_at'], unique=False, sqlite_where=sa.text('answer_asked_at IS NOT NULL'), postgresql_where=sa.text('answer_asked_at IS NOT NULL'))
        batch_op.create_index('ix_thread_oldest_unanswered', ['network_id', 'id', 'is_shielded'], unique=False, sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"), postgresql_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))
        batch_op.create_index(batch_op.f('ix_thread_duplicate_of'), ['duplicate_of'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_split_from'), ['split_from'], unique=False)
        batch_op.create_index('ix_thread_pinned', ['network_id', 'pinned_until'], unique=False, sqlite_where=sa.text('pinned_until IS NOT NULL'), postgresql_where=sa.text('pinned_until IS NOT NULL'))



def downgrade() -> None:
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_pinned', sqlite_where=sa.text('pinned_until IS NOT NULL'), postgresql_where=sa.text('pinned_until IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_thread_split_from'))
        batch_op.drop_index(batch_op.f('ix_thread_duplicate_of'))
        batch_op.drop_index('ix_thread_oldest_unanswered', sqlite_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"), postgresql_where=sa.text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"))
        batch_op.drop_index('ix_thread_answer_asked', sqlite_where=sa.text('answer_asked_at IS NOT NULL'), postgresql_where=sa.text('answer_asked_at IS NOT NULL'))
        batch_op.drop_index('ix_thread_archived', sqlite_where=sa.text('archived_at IS NOT NULL AND deleted_at IS NULL'), postgresql_where=sa.text('archived_at IS NOT NULL AND deleted_at IS NULL'))
        batch_op.drop_index('ix_thread_answered_at', sqlite_where=sa.text('answered_at IS NOT NULL'), postgresql_where=sa.text('answered_at IS NOT NULL'))
        batch_op.drop_column('answer_asked_at')
        batch_op.drop_column('answer_checked_at')
        batch_op.drop_column('tags')
        batch_op.drop_column('has_outcome')
        batch_op.drop_column('official_withdrawn_at')
        batch_op.drop_column('official_review_on')
        batch_op.drop_column('official_id')
        batch_op.drop_column('summary_id')
        batch_op.drop_column('acts')
        batch_op.drop_column('duplicate_of')
        batch_op.drop_column('split_from')
        batch_op.drop_column('merged_into')
        batch_op.drop_column('gone')
        batch_op.drop_column('archived_at')
        batch_op.drop_column('pinned_until')

    with op.batch_alter_table('post_revision', schema=None) as batch_op:
        batch_op.drop_column('reason')
        batch_op.drop_column('edited_as')

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_column('gone')
        batch_op.drop_column('moderated_at')

    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_case', sqlite_where=sa.text("kind = 'case'"), postgresql_where=sa.text("kind = 'case'"))

    with op.batch_alter_table('network_membership', schema=None) as batch_op:
        batch_op.drop_index('ix_network_membership_moderator', sqlite_where=sa.text("role = 'moderator'"), postgresql_where=sa.text("role = 'moderator'"))
        batch_op.drop_column('is_lead')

    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_member_id'))

    op.drop_table('report')
    with op.batch_alter_table('case_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_note_case_id_id'))

    op.drop_table('case_note')
    with op.batch_alter_table('moderation_case', schema=None) as batch_op:
        batch_op.drop_index('uq_case_open_post', sqlite_where=sa.text('decided_at IS NULL AND post_id IS NOT NULL'), postgresql_where=sa.text('decided_at IS NULL AND post_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_moderation_case_thread_id'))
        batch_op.drop_index(batch_op.f('ix_moderation_case_decided_at'))
        batch_op.drop_index('ix_case_open', sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.drop_table('moderation_case')
    with op.batch_alter_table('act_appeal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_act_appeal_sanction_id'))
        batch_op.drop_index(batch_op.f('ix_act_appeal_act_id'))

    op.drop_table('act_appeal')
    op.drop_table('official_version')
    with op.batch_alter_table('official_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_official_answer_thread_id'))
        batch_op.drop_index(batch_op.f('ix_official_answer_review_on'))

    op.drop_table('official_answer')
    with op.batch_alter_table('moderation_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_moderation_act_thread_id_id'))
        batch_op.drop_index(batch_op.f('ix_moderation_act_post_id'))
        batch_op.drop_index(batch_op.f('ix_moderation_act_network_id_id'))
        batch_op.drop_index('ix_moderation_act_final', sqlite_where=sa.text('final_at IS NOT NULL'), postgresql_where=sa.text('final_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_moderation_act_batch_id'))

    op.drop_table('moderation_act')
    with op.batch_alter_table('thread_trace', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_trace_thread_id'))

    op.drop_table('thread_trace')
    with op.batch_alter_table('thread_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_tag_thread_id'))

    op.drop_table('thread_tag')
    with op.batch_alter_table('thread_summary', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_summary_thread_id_id'))

    op.drop_table('thread_summary')
    op.drop_table('thread_outcome')
    op.drop_table('summary_ask')
    op.drop_table('rules_acceptance')
    op.drop_table('house_rule')
    with op.batch_alter_table('held_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_held_post_network_id'))

    op.drop_table('held_post')
    with op.batch_alter_table('collection_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collection_item_thread_id'))

    op.drop_table('collection_item')
    with op.batch_alter_table('sanction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sanction_member_id_since'))
        batch_op.drop_index('ix_sanction_ends', sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))

    op.drop_table('sanction')
    with op.batch_alter_table('rules_version', schema=None) as batch_op:
        batch_op.drop_index('uq_rules_version_overall', sqlite_where=sa.text('network_id IS NULL'), postgresql_where=sa.text('network_id IS NULL'))
        batch_op.drop_index('uq_rules_version_network')

    op.drop_table('rules_version')
    with op.batch_alter_table('queue_claim', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_queue_claim_member_id'))

    op.drop_table('queue_claim')
    op.drop_table('network_tag')
    op.drop_table('network_mute')
    op.drop_table('network_month')
    op.drop_table('network_care')
    with op.batch_alter_table('member_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_note_network_id_member_id'))
        batch_op.drop_index(batch_op.f('ix_member_note_member_id'))

    op.drop_table('member_note')
    with op.batch_alter_table('collection', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collection_network_id_place'))

    op.drop_table('collection')
