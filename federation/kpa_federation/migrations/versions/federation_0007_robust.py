"""Give the counter its own days."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0007", "federation_0006"


def upgrade() -> None:
    op.add_column("federation_counter", sa.Column("own_day", sa.Date(), nullable=True))
    op.add_column("federation_counter", sa.Column("noted_on", sa.Date(), nullable=True))
    op.add_column("federation_counter", sa.Column("given", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("federation_counter", "given")
    op.drop_column("federation_counter", "noted_on")
    op.drop_column("federation_counter", "own_day")
