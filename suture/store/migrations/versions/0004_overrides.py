"""Work items tell who has agreed so far; invoices, what they correct and what they were approved for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("work_items", sa.Column("agreed_by", sa.String(), nullable=True))
    op.add_column("invoices", sa.Column("corrects", sa.String(), nullable=True))
    op.add_column("invoices", sa.Column("approval", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Refuse: what was decided and approved is kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
