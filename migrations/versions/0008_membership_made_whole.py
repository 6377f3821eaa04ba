"""membership made whole

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


#: What an administrator begins with; the table is theirs to change.
CATEGORIES = (
    ("full", "Full member", "member;full member"),
    ("graduate-trainee", "Graduate trainee", "trainee;graduate trainee;gmts"),
    ("retired", "Retired member", "retired member"),
    ("student", "Student", "student member"),
    ("staff", "Staff of the union", "union staff;employee"),
)

member = sa.table("member", sa.column("category", sa.Text()))


def upgrade() -> None:
    category = op.create_table(
        "category",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("joins_region", sa.Boolean(), nullable=False),
        sa.Column("joins_organisation", sa.Boolean(), nullable=False),
        sa.Column("may_start", sa.Boolean(), nullable=False),
        sa.Column("may_reply", sa.Boolean(), nullable=False),
        sa.Column("may_join", sa.Boolean(), nullable=False),
        sa.Column("settling", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_category")),
    )
    op.create_table(
        "roll_source",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("renew_url", sa.Text(), nullable=False),
        sa.Column("pull_kind", sa.Text(), nullable=False),
        sa.Column("pull_url", sa.Text(), nullable=False),
        sa.Column("pull_token", sa.LargeBinary(), nullable=True),
        sa.Column("pull_every_hours", sa.Integer(), nullable=False),
        sa.Column("pull_etag", sa.Text(), nullable=False),
        sa.Column("pull_digest", sa.Text(), nullable=False),
        sa.Column("pull_import_id", NUMBER, nullable=True),
        sa.Column("pull_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pull_failures", sa.Integer(), nullable=False),
        sa.Column("pull_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pull_outcome", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_roll_source")),
    )
    category_network = op.create_table(
        "category_network",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("network_slug", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category"], ["category.slug"], name=op.f("fk_category_network_category_category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category", "network_slug", name=op.f("pk_category_network")),
    )
    op.create_table(
        "invitation_run",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", NUMBER, nullable=True),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("done_to", NUMBER, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["member.id"], name=op.f("fk_invitation_run_actor_id_member"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_run")),
    )
    op.create_table(
        "link_manager",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("organisation_code", sa.Text(), nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("appointed_by", NUMBER, nullable=True),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_cause", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointed_by"], ["member.id"], name=op.f("fk_link_manager_appointed_by_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_link_manager_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("fk_link_manager_organisation_code_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_manager")),
    )
    with op.batch_alter_table("link_manager", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_manager_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "uq_link_manager_current",
            ["organisation_code", "member_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "union_identity",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_union_identity_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_union_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_union_identity_issuer_subject")),
    )
    with op.batch_alter_table("union_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_union_identity_member_id"), ["member_id"], unique=False)

    op.create_table(
        "roll_invitation",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("mail_id", NUMBER, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["roll_entry.id"], name=op.f("fk_roll_invitation_entry_id_roll_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["invitation_run.id"], name=op.f("fk_roll_invitation_run_id_invitation_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_roll_invitation_token_hash")),
    )
    with op.batch_alter_table("roll_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roll_invitation_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roll_invitation_run_id"), ["run_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("claim_id", NUMBER, nullable=True),
        sa.Column("standing_change_id", NUMBER, nullable=True),
        sa.Column("against_id", NUMBER, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["against_id"], ["member.id"], name=op.f("fk_appeal_against_id_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_appeal_claim_id_claim"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["member.id"], name=op.f("fk_appeal_decided_by_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_appeal_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["standing_change_id"],
            ["standing_change.id"],
            name=op.f("fk_appeal_standing_change_id_standing_change"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_member_id_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(
            "uq_appeal_open",
            ["member_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("evidence", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("email_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("network", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_code", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_network_organisation_code"), ["organisation_code"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_network_organisation_code_organisation"), "organisation", ["organisation_code"], ["code"]
        )

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("successor_code", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("domains", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_successor_code_organisation"),
            "organisation",
            ["successor_code"],
            ["code"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_names", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("roll_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.Text(), nullable=False, server_default="ready"))
        batch_op.add_column(sa.Column("origin", sa.Text(), nullable=False, server_default="command"))
        batch_op.add_column(sa.Column("file_name", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("progress", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("problem", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reading_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("stored_as", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_index(batch_op.f("ix_roll_import_source_id"), ["source", "id"], unique=False)

    with op.batch_alter_table("roll_row", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_names", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("way", sa.Text(), nullable=False, server_default=""))

    op.execute("UPDATE roll_import SET state = 'applied', progress = 100 WHERE applied_at IS NOT NULL")
    # Every row has its value now; from here on the program gives it.
    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.alter_column("generation", server_default=None)
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.alter_column("reason", server_default=None)
        batch_op.alter_column("evidence", server_default=None)
    with op.batch_alter_table("email_token", schema=None) as batch_op:
        batch_op.alter_column("email", server_default=None)
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("domains", server_default=None)
    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.alter_column("former_names", server_default=None)
    with op.batch_alter_table("roll_import", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None)
        batch_op.alter_column("origin", server_default=None)
        batch_op.alter_column("file_name", server_default=None)
        batch_op.alter_column("progress", server_default=None)
        batch_op.alter_column("problem", server_default=None)
        batch_op.alter_column("tries", server_default=None)
        batch_op.alter_column("stored_as", server_default=None)
        batch_op.alter_column("generation", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_roll_import_state"), "state IN ('waiting', 'reading', 'ready', 'failed', 'applied', 'dropped')"
        )
        batch_op.create_check_constraint(op.f("ck_roll_import_origin"), "origin IN ('command', 'upload', 'pull')")
    with op.batch_alter_table("roll_row", schema=None) as batch_op:
        batch_op.alter_column("former_names", server_default=None)
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.alter_column("place", server_default=None)
        batch_op.alter_column("way", server_default=None)

    op.bulk_insert(
        category,
        [
            {
                "slug": slug,
                "name": name,
                "position": position,
                "aliases": aliases,
                **dict.fromkeys(("joins_region", "joins_organisation", "may_start", "may_reply", "may_join"), True),
                "settling": False,
            }
            for position, (slug, name, aliases) in enumerate(CATEGORIES)
        ],
    )
    op.bulk_insert(
        category_network,
        [
            {"category": slug, "network_slug": network}
            for slug, _name, _aliases in CATEGORIES
            for network in ("national", "ask-an-officer")
        ],
    )
    # Until now it was the roll's own word.
    for slug, name, aliases in CATEGORIES:
        known = [slug, name.lower(), *aliases.split(";")]
        says = sa.func.lower(sa.func.trim(member.c.category)).in_(known)
        op.execute(member.update().where(says).values(category=slug))
    op.execute(
        member.update().where(member.c.category.not_in([row[0] for row in CATEGORIES])).values(category="full")
    )


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("way")
        batch_op.drop_column("place")

    with op.batch_alter_table("roll_row", schema=None) as batch_op:
        batch_op.drop_column("former_names")

    with op.batch_alter_table("roll_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roll_import_source_id"))
        batch_op.drop_constraint(batch_op.f("ck_roll_import_state"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_roll_import_origin"), type_="check")
        batch_op.drop_column("generation")
        batch_op.drop_column("stored_as")
        batch_op.drop_column("tries")
        batch_op.drop_column("reading_until")
        batch_op.drop_column("problem")
        batch_op.drop_column("progress")
        batch_op.drop_column("file_name")
        batch_op.drop_column("origin")
        batch_op.drop_column("state")

    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.drop_column("former_names")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_successor_code_organisation"), type_="foreignkey")
        batch_op.drop_column("domains")
        batch_op.drop_column("successor_code")
        batch_op.drop_column("closed_on")

    with op.batch_alter_table("network", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_network_organisation_code_organisation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_network_organisation_code"))
        batch_op.drop_column("organisation_code")

    with op.batch_alter_table("email_token", schema=None) as batch_op:
        batch_op.drop_column("email")

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("evidence")
        batch_op.drop_column("reason")

    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.drop_column("generation")

    for table in (
        "appeal",
        "roll_invitation",
        "union_identity",
        "link_manager",
        "invitation_run",
        "category_network",
        "roll_source",
        "category",
    ):
        op.drop_table(table)
