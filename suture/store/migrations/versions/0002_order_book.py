"""The order book: orders as they stand, invoices that were presented, and what these took of those."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Create its tables."""
    op.create_table(
        "order_book",
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "order_number", name="pk_order_book"),
    )
    op.create_table(
        "allocations",
        sa.Column("invoice", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("invoice_line", sa.Integer(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("order_line", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("receipt_line", sa.Integer(), nullable=False),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("amount", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("invoice", "number", name="pk_allocations"),
    )
    op.create_index("ix_allocations_facility_order_number", "allocations", ["facility", "order_number"])
    op.create_table(
        "invoices",
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("normalised", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", EXACT, nullable=False),
        sa.Column("invoiced_on", sa.Date(), nullable=False),
        sa.Column("orders", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("business_key", name="pk_invoices"),
    )
    op.create_index("ix_invoices_facility_supplier", "invoices", ["facility", "supplier"])
    op.create_table(
        "asked_orders",
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("facility", "order_number", "business_key", name="pk_asked_orders"),
    )
    op.create_index("ix_asked_orders_business_key", "asked_orders", ["business_key"])


def downgrade() -> None:
    """Refuse: what invoices took of orders is kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
