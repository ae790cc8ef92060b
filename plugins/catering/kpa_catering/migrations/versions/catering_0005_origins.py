"""Keep where ingredients come from, for diets."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "catering_0005", "catering_0004"


def upgrade() -> None:
    op.create_table(
        "catering_origin",
        sa.Column("ingredient_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "origin IN ('plant', 'animal', 'flesh', 'pork')",
            name=op.f("ck_catering_origin_origin_known"),
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"],
            ["catering_ingredient.id"],
            name=op.f("fk_catering_origin_ingredient_id"),
        ),
        sa.ForeignKeyConstraint(["said_by"], ["party.id"], name=op.f("fk_catering_origin_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catering_origin")),
        sa.UniqueConstraint("ingredient_id", name=op.f("uq_catering_origin_ingredient_id")),
    )
    op.create_index(
        op.f("ix_catering_origin_said_by"), "catering_origin", ["said_by"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_catering_origin_said_by"), table_name="catering_origin")
    op.drop_table("catering_origin")
