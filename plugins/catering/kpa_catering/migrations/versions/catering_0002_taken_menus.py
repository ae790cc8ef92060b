"""Remember which menus came from other groups."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "catering_0002", "catering_0001"


def upgrade() -> None:
    op.create_table(
        "catering_taken_menu",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("origin_name", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("menu_id", sa.Uuid(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["menu_id"], ["catering_menu.id"], name=op.f("fk_catering_taken_menu_menu_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catering_taken_menu")),
        sa.UniqueConstraint("menu_id", name=op.f("uq_catering_taken_menu_menu_id")),
    )
    op.create_index(
        op.f("ix_catering_taken_menu_record"), "catering_taken_menu", ["record"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_catering_taken_menu_record"), table_name="catering_taken_menu")
    op.drop_table("catering_taken_menu")
