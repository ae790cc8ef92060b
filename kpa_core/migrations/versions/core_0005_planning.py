"""Keep tasks, who comes, hours given, and useful results."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0005", "core_0004"


def upgrade() -> None:
    op.create_table(
        "impact_counter",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_impact_counter_has_a_name")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_impact_counter_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_counter")),
        sa.UniqueConstraint("activity_id", "name", name=op.f("uq_impact_counter_activity_id_name")),
    )
    op.create_table(
        "calendar_link",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_calendar_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_link_token_hash")),
    )
    op.create_index(
        op.f("ix_calendar_link_person_id"), "calendar_link", ["person_id"], unique=False
    )
    op.create_table(
        "impact_entry",
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "amount_thousandths > 0 OR note <> ''", name=op.f("ck_impact_entry_correction_says_why")
        ),
        sa.CheckConstraint("amount_thousandths <> 0", name=op.f("ck_impact_entry_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["impact_counter.id"], name=op.f("fk_impact_entry_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_entry")),
    )
    op.create_index(
        op.f("ix_impact_entry_counter_id"), "impact_entry", ["counter_id"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("people_needed", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_task_has_a_title")),
        sa.CheckConstraint(
            "people_needed BETWEEN 1 AND 1000", name=op.f("ck_task_people_in_range")
        ),
        sa.CheckConstraint("starts_at <> ends_at", name=op.f("ck_task_has_a_length")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_task_activity_id")),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name=op.f("fk_task_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_activity_day", "task", ["activity_id", "day"], unique=False)
    op.create_index(op.f("ix_task_day"), "task", ["day"], unique=False)
    op.create_index(op.f("ix_task_order_id"), "task", ["order_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["party.id"], name=op.f("fk_assignment_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_person_id"), "assignment", ["person_id"], unique=False)
    op.create_index(
        "uq_assignment_live",
        "assignment",
        ["task_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "availability",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "answer IN ('coming', 'maybe', 'cannot')", name=op.f("ck_availability_answer_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_availability_person_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_availability_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
        sa.UniqueConstraint("task_id", "person_id", name=op.f("uq_availability_task_id_person_id")),
    )
    op.create_index(op.f("ix_availability_person_id"), "availability", ["person_id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (reason = '')",
            name=op.f("ck_contribution_correction_says_why"),
        ),
        sa.CheckConstraint(
            "kind IN ('sale', 'training', 'life', 'volunteer')",
            name=op.f("ck_contribution_kind_known"),
        ),
        sa.CheckConstraint(
            "minutes BETWEEN 1 AND 1440 OR (minutes = 0 AND corrects_id IS NOT NULL)",
            name=op.f("ck_contribution_minutes_in_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_contribution_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["contribution.id"], name=op.f("fk_contribution_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_contribution_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["party.id"], name=op.f("fk_contribution_person_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_contribution_task_id")),
        sa.ForeignKeyConstraint(
            ["witness_id"], ["party.id"], name=op.f("fk_contribution_witness_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_contribution_corrects_id")),
    )
    op.create_index(
        op.f("ix_contribution_activity_id"), "contribution", ["activity_id"], unique=False
    )
    op.create_index(op.f("ix_contribution_order_id"), "contribution", ["order_id"], unique=False)
    op.create_index(
        "ix_contribution_person_day", "contribution", ["person_id", "day"], unique=False
    )
    op.create_index(op.f("ix_contribution_task_id"), "contribution", ["task_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_contribution_task_id"), table_name="contribution")
    op.drop_index("ix_contribution_person_day", table_name="contribution")
    op.drop_index(op.f("ix_contribution_order_id"), table_name="contribution")
    op.drop_index(op.f("ix_contribution_activity_id"), table_name="contribution")
    op.drop_table("contribution")
    op.drop_index(op.f("ix_availability_person_id"), table_name="availability")
    op.drop_table("availability")
    op.drop_index(
        "uq_assignment_live",
        table_name="assignment",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(op.f("ix_assignment_person_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_task_order_id"), table_name="task")
    op.drop_index(op.f("ix_task_day"), table_name="task")
    op.drop_index("ix_task_activity_day", table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_impact_entry_counter_id"), table_name="impact_entry")
    op.drop_table("impact_entry")
    op.drop_index(op.f("ix_calendar_link_person_id"), table_name="calendar_link")
    op.drop_table("calendar_link")
    op.drop_table("impact_counter")
