"""Keep the co-ops connected, the deliveries asked for, and what was seen of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "coopcycle_0001", None


def upgrade() -> None:
    op.create_table(
        "coopcycle_connection",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("pickup", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_secrets", sa.LargeBinary(), nullable=True),
        sa.Column("packages", sa.JSON(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drift", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('client', 'coop')", name=op.f("ck_coopcycle_connection_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_coopcycle_connection_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coopcycle_connection")),
        sa.UniqueConstraint(
            "address",
            "store",
            "activity_id",
            name=op.f("uq_coopcycle_connection_address_store_activity_id"),
        ),
    )
    op.create_index(
        op.f("ix_coopcycle_connection_activity_id"),
        "coopcycle_connection",
        ["activity_id"],
        unique=False,
    )
    op.create_table(
        "coopcycle_delivery",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sealed_wish", sa.LargeBinary(), nullable=True),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("tracking_url", sa.String(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("price_tax_cents", sa.BigInteger(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=True),
        sa.Column("tax_cents", sa.BigInteger(), nullable=True),
        sa.Column("unplaced", sa.Boolean(), nullable=False),
        sa.Column("expense_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'priced', 'refused', 'ordered', 'booked', 'cancelling', 'cancelled')",
            name=op.f("ck_coopcycle_delivery_state_known"),
        ),
        sa.CheckConstraint(
            "status IN ('', 'todo', 'doing', 'done', 'failed', 'cancelled')",
            name=op.f("ck_coopcycle_delivery_status_known"),
        ),
        sa.CheckConstraint(
            "price_cents >= 0 AND price_tax_cents >= 0",
            name=op.f("ck_coopcycle_delivery_price_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["coopcycle_connection.id"],
            name=op.f("fk_coopcycle_delivery_connection_id"),
        ),
        sa.ForeignKeyConstraint(
            ["expense_id"], ["expense.id"], name=op.f("fk_coopcycle_delivery_expense_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_coopcycle_delivery_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coopcycle_delivery")),
        sa.UniqueConstraint(
            "connection_id", "path", name=op.f("uq_coopcycle_delivery_connection_id_path")
        ),
    )
    op.create_index(
        op.f("ix_coopcycle_delivery_order_id"), "coopcycle_delivery", ["order_id"], unique=False
    )
    op.create_index(
        "ix_coopcycle_delivery_state_status",
        "coopcycle_delivery",
        ["state", "status"],
        unique=False,
    )
    op.create_table(
        "coopcycle_step",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["coopcycle_delivery.id"], name=op.f("fk_coopcycle_step_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coopcycle_step")),
    )
    op.create_index(
        op.f("ix_coopcycle_step_delivery_id"), "coopcycle_step", ["delivery_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_coopcycle_step_delivery_id"), table_name="coopcycle_step")
    op.drop_table("coopcycle_step")
    op.drop_index("ix_coopcycle_delivery_state_status", table_name="coopcycle_delivery")
    op.drop_index(op.f("ix_coopcycle_delivery_order_id"), table_name="coopcycle_delivery")
    op.drop_table("coopcycle_delivery")
    op.drop_index(op.f("ix_coopcycle_connection_activity_id"), table_name="coopcycle_connection")
    op.drop_table("coopcycle_connection")
