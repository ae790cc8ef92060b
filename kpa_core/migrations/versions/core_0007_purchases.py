"""Keep fee scales, share rules, pots and expenses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0007", "core_0006"


def upgrade() -> None:
    op.create_table(
        "share_rule",
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("voted", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_share_rule_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_rule")),
    )
    op.create_index(op.f("ix_share_rule_activity_id"), "share_rule", ["activity_id"], unique=False)
    op.create_table(
        "fee_scale",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=False),
        sa.Column("exemptions", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("base IN ('margin', 'turnover')", name=op.f("ck_fee_scale_base_known")),
        sa.CheckConstraint(
            "period IN ('year', 'month', 'none')", name=op.f("ck_fee_scale_period_known")
        ),
        sa.CheckConstraint("scope <> ''", name=op.f("ck_fee_scale_has_a_scope")),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_fee_scale_carrier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_scale")),
    )
    op.create_index(op.f("ix_fee_scale_carrier_id"), "fee_scale", ["carrier_id"], unique=False)
    op.create_table(
        "pot",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'activity' OR activity_id IS NOT NULL", name=op.f("ck_pot_activity_named")
        ),
        sa.CheckConstraint(
            "kind IN ('common', 'activity', 'project', 'cash', 'grant', 'customers', 'vat', 'purchases', 'advances', 'fee', 'shares', 'suppliers', 'paid', 'outside')",
            name=op.f("ck_pot_kind_known"),
        ),
        sa.CheckConstraint(
            "name <> '' OR NOT kind IN ('common', 'activity', 'project', 'cash', 'grant')",
            name=op.f("ck_pot_has_a_name"),
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_pot_activity_id")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_pot_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pot")),
        sa.UniqueConstraint("id", "carrier_id", name=op.f("uq_pot_id_carrier_id")),
    )
    op.create_index(op.f("ix_pot_activity_id"), "pot", ["activity_id"], unique=False)
    op.create_index(op.f("ix_pot_carrier_id"), "pot", ["carrier_id"], unique=False)
    op.create_index(
        "uq_pot_activity",
        "pot",
        ["carrier_id", "activity_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'activity'"),
        postgresql_where=sa.text("kind = 'activity'"),
    )
    op.create_index(
        "uq_pot_passage",
        "pot",
        ["carrier_id", "kind"],
        unique=True,
        sqlite_where=sa.text(
            "kind IN ('customers', 'vat', 'purchases', 'advances', 'fee', 'shares', 'suppliers', 'paid', 'outside', 'common')"
        ),
        postgresql_where=sa.text(
            "kind IN ('customers', 'vat', 'purchases', 'advances', 'fee', 'shares', 'suppliers', 'paid', 'outside', 'common')"
        ),
    )
    op.create_table(
        "expense",
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_recoverable", sa.Boolean(), nullable=False),
        sa.Column("paid_by", sa.String(), nullable=False),
        sa.Column("paid_by_id", sa.Uuid(), nullable=True),
        sa.Column("pot_id", sa.Uuid(), nullable=True),
        sa.Column("in_name_of", sa.String(), nullable=False),
        sa.Column("receipt_file_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(paid_by = 'member') = (paid_by_id IS NOT NULL)", name=op.f("ck_expense_member_named")
        ),
        sa.CheckConstraint(
            "(pot_id IS NOT NULL) = (paid_by = 'pot' OR order_id IS NULL)",
            name=op.f("ck_expense_pot_named"),
        ),
        sa.CheckConstraint(
            "in_name_of = 'carrier' OR NOT vat_recoverable",
            name=op.f("ck_expense_vat_only_in_its_own_name"),
        ),
        sa.CheckConstraint(
            "in_name_of IN ('carrier', 'member')", name=op.f("ck_expense_in_name_of_known")
        ),
        sa.CheckConstraint(
            "paid_by IN ('carrier', 'member', 'pot')", name=op.f("ck_expense_paid_by_known")
        ),
        sa.CheckConstraint("supplier <> '' AND what <> ''", name=op.f("ck_expense_says_what")),
        sa.CheckConstraint("net_cents > 0", name=op.f("ck_expense_not_nothing")),
        sa.CheckConstraint(
            "net_cents BETWEEN 0 AND 10000000000000", name=op.f("ck_expense_net_in_range")
        ),
        sa.CheckConstraint(
            "vat_cents >= 0 AND vat_cents <= net_cents", name=op.f("ck_expense_vat_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_expense_activity_id")
        ),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_expense_carrier_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_expense_order_id")
        ),
        sa.ForeignKeyConstraint(["paid_by_id"], ["party.id"], name=op.f("fk_expense_paid_by_id")),
        sa.ForeignKeyConstraint(["pot_id"], ["pot.id"], name=op.f("fk_expense_pot_id")),
        sa.ForeignKeyConstraint(
            ["receipt_file_id"], ["stored_file.id"], name=op.f("fk_expense_receipt_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense")),
    )
    op.create_index(op.f("ix_expense_activity_id"), "expense", ["activity_id"], unique=False)
    op.create_index(op.f("ix_expense_order_id"), "expense", ["order_id"], unique=False)
    op.create_index(op.f("ix_expense_paid_by_id"), "expense", ["paid_by_id"], unique=False)
    op.create_table(
        "expense_cancellation",
        sa.Column("expense_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_expense_cancellation_says_why")),
        sa.ForeignKeyConstraint(
            ["expense_id"], ["expense.id"], name=op.f("fk_expense_cancellation_expense_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_cancellation")),
        sa.UniqueConstraint("expense_id", name=op.f("uq_expense_cancellation_expense_id")),
    )


def downgrade() -> None:
    op.drop_table("expense_cancellation")
    op.drop_index(op.f("ix_expense_paid_by_id"), table_name="expense")
    op.drop_index(op.f("ix_expense_order_id"), table_name="expense")
    op.drop_index(op.f("ix_expense_activity_id"), table_name="expense")
    op.drop_table("expense")
    op.drop_index(
        "uq_pot_passage",
        table_name="pot",
        sqlite_where=sa.text(
            "kind IN ('customers', 'vat', 'purchases', 'advances', 'fee', 'shares', 'suppliers', 'paid', 'outside', 'common')"
        ),
        postgresql_where=sa.text(
            "kind IN ('customers', 'vat', 'purchases', 'advances', 'fee', 'shares', 'suppliers', 'paid', 'outside', 'common')"
        ),
    )
    op.drop_index(
        "uq_pot_activity",
        table_name="pot",
        sqlite_where=sa.text("kind = 'activity'"),
        postgresql_where=sa.text("kind = 'activity'"),
    )
    op.drop_index(op.f("ix_pot_carrier_id"), table_name="pot")
    op.drop_index(op.f("ix_pot_activity_id"), table_name="pot")
    op.drop_table("pot")
    op.drop_index(op.f("ix_fee_scale_carrier_id"), table_name="fee_scale")
    op.drop_table("fee_scale")
    op.drop_index(op.f("ix_share_rule_activity_id"), table_name="share_rule")
    op.drop_table("share_rule")
