"""Remember whether this instance left the network."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0006", "federation_0004"


def upgrade() -> None:
    op.create_table(
        "federation_left",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_federation_left_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_left")),
    )


def downgrade() -> None:
    op.drop_table("federation_left")
