"""Make the tables of logs and peers."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "federation_0001", None


def upgrade() -> None:
    op.create_table(
        "federation_cosignature",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("witness", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "witness", name=op.f("pk_federation_cosignature")),
    )
    op.create_table(
        "federation_cosigned",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_federation_cosigned")),
    )
    op.create_table(
        "federation_counter",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_counter")),
    )
    op.create_table(
        "federation_entry",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("void", sa.String(), nullable=True),
        sa.Column("dead_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("log_id", "place", name=op.f("pk_federation_entry")),
    )
    op.create_index(
        op.f("ix_federation_entry_dead_on"), "federation_entry", ["dead_on"], unique=False
    )
    op.create_table(
        "federation_evidence",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("other_root", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_evidence")),
    )
    op.create_index(
        op.f("ix_federation_evidence_origin"), "federation_evidence", ["origin"], unique=False
    )
    op.create_table(
        "federation_invitation",
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_federation_invitation")),
    )
    op.create_table(
        "federation_log",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("identity", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=True),
        sa.Column("grew_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_federation_log_origin")),
    )
    op.create_index(op.f("ix_federation_log_arrival"), "federation_log", ["arrival"], unique=False)
    op.create_table(
        "federation_nonce",
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=100), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", "nonce", name=op.f("pk_federation_nonce")),
    )
    op.create_table(
        "federation_own",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_federation_own")),
    )
    op.create_table(
        "federation_peer",
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("trust", sa.String(length=16), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "trust IN ('waiting', 'followed', 'suspended', 'blocked')",
            name=op.f("ck_federation_peer_trust_known"),
        ),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_federation_peer")),
    )
    op.create_table(
        "federation_record",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "record", name=op.f("pk_federation_record")),
    )
    op.create_index("ix_federation_record_kind", "federation_record", ["kind", "op"], unique=False)
    op.create_table(
        "federation_sighting",
        sa.Column(
            "log_id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "day", name=op.f("pk_federation_sighting")),
    )


def downgrade() -> None:
    op.drop_table("federation_sighting")
    op.drop_index("ix_federation_record_kind", table_name="federation_record")
    op.drop_table("federation_record")
    op.drop_table("federation_peer")
    op.drop_table("federation_own")
    op.drop_table("federation_nonce")
    op.drop_index(op.f("ix_federation_log_arrival"), table_name="federation_log")
    op.drop_table("federation_log")
    op.drop_table("federation_invitation")
    op.drop_index(op.f("ix_federation_evidence_origin"), table_name="federation_evidence")
    op.drop_table("federation_evidence")
    op.drop_index(op.f("ix_federation_entry_dead_on"), table_name="federation_entry")
    op.drop_table("federation_entry")
    op.drop_table("federation_counter")
    op.drop_table("federation_cosigned")
    op.drop_table("federation_cosignature")
