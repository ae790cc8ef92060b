"""Make the table of ceremonies."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0003", "federation_0002"


def upgrade() -> None:
    op.create_table(
        "federation_ceremony",
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=True),
        sa.Column("drill_on", sa.Date(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'written', 'stopped')",
            name=op.f("ck_federation_ceremony_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_ceremony")),
    )
    op.create_index(
        op.f("ix_federation_ceremony_state"), "federation_ceremony", ["state"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_federation_ceremony_state"), table_name="federation_ceremony")
    op.drop_table("federation_ceremony")
