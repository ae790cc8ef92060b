"""Keep the hygiene log: temperatures and lots."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "catering_0003", "catering_0002"


def upgrade() -> None:
    op.create_table(
        "catering_control",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("tenths", sa.BigInteger(), nullable=True),
        sa.Column("least_tenths", sa.BigInteger(), nullable=True),
        sa.Column("most_tenths", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (why = '')",
            name=op.f("ck_catering_control_correction_says_why"),
        ),
        sa.CheckConstraint(
            "(kind IN ('lot_in', 'lot_used')) = (tenths IS NULL)",
            name=op.f("ck_catering_control_temperature_when_measured"),
        ),
        sa.CheckConstraint(
            "kind IN ('fridge', 'freezer', 'cold_in', 'frozen_in', 'hot', 'cooled', 'reheated', 'carried_cold', 'lot_in', 'lot_used')",
            name=op.f("ck_catering_control_kind_known"),
        ),
        sa.CheckConstraint(
            "tenths IS NOT NULL OR lot <> ''", name=op.f("ck_catering_control_lot_has_a_number")
        ),
        sa.CheckConstraint(
            "tenths IS NULL OR action <> '' OR (tenths >= COALESCE(least_tenths, tenths) AND tenths <= COALESCE(most_tenths, tenths))",
            name=op.f("ck_catering_control_outside_says_what_was_done"),
        ),
        sa.CheckConstraint("what <> ''", name=op.f("ck_catering_control_says_what")),
        sa.CheckConstraint(
            "tenths BETWEEN -600 AND 3000", name=op.f("ck_catering_control_tenths_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_catering_control_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["catering_control.id"], name=op.f("fk_catering_control_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_catering_control_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catering_control")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_catering_control_corrects_id")),
    )
    op.create_index(
        op.f("ix_catering_control_activity_id"), "catering_control", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_catering_control_order_id"), "catering_control", ["order_id"], unique=False
    )
    op.create_table(
        "catering_control_proof",
        sa.Column("control_id", sa.Uuid(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["catering_control.id"],
            name=op.f("fk_catering_control_proof_control_id"),
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["stored_file.id"], name=op.f("fk_catering_control_proof_photo_id")
        ),
        sa.ForeignKeyConstraint(
            ["said_by"], ["party.id"], name=op.f("fk_catering_control_proof_said_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catering_control_proof")),
        sa.UniqueConstraint("control_id", name=op.f("uq_catering_control_proof_control_id")),
    )
    op.create_index(
        op.f("ix_catering_control_proof_said_by"),
        "catering_control_proof",
        ["said_by"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_catering_control_proof_said_by"), table_name="catering_control_proof")
    op.drop_table("catering_control_proof")
    op.drop_index(op.f("ix_catering_control_order_id"), table_name="catering_control")
    op.drop_index(op.f("ix_catering_control_activity_id"), table_name="catering_control")
    op.drop_table("catering_control")
