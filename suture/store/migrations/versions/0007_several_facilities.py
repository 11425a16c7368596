"""Several facilities: an invoice to one may bill what another has ordered of the same supplier."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, and the indices by which an order is found whichever facility has placed it."""
    op.add_column("order_book", sa.Column("supplier", sa.String(), nullable=True))
    op.create_index("ix_order_book_order_number", "order_book", ["order_number"])
    op.create_index("ix_asked_orders_order_number", "asked_orders", ["order_number"])
    op.add_column("work_items", sa.Column("cost_centres", sa.Text(), nullable=True))


def downgrade() -> None:
    """Refuse: what was ordered and asked is kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
