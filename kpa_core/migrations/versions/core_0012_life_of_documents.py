"""Keep what happens to an issued document: statuses, reminders, what was said of its money."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0012", "core_0011"

DOCUMENT = ("document_id", "document.id")
TABLES: dict[str, tuple[tuple[str, str], list[sa.Column[Any]], list[tuple[str, str]]]] = {
    "platform_status": (
        DOCUMENT,
        [
            sa.Column("code", sa.String(), nullable=False),
            sa.Column("said_on", sa.Date(), nullable=False),
            sa.Column("reason", sa.String(), nullable=False),
            sa.Column("source", sa.String(), nullable=False),
            sa.Column("by_name", sa.String(), nullable=False),
            sa.Column("amounts", sa.JSON(), nullable=False),
        ],
        [("source_known", "source IN ('person', 'platform')")],
    ),
    "reminder_schedule": (
        ("carrier_id", "carrier.id"),
        [sa.Column("days", sa.JSON(), nullable=False)],
        [],
    ),
    "reminder": (
        DOCUMENT,
        [
            sa.Column("step", sa.BigInteger(), nullable=False),
            sa.Column("channel", sa.String(), nullable=False),
            sa.Column("left_cents", sa.BigInteger(), nullable=False),
        ],
        [("channel_known", "channel IN ('mail', 'hand')"), ("step_from_one", "step > 0")],
    ),
    "follow_up": (
        DOCUMENT,
        [
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("by_name", sa.String(), nullable=False),
            sa.Column("paid_on", sa.Date(), nullable=True),
            sa.Column("method", sa.String(), nullable=False),
            sa.Column("note", sa.String(), nullable=False),
        ],
        [
            (
                "kind_known",
                "kind IN ('claimed', 'not_arrived', 'stopped', 'resumed', 'give_back', 'keep')",
            )
        ],
    ),
}


def upgrade() -> None:
    for name, ((key, target), columns, checks) in TABLES.items():
        unique = [sa.UniqueConstraint(key, "step", name=op.f("uq_reminder_document_id_step"))]
        op.create_table(
            name,
            sa.Column(key, sa.Uuid(), nullable=False),
            *columns,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("created_by", sa.Uuid(), nullable=True),
            *(sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{what}")) for what, rule in checks),
            sa.ForeignKeyConstraint([key], [target], name=op.f(f"fk_{name}_{key}")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            *(unique if name == "reminder" else ()),
        )
        op.create_index(op.f(f"ix_{name}_{key}"), name, [key], unique=False)


def downgrade() -> None:
    for name, ((key, _), _, _) in reversed(TABLES.items()):
        op.drop_index(op.f(f"ix_{name}_{key}"), table_name=name)
        op.drop_table(name)
