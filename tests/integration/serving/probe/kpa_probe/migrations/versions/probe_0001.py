"""Keep acts and their effects."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "probe_0001", None


def upgrade() -> None:
    for name in ("probe_act", "probe_effect"):
        op.create_table(name, sa.Column("n", sa.Integer), sa.Column("at", sa.DateTime))


def downgrade() -> None:
    for name in ("probe_act", "probe_effect"):
        op.drop_table(name)
