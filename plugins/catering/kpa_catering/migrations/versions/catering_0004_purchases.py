"""Keep what was bought for orders, and the price paid."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "catering_0004", "catering_0003"


def upgrade() -> None:
    op.create_table(
        "catering_purchase",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("size_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_catering_purchase_has_a_name")),
        sa.CheckConstraint(
            "paid_cents BETWEEN 0 AND 1000000", name=op.f("ck_catering_purchase_paid_in_range")
        ),
        sa.CheckConstraint("size_thousandths > 0", name=op.f("ck_catering_purchase_size_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_catering_purchase_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catering_purchase")),
        sa.UniqueConstraint("order_id", "slug", name=op.f("uq_catering_purchase_order_id_slug")),
    )
    op.create_index(
        "ix_catering_purchase_slug_bought_on",
        "catering_purchase",
        ["slug", "bought_on"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_catering_purchase_slug_bought_on", table_name="catering_purchase")
    op.drop_table("catering_purchase")
