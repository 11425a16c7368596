"""What a receipt or return becomes in other books."""

from decimal import Decimal

from canonical.documents.item import Ownership
from canonical.documents.receipt import Refused
from tests.connectors.purchases import order, receipt
from workflows.kit.order_postings import claim


def test_a_claim_for_goods_refused_at_the_dock_says_whose_they_are() -> None:
    came = receipt("PO-1", ownership=Ownership.consigned).receipt
    refused = came.lines[0].model_copy(update={"refused": Decimal(2), "refused_for": Refused.damaged})
    asked = claim(came, [refused], supplier="100003", order=order("PO-1"))
    assert asked.ownership is Ownership.consigned
    assert [(line.accepted, line.refused) for line in asked.lines] == [(2, 0)]
