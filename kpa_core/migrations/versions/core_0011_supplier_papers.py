"""Keep suppliers' papers, their lines, and files that wait for a yes."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0011", "core_0010"


def upgrade() -> None:
    op.create_table(
        "received_draft",
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_received_draft_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_received_draft_carrier_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_received_draft_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_received_draft_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_draft")),
    )
    op.create_index(
        op.f("ix_received_draft_order_id"), "received_draft", ["order_id"], unique=False
    )
    op.create_table(
        "supplier_paper",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("expense_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("supplier_key", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("siren", sa.String(), nullable=False),
        sa.Column("vat_number", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("corrects", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("buyer", sa.String(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("to_pay_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_groups", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invoice', 'credit_note')", name=op.f("ck_supplier_paper_kind_known")
        ),
        sa.CheckConstraint(
            "number <> '' AND supplier_key <> ''", name=op.f("ck_supplier_paper_says_whose")
        ),
        sa.CheckConstraint(
            "gross_cents BETWEEN 1 AND 10000000000000",
            name=op.f("ck_supplier_paper_gross_in_range"),
        ),
        sa.CheckConstraint(
            "net_cents + vat_cents = gross_cents", name=op.f("ck_supplier_paper_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_supplier_paper_carrier_id")
        ),
        sa.ForeignKeyConstraint(
            ["expense_id"], ["expense.id"], name=op.f("fk_supplier_paper_expense_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_supplier_paper_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_paper")),
        sa.UniqueConstraint(
            "carrier_id", "supplier_key", "kind", "number", "turn", name="uq_supplier_paper_once"
        ),
    )
    op.create_index(
        op.f("ix_supplier_paper_expense_id"), "supplier_paper", ["expense_id"], unique=False
    )
    op.create_table(
        "expense_line",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("rate_bp", sa.BigInteger(), nullable=True),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "abs(net_cents) <= 10000000000000", name=op.f("ck_expense_line_net_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["supplier_paper.id"], name=op.f("fk_expense_line_paper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_line")),
        sa.UniqueConstraint("paper_id", "position", name=op.f("uq_expense_line_paper_id_position")),
    )


def downgrade() -> None:
    op.drop_table("expense_line")
    op.drop_index(op.f("ix_supplier_paper_expense_id"), table_name="supplier_paper")
    op.drop_table("supplier_paper")
    op.drop_index(op.f("ix_received_draft_order_id"), table_name="received_draft")
    op.drop_table("received_draft")
