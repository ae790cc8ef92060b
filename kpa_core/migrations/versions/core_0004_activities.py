"""Keep activities, offers, customers, and orders."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0004", "core_0003"


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=True),
        sa.Column("grant_funded", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('idea', 'prototype', 'offer', 'running', 'review', 'archived')",
            name=op.f("ck_activity_state_known"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_activity_has_a_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("title", name=op.f("uq_activity_title")),
    )
    op.create_index(op.f("ix_activity_carrier_id"), "activity", ["carrier_id"], unique=False)
    op.create_table(
        "order_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_order_counter")),
    )
    op.create_table(
        "offer",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("price_basis", sa.String(), nullable=False),
        sa.Column("lead_days", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "price_basis IN ('net', 'gross')", name=op.f("ck_offer_price_basis_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'archived')", name=op.f("ck_offer_state_known")
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_offer_has_a_title")),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_offer_lead_not_negative")),
        sa.CheckConstraint(
            "unit_price_cents BETWEEN 0 AND 10000000000000", name=op.f("ck_offer_price_in_range")
        ),
        sa.CheckConstraint("vat_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_offer_rate_in_range")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_offer_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_activity_id"), "offer", ["activity_id"], unique=False)
    op.create_index(op.f("ix_offer_state"), "offer", ["state"], unique=False)
    op.create_table(
        "customer",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("engagement_number", sa.String(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('business_vat', 'public', 'non_taxable_org', 'person', 'foreign')",
            name=op.f("ck_customer_kind_known"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_customer_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("party_id", name=op.f("uq_customer_party_id")),
    )
    op.create_index(op.f("ix_customer_email"), "customer", ["email"], unique=False)
    op.create_index(op.f("ix_customer_phone"), "customer", ["phone"], unique=False)
    op.create_table(
        "customer_order",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("guests", sa.BigInteger(), nullable=True),
        sa.Column("wishes", sa.String(), nullable=False),
        sa.Column("budget_cents", sa.BigInteger(), nullable=True),
        sa.Column("engagement_number", sa.String(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'quoted', 'accepted', 'done', 'invoiced', 'paid', 'shared', 'reviewed', 'declined', 'cancelled')",
            name=op.f("ck_customer_order_state_known"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_customer_order_has_a_title")),
        sa.CheckConstraint(
            "budget_cents BETWEEN 0 AND 10000000000000",
            name=op.f("ck_customer_order_budget_in_range"),
        ),
        sa.CheckConstraint(
            "guests IS NULL OR guests > 0", name=op.f("ck_customer_order_guests_positive")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_customer_order_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_order_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_customer_order_offer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_customer_order_reference")),
    )
    op.create_index(
        op.f("ix_customer_order_activity_id"), "customer_order", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_customer_order_customer_id"), "customer_order", ["customer_id"], unique=False
    )
    op.create_index(op.f("ix_customer_order_day"), "customer_order", ["day"], unique=False)
    op.create_index(op.f("ix_customer_order_state"), "customer_order", ["state"], unique=False)
    op.create_table(
        "approval",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("lines_digest", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "what IN ('quote', 'invoice', 'credit')", name=op.f("ck_approval_what_known")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_approval_order_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["party.id"], name=op.f("fk_approval_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "order_id",
            "person_id",
            "what",
            "lines_digest",
            name=op.f("uq_approval_order_id_person_id_what_lines_digest"),
        ),
    )
    op.create_index(op.f("ix_approval_order_id"), "approval", ["order_id"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_event_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("price_basis", sa.String(), nullable=False),
        sa.Column("planned_cost_cents", sa.BigInteger(), nullable=True),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("label <> ''", name=op.f("ck_order_line_has_a_label")),
        sa.CheckConstraint(
            "price_basis IN ('net', 'gross')", name=op.f("ck_order_line_price_basis_known")
        ),
        sa.CheckConstraint(
            "planned_cost_cents BETWEEN 0 AND 10000000000000",
            name=op.f("ck_order_line_cost_in_range"),
        ),
        sa.CheckConstraint(
            "quantity_thousandths > 0", name=op.f("ck_order_line_quantity_positive")
        ),
        sa.CheckConstraint(
            "unit_price_cents BETWEEN 0 AND 10000000000000",
            name=op.f("ck_order_line_price_in_range"),
        ),
        sa.CheckConstraint(
            "vat_rate_bp BETWEEN 0 AND 10000", name=op.f("ck_order_line_rate_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_line_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_order_line_order_id"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_index(op.f("ix_order_event_order_id"), table_name="order_event")
    op.drop_table("order_event")
    op.drop_index(op.f("ix_approval_order_id"), table_name="approval")
    op.drop_table("approval")
    op.drop_index(op.f("ix_customer_order_state"), table_name="customer_order")
    op.drop_index(op.f("ix_customer_order_day"), table_name="customer_order")
    op.drop_index(op.f("ix_customer_order_customer_id"), table_name="customer_order")
    op.drop_index(op.f("ix_customer_order_activity_id"), table_name="customer_order")
    op.drop_table("customer_order")
    op.drop_index(op.f("ix_customer_phone"), table_name="customer")
    op.drop_index(op.f("ix_customer_email"), table_name="customer")
    op.drop_table("customer")
    op.drop_index(op.f("ix_offer_state"), table_name="offer")
    op.drop_index(op.f("ix_offer_activity_id"), table_name="offer")
    op.drop_table("offer")
    op.drop_table("order_counter")
    op.drop_index(op.f("ix_activity_carrier_id"), table_name="activity")
    op.drop_table("activity")
