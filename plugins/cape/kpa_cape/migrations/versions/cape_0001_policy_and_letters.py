"""Keep what each carrier asks on top of the law, and letters to hand over."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "cape_0001", None


def upgrade() -> None:
    op.create_table(
        "cape_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source <> ''", name="ck_cape_policy_says_who_decided"),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name="fk_cape_policy_carrier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cape_policy"),
    )
    op.create_index("ix_cape_policy_carrier_day", "cape_policy", ["carrier_id", "starts_on"])
    op.create_table(
        "cape_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "handed_by IS NULL OR handed_on IS NOT NULL",
            name="ck_cape_letter_handed_over_on_a_day",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["party.id"], name="fk_cape_letter_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cape_letter"),
        sa.UniqueConstraint("key", name="uq_cape_letter_key"),
    )
    op.create_index("ix_cape_letter_person_id", "cape_letter", ["person_id"])


def downgrade() -> None:
    op.drop_table("cape_letter")
    op.drop_table("cape_policy")
