"""Remember who recommends whom, whose lists count, what came today, and signs of life."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0005", "federation_0004"


def upgrade() -> None:
    op.create_table(
        "federation_intake",
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_federation_intake")),
    )
    op.create_table(
        "federation_list",
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_federation_list")),
    )
    op.create_table(
        "federation_shown",
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_federation_shown")),
    )
    op.create_table(
        "federation_sign",
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_federation_sign")),
    )
    op.add_column(
        "federation_peer", sa.Column("step", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "federation_peer",
        sa.Column("told_by", sa.String(length=32), server_default="", nullable=False),
    )
    op.add_column("federation_peer", sa.Column("signs_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("federation_peer", "signs_on")
    op.drop_column("federation_peer", "told_by")
    op.drop_column("federation_peer", "step")
    op.drop_table("federation_sign")
    op.drop_table("federation_shown")
    op.drop_table("federation_list")
    op.drop_table("federation_intake")
