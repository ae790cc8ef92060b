"""Keep carriers, series, documents for good, and payments."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0006", "core_0005"


def upgrade() -> None:
    op.create_table(
        "reference_counter",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "carrier",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("analytic_code", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("payment_days", sa.BigInteger(), nullable=False),
        sa.Column("quote_days", sa.BigInteger(), nullable=False),
        sa.Column("paid_when", sa.String(), nullable=False),
        sa.Column("ask_whom", sa.String(), nullable=False),
        sa.Column("late_penalty", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('draft_for_carrier', 'delegated_series', 'own_structure')",
            name=op.f("ck_carrier_mode_known"),
        ),
        sa.CheckConstraint(
            "payment_days BETWEEN 0 AND 365", name=op.f("ck_carrier_payment_days_in_range")
        ),
        sa.CheckConstraint(
            "quote_days BETWEEN 1 AND 365", name=op.f("ck_carrier_quote_days_in_range")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_carrier_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier")),
        sa.UniqueConstraint("name", name=op.f("uq_carrier_name")),
    )
    op.create_table(
        "carrier_identity",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("identity", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_carrier_identity_carrier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_identity")),
    )
    op.create_index(
        op.f("ix_carrier_identity_carrier_id"), "carrier_identity", ["carrier_id"], unique=False
    )
    op.create_table(
        "series",
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_issued_on", sa.Date(), nullable=True),
        sa.Column("chain_length", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("chain_length >= 0", name=op.f("ck_series_length_not_negative")),
        sa.CheckConstraint("last_sequence >= 0", name=op.f("ck_series_sequence_not_negative")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_series_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("carrier_id", "code", name=op.f("uq_series_carrier_id_code")),
    )
    op.create_table(
        "document",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("chain_position", sa.BigInteger(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("rounding_cents", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("hash_version", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'quote') = (hash IS NULL)", name=op.f("ck_document_sealed_where_due")
        ),
        sa.CheckConstraint(
            "(kind = 'quote') = (series_id IS NULL)", name=op.f("ck_document_series_where_due")
        ),
        sa.CheckConstraint(
            "(kind IN ('invoice', 'credit_note')) = (number IS NOT NULL)",
            name=op.f("ck_document_number_where_due"),
        ),
        sa.CheckConstraint(
            "kind <> 'credit_note' OR corrects_id IS NOT NULL",
            name=op.f("ck_document_corrects_something"),
        ),
        sa.CheckConstraint(
            "kind IN ('quote', 'handover', 'invoice', 'credit_note')",
            name=op.f("ck_document_kind_known"),
        ),
        sa.CheckConstraint(
            "gross_cents = net_cents + vat_cents", name=op.f("ck_document_gross_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_document_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_document_carrier_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["document.id"], name=op.f("fk_document_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["party.id"], name=op.f("fk_document_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_document_order_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_document_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("carrier_id", "number", name=op.f("uq_document_carrier_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_document_reference")),
        sa.UniqueConstraint(
            "series_id", "chain_position", name=op.f("uq_document_series_id_chain_position")
        ),
    )
    op.create_index(op.f("ix_document_order_id"), "document", ["order_id"], unique=False)
    op.create_table(
        "carrier_answer",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number <> ''", name=op.f("ck_carrier_answer_has_a_number")),
        sa.CheckConstraint("gross_cents > 0", name=op.f("ck_carrier_answer_total_positive")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_carrier_answer_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_answer")),
    )
    op.create_index(
        op.f("ix_carrier_answer_document_id"), "carrier_answer", ["document_id"], unique=False
    )
    op.create_index(
        "uq_carrier_answer_standing",
        "carrier_answer",
        ["document_id"],
        unique=True,
        sqlite_where=sa.text("stands"),
        postgresql_where=sa.text("stands"),
    )
    op.create_table(
        "document_event",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('sent', 'mailed', 'maybe_mailed', 'accepted', 'refused', 'returned')",
            name=op.f("ck_document_event_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_event_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_event")),
    )
    op.create_index(
        op.f("ix_document_event_document_id"), "document_event", ["document_id"], unique=False
    )
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_file_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_document_file_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint(
            "document_id", "media_type", name=op.f("uq_document_file_document_id_media_type")
        ),
    )
    op.create_table(
        "payment",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_payment_not_nothing")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_payment_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_document_id"), "payment", ["document_id"], unique=False)
    op.create_table(
        "payment_confirmation",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_payment_confirmation_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_confirmation")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_payment_confirmation_payment_id")),
    )


def downgrade() -> None:
    op.drop_table("payment_confirmation")
    op.drop_index(op.f("ix_payment_document_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_table("document_file")
    op.drop_index(op.f("ix_document_event_document_id"), table_name="document_event")
    op.drop_table("document_event")
    op.drop_index(
        "uq_carrier_answer_standing",
        table_name="carrier_answer",
        sqlite_where=sa.text("stands"),
        postgresql_where=sa.text("stands"),
    )
    op.drop_index(op.f("ix_carrier_answer_document_id"), table_name="carrier_answer")
    op.drop_table("carrier_answer")
    op.drop_index(op.f("ix_document_order_id"), table_name="document")
    op.drop_table("document")
    op.drop_table("series")
    op.drop_index(op.f("ix_carrier_identity_carrier_id"), table_name="carrier_identity")
    op.drop_table("carrier_identity")
    op.drop_table("carrier")
    op.drop_table("reference_counter")
