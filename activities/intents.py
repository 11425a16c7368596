"""Intents: what is recorded of a write before it is sent, from the order that asked for it."""

from datetime import date
from decimal import Decimal

from canonical.asking.writing import WriteOrder
from canonical.effect import Edge, Intent
from canonical.identity import OWN_DOCUMENTS
from canonical.money import Money
from canonical.run import Domain, Ledger


def intent_of(
    order: WriteOrder,
    *,
    business_date: date | None = None,
    amount: Money | None = None,
    quantity: Decimal | None = None,
    unit: str | None = None,
    item: str | None = None,
    lot: str | None = None,
    token: str | None = None,
) -> Intent:
    """The intent of the order's current revision."""
    context, ledger = order.context, order.ledger
    return Intent(
        key=ledger.key,
        workflow_id=context.workflow_id,
        correlation_id=context.correlation_id,
        process=context.name.process,
        facility=context.name.facility,
        step=ledger.step,
        revision=ledger.revision,
        domain=ledger.domain,
        system=context.leg(ledger.domain).system,
        amount=amount.amount if amount is not None else None,
        currency=amount.currency if amount is not None else None,
        quantity=quantity,
        unit=unit,
        business_date=business_date,
        item=item,
        lot=lot,
        token=token,
    )


KINDS: dict[Domain, str] = {"inventory": "movement", "billing": "charge", "finance": "journal"}
"""What a posting of a use is called in lineage, by the domain that it stands in."""


def kind_of(ledger: Ledger) -> str:
    """What the ledger's documents are called in lineage."""
    return ledger.kind or KINDS[ledger.domain]


def edge_from_run(order: WriteOrder) -> Edge:
    """The lineage edge from the run's own document to what is posted for it; the reference is filled in with the outcome."""
    name = order.context.name
    return Edge(
        from_system=name.source,
        from_kind=OWN_DOCUMENTS[name.process],
        from_reference=name.number,
        to_system=order.context.leg(order.ledger.domain).system,
        to_kind=kind_of(order.ledger),
        to_reference="",
        relation="posted-for",
        effect_key=order.ledger.key,
    )
