"""Approvals: what a work item asks to let pass, and who decides for somebody that is absent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("work_items", sa.Column("to_approve", sa.String(), nullable=True))
    op.create_table(
        "delegations",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("absent", sa.String(), nullable=False),
        sa.Column("deputy", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_deputy", "delegations", ["deputy"])


def downgrade() -> None:
    """Refuse: who decided in whose place is kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
