"""Make the table of files that came from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0004", "federation_0003"


def upgrade() -> None:
    op.create_table(
        "federation_blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_federation_blob_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_federation_blob_file_id")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_federation_blob")),
    )
    op.create_index(op.f("ix_federation_blob_origin"), "federation_blob", ["origin"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_federation_blob_origin"), table_name="federation_blob")
    op.drop_table("federation_blob")
