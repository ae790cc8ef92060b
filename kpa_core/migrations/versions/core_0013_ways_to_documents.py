"""Find by an index what corrects a document, and an answer by the carrier's number."""

from alembic import op

revision, down_revision = "core_0013", "core_0012"

WAYS = (("document", "corrects_id"), ("carrier_answer", "number"))


def upgrade() -> None:
    for table, column in WAYS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table, column in reversed(WAYS):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
