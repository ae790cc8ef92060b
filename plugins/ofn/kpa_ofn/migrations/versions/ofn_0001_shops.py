"""Keep the shops connected, the orders read from them, and the VAT that people confirmed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "ofn_0001", None


def upgrade() -> None:
    op.create_table(
        "ofn_shop",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("enterprise", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("cycle", sa.String(), nullable=False),
        sa.Column("with_tax", sa.Boolean(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("shelf", sa.JSON(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("drift", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_ofn_shop_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_ofn_shop_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ofn_shop")),
        sa.UniqueConstraint(
            "address",
            "enterprise",
            "activity_id",
            name=op.f("uq_ofn_shop_address_enterprise_activity_id"),
        ),
    )
    op.create_index(op.f("ix_ofn_shop_activity_id"), "ofn_shop", ["activity_id"], unique=False)
    op.create_table(
        "ofn_rate",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("example", sa.String(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(rate_bp IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_ofn_rate_confirmed_when_given"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["party.id"], name=op.f("fk_ofn_rate_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["ofn_shop.id"], name=op.f("fk_ofn_rate_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ofn_rate")),
        sa.UniqueConstraint("shop_id", "category", name=op.f("uq_ofn_rate_shop_id_category")),
    )
    op.create_table(
        "ofn_sale",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("payment_state", sa.String(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("print", sa.String(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_ofn_sale_order_id")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["ofn_shop.id"], name=op.f("fk_ofn_sale_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ofn_sale")),
        sa.UniqueConstraint("order_id", name=op.f("uq_ofn_sale_order_id")),
        sa.UniqueConstraint("shop_id", "number", name=op.f("uq_ofn_sale_shop_id_number")),
    )


def downgrade() -> None:
    op.drop_table("ofn_sale")
    op.drop_table("ofn_rate")
    op.drop_index(op.f("ix_ofn_shop_activity_id"), table_name="ofn_shop")
    op.drop_table("ofn_shop")
