"""Invoices are found by what they are known again by, not among all that a supplier ever sent."""

from alembic import op

revision = "0006"
down_revision = "0005"

KNOWN_BY = ("normalised", "corrects", "invoiced_on")


def upgrade() -> None:
    """Add the indexes; what begins with facility and supplier serves those who ask for these alone."""
    for name in KNOWN_BY:
        op.create_index(f"ix_invoices_{name}", "invoices", ["facility", "supplier", name])
    op.drop_index("ix_invoices_facility_supplier", "invoices")


def downgrade() -> None:
    """Put the one index back."""
    op.create_index("ix_invoices_facility_supplier", "invoices", ["facility", "supplier"])
    for name in KNOWN_BY:
        op.drop_index(f"ix_invoices_{name}", "invoices")
