"""Keep share-outs, the ledger, repaid advances and pay requests."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0008", "core_0007"


def upgrade() -> None:
    op.create_table(
        "pay_request",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (sent_at IS NULL)", name=op.f("ck_pay_request_sent_is_dated")
        ),
        sa.CheckConstraint(
            "(state = 'paid') = (paid_on IS NOT NULL)", name=op.f("ck_pay_request_paid_is_dated")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'sent', 'paid')", name=op.f("ck_pay_request_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_pay_request_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_pay_request_carrier_id")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["party.id"], name=op.f("fk_pay_request_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_request")),
        sa.UniqueConstraint(
            "carrier_id",
            "activity_id",
            "month",
            name=op.f("uq_pay_request_carrier_id_activity_id_month"),
        ),
    )
    op.create_index(
        op.f("ix_pay_request_activity_id"), "pay_request", ["activity_id"], unique=False
    )
    op.create_table(
        "advance_repayment",
        sa.Column("expense_id", sa.Uuid(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_advance_repayment_not_nothing")),
        sa.ForeignKeyConstraint(
            ["expense_id"], ["expense.id"], name=op.f("fk_advance_repayment_expense_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_repayment")),
    )
    op.create_index(
        op.f("ix_advance_repayment_expense_id"), "advance_repayment", ["expense_id"], unique=False
    )
    op.create_table(
        "share_out",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sa.String(), nullable=False),
        sa.Column("received_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("expenses_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("pot_cents", sa.BigInteger(), nullable=False),
        sa.Column("to_share_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_base_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_period", sa.String(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_share_out_closed_is_dated"),
        ),
        sa.CheckConstraint("kind IN ('share', 'correction')", name=op.f("ck_share_out_kind_known")),
        sa.CheckConstraint(
            "state IN ('proposed', 'closed', 'withdrawn')", name=op.f("ck_share_out_state_known")
        ),
        sa.CheckConstraint(
            "received_cents = vat_cents + expenses_cents + fee_cents + pot_cents + to_share_cents",
            name=op.f("ck_share_out_adds_up"),
        ),
        sa.CheckConstraint(
            "to_share_cents >= 0 AND expenses_cents >= 0",
            name=op.f("ck_share_out_takes_from_nobody"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_share_out_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_share_out_carrier_id")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["party.id"], name=op.f("fk_share_out_closed_by")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["document.id"], name=op.f("fk_share_out_credit_note_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_share_out_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_share_out_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["party.id"], name=op.f("fk_share_out_proposed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_out")),
        sa.UniqueConstraint("credit_note_id", name=op.f("uq_share_out_credit_note_id")),
    )
    op.create_index(op.f("ix_share_out_carrier_id"), "share_out", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_share_out_document_id"), "share_out", ["document_id"], unique=False)
    op.create_index(op.f("ix_share_out_fee_period"), "share_out", ["fee_period"], unique=False)
    op.create_index(op.f("ix_share_out_order_id"), "share_out", ["order_id"], unique=False)
    op.create_index(
        "uq_share_out_open",
        "share_out",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "allocation",
        sa.Column("share_out_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answer_note", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "answer IN ('waiting', 'agreed', 'to_pot', 'questioned')",
            name=op.f("ck_allocation_answer_known"),
        ),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_allocation_not_negative")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_allocation_minutes_not_negative")),
        sa.ForeignKeyConstraint(["person_id"], ["party.id"], name=op.f("fk_allocation_person_id")),
        sa.ForeignKeyConstraint(
            ["share_out_id"], ["share_out.id"], name=op.f("fk_allocation_share_out_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint(
            "share_out_id", "person_id", name=op.f("uq_allocation_share_out_id_person_id")
        ),
    )
    op.create_index(op.f("ix_allocation_person_id"), "allocation", ["person_id"], unique=False)
    op.create_table(
        "expense_cover",
        sa.Column("share_out_id", sa.Uuid(), nullable=False),
        sa.Column("expense_id", sa.Uuid(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "cost_cents >= 0 AND vat_cents >= 0", name=op.f("ck_expense_cover_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["expense_id"], ["expense.id"], name=op.f("fk_expense_cover_expense_id")
        ),
        sa.ForeignKeyConstraint(
            ["share_out_id"], ["share_out.id"], name=op.f("fk_expense_cover_share_out_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_cover")),
        sa.UniqueConstraint(
            "share_out_id", "expense_id", name=op.f("uq_expense_cover_share_out_id_expense_id")
        ),
    )
    op.create_index(
        op.f("ix_expense_cover_expense_id"), "expense_cover", ["expense_id"], unique=False
    )
    op.create_table(
        "ledger_move",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("share_out_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('share_out', 'correction', 'vat_back', 'pot_repaid', 'gift', 'expense', 'expense_back', 'put_in', 'transfer', 'repayment', 'pay')",
            name=op.f("ck_ledger_move_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_ledger_move_carrier_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_ledger_move_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["share_out_id"], ["share_out.id"], name=op.f("fk_ledger_move_share_out_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_move")),
        sa.UniqueConstraint("id", "carrier_id", name=op.f("uq_ledger_move_id_carrier_id")),
    )
    op.create_index(op.f("ix_ledger_move_carrier_id"), "ledger_move", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_ledger_move_order_id"), "ledger_move", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_move_share_out_id"), "ledger_move", ["share_out_id"], unique=False
    )
    op.create_table(
        "ledger_entry",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("pot_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_ledger_entry_not_nothing")),
        sa.ForeignKeyConstraint(
            ["move_id", "carrier_id"],
            ["ledger_move.id", "ledger_move.carrier_id"],
            name="fk_ledger_entry_move",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_ledger_entry_party_id")),
        sa.ForeignKeyConstraint(
            ["pot_id", "carrier_id"], ["pot.id", "pot.carrier_id"], name="fk_ledger_entry_pot"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_move_id"), "ledger_entry", ["move_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_party_id"), "ledger_entry", ["party_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_pot_id"), "ledger_entry", ["pot_id"], unique=False)
    op.create_table(
        "pay_request_line",
        sa.Column("pay_request_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_pay_request_line_not_nothing")),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.id"], name=op.f("fk_pay_request_line_allocation_id")
        ),
        sa.ForeignKeyConstraint(
            ["pay_request_id"], ["pay_request.id"], name=op.f("fk_pay_request_line_pay_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_pay_request_line_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_request_line")),
        sa.UniqueConstraint("allocation_id", name=op.f("uq_pay_request_line_allocation_id")),
    )
    op.create_index(
        op.f("ix_pay_request_line_pay_request_id"),
        "pay_request_line",
        ["pay_request_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pay_request_line_person_id"), "pay_request_line", ["person_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_pay_request_line_person_id"), table_name="pay_request_line")
    op.drop_index(op.f("ix_pay_request_line_pay_request_id"), table_name="pay_request_line")
    op.drop_table("pay_request_line")
    op.drop_index(op.f("ix_ledger_entry_pot_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_party_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_move_id"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(op.f("ix_ledger_move_share_out_id"), table_name="ledger_move")
    op.drop_index(op.f("ix_ledger_move_order_id"), table_name="ledger_move")
    op.drop_index(op.f("ix_ledger_move_carrier_id"), table_name="ledger_move")
    op.drop_table("ledger_move")
    op.drop_index(op.f("ix_expense_cover_expense_id"), table_name="expense_cover")
    op.drop_table("expense_cover")
    op.drop_index(op.f("ix_allocation_person_id"), table_name="allocation")
    op.drop_table("allocation")
    op.drop_index(
        "uq_share_out_open",
        table_name="share_out",
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index(op.f("ix_share_out_order_id"), table_name="share_out")
    op.drop_index(op.f("ix_share_out_fee_period"), table_name="share_out")
    op.drop_index(op.f("ix_share_out_document_id"), table_name="share_out")
    op.drop_index(op.f("ix_share_out_carrier_id"), table_name="share_out")
    op.drop_table("share_out")
    op.drop_index(op.f("ix_advance_repayment_expense_id"), table_name="advance_repayment")
    op.drop_table("advance_repayment")
    op.drop_index(op.f("ix_pay_request_activity_id"), table_name="pay_request")
    op.drop_table("pay_request")
