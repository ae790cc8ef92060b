"""Say of a document what the law calls it, and seal its files; discounts, goods and addresses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_0009", "core_0008"


def upgrade() -> None:
    op.create_table(
        "deposit_deduction",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["document.id"], name=op.f("fk_deposit_deduction_deposit_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_deposit_deduction_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_deduction")),
        sa.UniqueConstraint(
            "document_id", "deposit_id", name=op.f("uq_deposit_deduction_document_id_deposit_id")
        ),
    )
    op.create_index(
        op.f("ix_deposit_deduction_deposit_id"), "deposit_deduction", ["deposit_id"], unique=False
    )
    op.create_index(
        op.f("ix_deposit_deduction_document_id"), "deposit_deduction", ["document_id"], unique=False
    )
    op.add_column("carrier", sa.Column("emits_from", sa.Date(), nullable=True))
    op.add_column(
        "customer_order",
        sa.Column("purchase_order", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "customer_order",
        sa.Column("delivery_address", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "customer_order", sa.Column("vat_reason", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "customer_order",
        sa.Column("discount_cents", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "customer_order",
        sa.Column("discount_reason", sa.String(), nullable=False, server_default=""),
    )
    op.add_column(
        "document", sa.Column("type_code", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "document", sa.Column("prepaid_cents", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("document", sa.Column("xml_sha256", sa.LargeBinary(), nullable=True))
    op.add_column("document", sa.Column("pdf_sha256", sa.LargeBinary(), nullable=True))
    op.add_column(
        "order_line",
        sa.Column("nature", sa.String(), nullable=False, server_default="services"),
    )
    op.add_column(
        "order_line",
        sa.Column("discount_cents", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "party", sa.Column("electronic_address", sa.String(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("party", "electronic_address")
    op.drop_column("order_line", "discount_cents")
    op.drop_column("order_line", "nature")
    op.drop_column("document", "pdf_sha256")
    op.drop_column("document", "xml_sha256")
    op.drop_column("document", "prepaid_cents")
    op.drop_column("document", "type_code")
    op.drop_column("customer_order", "discount_reason")
    op.drop_column("customer_order", "discount_cents")
    op.drop_column("customer_order", "vat_reason")
    op.drop_column("customer_order", "delivery_address")
    op.drop_column("customer_order", "purchase_order")
    op.drop_column("carrier", "emits_from")
    op.drop_index(op.f("ix_deposit_deduction_document_id"), table_name="deposit_deduction")
    op.drop_index(op.f("ix_deposit_deduction_deposit_id"), table_name="deposit_deduction")
    op.drop_table("deposit_deduction")
