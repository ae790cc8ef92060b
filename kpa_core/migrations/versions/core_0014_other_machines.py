"""Know for which machine an effect is, whether it may have left, and how each machine is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0014", "core_0013"


def upgrade() -> None:
    op.create_table(
        "remote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_remote_failures_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote")),
        sa.UniqueConstraint("name", name=op.f("uq_remote_name")),
    )
    op.add_column("job", sa.Column("remote", sa.String(), nullable=False, server_default=""))
    op.add_column("job", sa.Column("doubt", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("job", "doubt")
    op.drop_column("job", "remote")
    op.drop_table("remote")
