"""Keep what goes to carriers and comes back: accounts, links, imported lines."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0010", "core_0009"


def upgrade() -> None:
    op.create_table(
        "carrier_accounts",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_carrier_accounts_carrier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_accounts")),
    )
    op.create_index(
        op.f("ix_carrier_accounts_carrier_id"), "carrier_accounts", ["carrier_id"], unique=False
    )
    op.create_table(
        "carrier_link",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("gives", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_carrier_link_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_carrier_link_carrier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_link")),
    )
    op.create_index(
        op.f("ix_carrier_link_activity_id"), "carrier_link", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_carrier_link_carrier_id"), "carrier_link", ["carrier_id"], unique=False
    )
    op.create_table(
        "carrier_link_end",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"], ["carrier_link.id"], name=op.f("fk_carrier_link_end_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_link_end")),
        sa.UniqueConstraint("link_id", name=op.f("uq_carrier_link_end_link_id")),
    )
    op.create_table(
        "document_seen",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_seen_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["carrier_link.id"], name=op.f("fk_document_seen_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_seen")),
        sa.UniqueConstraint("document_id", name=op.f("uq_document_seen_document_id")),
    )
    op.create_table(
        "imported_line",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("outside_reference", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_imported_line_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_imported_line_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_line")),
        sa.UniqueConstraint("digest", name=op.f("uq_imported_line_digest")),
    )
    op.create_index(
        op.f("ix_imported_line_document_id"), "imported_line", ["document_id"], unique=False
    )
    op.create_index(
        op.f("ix_imported_line_payment_id"), "imported_line", ["payment_id"], unique=False
    )
    op.add_column("carrier", sa.Column("email", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("carrier", "email")
    op.drop_index(op.f("ix_imported_line_payment_id"), table_name="imported_line")
    op.drop_index(op.f("ix_imported_line_document_id"), table_name="imported_line")
    op.drop_table("imported_line")
    op.drop_table("document_seen")
    op.drop_table("carrier_link_end")
    op.drop_index(op.f("ix_carrier_link_carrier_id"), table_name="carrier_link")
    op.drop_index(op.f("ix_carrier_link_activity_id"), table_name="carrier_link")
    op.drop_table("carrier_link")
    op.drop_index(op.f("ix_carrier_accounts_carrier_id"), table_name="carrier_accounts")
    op.drop_table("carrier_accounts")
