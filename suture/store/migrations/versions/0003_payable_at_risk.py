"""Work items tell what is at risk of being paid wrongly or not at all."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Add the amount and its currency."""
    op.add_column("work_items", sa.Column("payable_amount", EXACT, nullable=True))
    op.add_column("work_items", sa.Column("payable_currency", sa.String(), nullable=True))


def downgrade() -> None:
    """Refuse: what was at risk is kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
