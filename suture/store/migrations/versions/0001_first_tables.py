"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)
EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")
COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "acts",
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_acts"),
    )
    op.create_index("ix_acts_holder", "acts", ["holder"])
    op.create_table(
        "audit",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_correlation_id", "audit", ["correlation_id"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "correlations",
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("business_key", name="pk_correlations"),
    )
    op.create_index("ix_correlations_correlation_id", "correlations", ["correlation_id"])
    op.create_table(
        "cross_references",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("kind", "system", "reference", name="pk_cross_references"),
    )
    op.create_index("ix_cross_references_kind_number", "cross_references", ["kind", "number"])
    op.create_table(
        "effects",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("wire_key", sa.String(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("amount", EXACT, nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("quantity", EXACT, nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("intended_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_effects"),
        sa.UniqueConstraint("wire_key", name="uq_effects_wire_key"),
    )
    op.create_index("ix_effects_correlation_id", "effects", ["correlation_id"])
    op.create_index("ix_effects_undoes", "effects", ["undoes"])
    op.create_index("ix_effects_workflow_id", "effects", ["workflow_id"])
    op.create_table(
        "inbox",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("tried_at", TIME, nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("recorded_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("source", "event_id", name="uq_inbox_source_event_id"),
    )
    op.create_index("ix_inbox_business_key", "inbox", ["business_key"])
    op.create_index("ix_inbox_correlation_id", "inbox", ["correlation_id"])
    op.create_index("ix_inbox_state_received_at", "inbox", ["state", "received_at"])
    op.create_table(
        "lineage",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("from_system", sa.String(), nullable=False),
        sa.Column("from_kind", sa.String(), nullable=False),
        sa.Column("from_reference", sa.String(), nullable=False),
        sa.Column("to_system", sa.String(), nullable=False),
        sa.Column("to_kind", sa.String(), nullable=False),
        sa.Column("to_reference", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("effect_key", sa.String(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lineage"),
        sa.UniqueConstraint(
            "from_system",
            "from_kind",
            "from_reference",
            "to_system",
            "to_kind",
            "to_reference",
            "relation",
            "effect_key",
            name="uq_lineage_edge",
        ),
    )
    op.create_index("ix_lineage_effect_key", "lineage", ["effect_key"])
    op.create_index("ix_lineage_to", "lineage", ["to_system", "to_kind", "to_reference"])
    op.create_table(
        "runs",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("closed", TIME, nullable=True),
        sa.Column("closing", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("workflow_id", name="pk_runs"),
    )
    op.create_index("ix_runs_business_key_ordinal", "runs", ["business_key", "ordinal"])
    op.create_index("ix_runs_closed_facility", "runs", ["closed", "facility"])
    op.create_index("ix_runs_correlation_id", "runs", ["correlation_id"])
    op.create_table(
        "vault",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_vault"),
    )
    op.create_table(
        "waits",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "subject", name="pk_waits"),
    )
    op.create_index("ix_waits_subject", "waits", ["subject"])
    op.create_table(
        "work_items",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("correctable", sa.Text(), nullable=False),
        sa.Column("opened", TIME, nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("charge_amount", EXACT, nullable=True),
        sa.Column("charge_currency", sa.String(), nullable=True),
        sa.Column("cost_amount", EXACT, nullable=True),
        sa.Column("cost_currency", sa.String(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("item_id", name="pk_work_items"),
    )
    op.create_index("ix_work_items_closed_at_due", "work_items", ["closed_at", "due"])
    op.create_index("ix_work_items_correlation_id", "work_items", ["correlation_id"])
    op.create_index("ix_work_items_workflow_id", "work_items", ["workflow_id"])
    op.create_table(
        "deliveries",
        sa.Column("event", COUNTED, nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["event"], ["inbox.id"], name="fk_deliveries_event"),
        sa.PrimaryKeyConstraint("event", "workflow_id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_workflow_id", "deliveries", ["workflow_id"])


def downgrade() -> None:
    """Refuse: the inbox, the effects and the vault are kept for good."""
    raise NotImplementedError("the store's tables are never dropped; restore a backup instead")
