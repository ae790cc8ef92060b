"""Keep objects, parts and their moves, machines, trainings and uses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "workshop_0001", None


def upgrade() -> None:
    op.create_table(
        "workshop_machine",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cents_per_hour", sa.BigInteger(), nullable=False),
        sa.Column("needs_training", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "cents_per_hour >= 0", name=op.f("ck_workshop_machine_cost_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_workshop_machine_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_machine")),
        sa.UniqueConstraint(
            "activity_id", "name", name=op.f("uq_workshop_machine_activity_id_name")
        ),
    )
    op.create_table(
        "workshop_part",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cost_cents >= 0", name=op.f("ck_workshop_part_cost_not_negative")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_workshop_part_stock_not_negative")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_workshop_part_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_part")),
        sa.UniqueConstraint("activity_id", "name", name=op.f("uq_workshop_part_activity_id_name")),
    )
    op.create_table(
        "workshop_training",
        sa.Column("machine_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["workshop_machine.id"], name=op.f("fk_workshop_training_machine_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_workshop_training_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_training")),
        sa.UniqueConstraint(
            "machine_id", "person_id", name=op.f("uq_workshop_training_machine_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_workshop_training_person_id"), "workshop_training", ["person_id"], unique=False
    )
    op.create_table(
        "workshop_ticket",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("wrong", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("todo", sa.String(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("said_how", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_to", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "said_how IS NULL OR said_how IN ('here', 'phone', 'written')",
            name=op.f("ck_workshop_ticket_way_known"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'diagnosed', 'agreed', 'refused', 'done', 'returned')",
            name=op.f("ck_workshop_ticket_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'done') OR (said_at IS NOT NULL AND price_cents IS NOT NULL)",
            name=op.f("ck_workshop_ticket_work_needs_a_yes"),
        ),
        sa.CheckConstraint(
            "price_cents >= 0 AND minutes >= 0", name=op.f("ck_workshop_ticket_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_workshop_ticket_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_workshop_ticket_order_id")
        ),
        sa.ForeignKeyConstraint(["said_to"], ["party.id"], name=op.f("fk_workshop_ticket_said_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_ticket")),
        sa.UniqueConstraint(
            "activity_id", "number", name=op.f("uq_workshop_ticket_activity_id_number")
        ),
    )
    op.create_index(
        op.f("ix_workshop_ticket_activity_id"), "workshop_ticket", ["activity_id"], unique=False
    )
    op.create_index(
        op.f("ix_workshop_ticket_order_id"), "workshop_ticket", ["order_id"], unique=False
    )
    op.create_table(
        "workshop_machine_use",
        sa.Column("machine_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "minutes > 0 AND cost_cents >= 0", name=op.f("ck_workshop_machine_use_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["workshop_machine.id"], name=op.f("fk_workshop_machine_use_machine_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["workshop_ticket.id"], name=op.f("fk_workshop_machine_use_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_machine_use")),
    )
    op.create_index(
        op.f("ix_workshop_machine_use_ticket_id"),
        "workshop_machine_use",
        ["ticket_id"],
        unique=False,
    )
    op.create_table(
        "workshop_part_move",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("count <> 0", name=op.f("ck_workshop_part_move_moves_something")),
        sa.ForeignKeyConstraint(
            ["part_id"], ["workshop_part.id"], name=op.f("fk_workshop_part_move_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["workshop_ticket.id"], name=op.f("fk_workshop_part_move_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_part_move")),
    )
    op.create_index(
        op.f("ix_workshop_part_move_part_id"), "workshop_part_move", ["part_id"], unique=False
    )
    op.create_index(
        op.f("ix_workshop_part_move_ticket_id"), "workshop_part_move", ["ticket_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_workshop_part_move_ticket_id"), table_name="workshop_part_move")
    op.drop_index(op.f("ix_workshop_part_move_part_id"), table_name="workshop_part_move")
    op.drop_table("workshop_part_move")
    op.drop_index(op.f("ix_workshop_machine_use_ticket_id"), table_name="workshop_machine_use")
    op.drop_table("workshop_machine_use")
    op.drop_index(op.f("ix_workshop_ticket_order_id"), table_name="workshop_ticket")
    op.drop_index(op.f("ix_workshop_ticket_activity_id"), table_name="workshop_ticket")
    op.drop_table("workshop_ticket")
    op.drop_index(op.f("ix_workshop_training_person_id"), table_name="workshop_training")
    op.drop_table("workshop_training")
    op.drop_table("workshop_part")
    op.drop_table("workshop_machine")
