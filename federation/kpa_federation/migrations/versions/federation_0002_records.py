"""Make the tables of drafts, of what was taken over, of what was told, and of who agreed to be named."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0002", "federation_0001"


def upgrade() -> None:
    op.create_table(
        "federation_draft",
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("derived_from", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("unsent", sa.Boolean(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (record IS NULL)",
            name=op.f("ck_federation_draft_published_has_a_place"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'withdrawn')",
            name=op.f("ck_federation_draft_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_draft")),
        sa.UniqueConstraint("record", name=op.f("uq_federation_draft_record")),
    )
    op.create_index(
        "ix_federation_draft_thing", "federation_draft", ["kind", "thing_id"], unique=False
    )
    op.create_table(
        "federation_taken",
        sa.Column("record", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("origin_name", sa.String(length=80), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_taken")),
    )
    op.create_index(
        op.f("ix_federation_taken_record"), "federation_taken", ["record"], unique=False
    )
    op.create_table(
        "federation_told",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "record", name=op.f("pk_federation_told")),
    )
    op.create_table(
        "federation_draft_file",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["federation_draft.id"], name=op.f("fk_federation_draft_file_draft_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_federation_draft_file_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_draft_file")),
    )
    op.create_index(
        op.f("ix_federation_draft_file_draft_id"),
        "federation_draft_file",
        ["draft_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_federation_draft_file_sha256"), "federation_draft_file", ["sha256"], unique=False
    )
    op.create_table(
        "federation_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_federation_consent_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_federation_consent")),
    )


def downgrade() -> None:
    op.drop_table("federation_consent")
    op.drop_index(op.f("ix_federation_draft_file_sha256"), table_name="federation_draft_file")
    op.drop_index(op.f("ix_federation_draft_file_draft_id"), table_name="federation_draft_file")
    op.drop_table("federation_draft_file")
    op.drop_table("federation_told")
    op.drop_index(op.f("ix_federation_taken_record"), table_name="federation_taken")
    op.drop_table("federation_taken")
    op.drop_index("ix_federation_draft_thing", table_name="federation_draft")
    op.drop_table("federation_draft")
