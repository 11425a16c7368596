"""Needs that something holds up: a budget, a date, a quantity, a par level that there is not, nobody's approval."""

from canonical.documents.work_item import Cause
from suture.demo.purchasing.moves import (
    Acknowledge,
    Approve,
    Ask,
    Await,
    Bill,
    Decide,
    Decided,
    Dock,
    End,
    Fault,
    Fund,
    Lack,
    Phone,
    Purchase,
    Ship,
)
from suture.demo.purchasing.needs import ORDERED
from suture.demo.purchasing.receiving import comes

HELD_UP = (
    Purchase(
        number="N-315",
        says="guide wires fall below par at the other campus",
        trouble="its cath lab has spent its budget, which is advisory: finance is told, and they are ordered",
        supplier=100006,
        facility="SOUTH",
        makes=4702,
        moves=(
            Fund(cost_centre="4120", control="advisory", amount=50),
            Lack(item=4702, location="CATH", lacking=5),
            ORDERED,
            *comes("R-315"),
            Bill(number="INV-315"),
        ),
        faults=(Fault(system="erp", operation="post_purchase_order", kind="500", step="order-1", of="basket"),),
        answers=(Decided(cause=Cause.over_budget, options=("--acknowledge",)),),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="N-316",
        says="reloads fall below par at the other campus",
        trouble="its surgery has spent its budget, which binds: they are ordered once finance has given more",
        supplier=100002,
        facility="SOUTH",
        makes=4706,
        moves=(
            Fund(cost_centre="4110", control="absolute", amount=50),
            Lack(item=4706, location="OR-1", lacking=5),
            Await(what="question", number=Cause.over_budget),
            Fund(cost_centre="4110", control="absolute", amount=100_000),
            Decide(cause=Cause.over_budget, options=("--retry",), person="dan"),
            ORDERED,
            *comes("R-316"),
            Bill(number="INV-316"),
        ),
        faults=(Fault(system="supplier", operation="place_order", kind="cut", step="sent-order-1", of="basket"),),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="N-317",
        says="a second rush order of anchors was phoned",
        trouble="the head of the cath lab does not confirm it: the buyer has to phone again",
        supplier=100005,
        after="N-312",
        moves=(
            Phone(item=4733, location="CABINET-9", quantity=1, unit="box", reference="CALL-0816", by="ada"),
            Approve(person="carl", reject="one box is enough"),
        ),
        answers=(Decided(cause=Cause.not_ordered, options=("--acknowledge",)),),
    ),
    Purchase(
        number="N-318",
        says="drapes fall below par at the other campus",
        trouble="the supplier names no date until the buyer is asked",
        supplier=100003,
        facility="SOUTH",
        makes=4723,
        moves=(
            Lack(item=4723, location="ICU-CART", lacking=5),
            ORDERED,
            Acknowledge(says=({"item": 4723, "status": "date-pending"},)),
            Await(what="question", number=Cause.date_pending),
            Acknowledge(says=({"item": 4723, "status": "date-changed", "days": 4},)),
            Ship(),
            Dock(number="R-318"),
            Await(what="receipt", number="R-318"),
            Bill(number="INV-318"),
        ),
        faults=(
            Fault(
                system="inventory",
                operation="book_expected_delivery",
                kind="apply_late",
                step="expected-1-1",
                of="basket",
            ),
        ),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="N-319",
        says="somebody asks for a matrix at the cath lab",
        trouble="no par level is kept of what its supplier brings: supply chain gives the request up",
        supplier=100006,
        moves=(Ask(item=4710, location="CATH", by="ada"),),
        answers=(Decided(cause=Cause.no_par_level, options=("--abandon", "--reason", "its supplier brings it")),),
    ),
    Purchase(
        number="N-320",
        says="one skin marker is left of three at the other campus",
        trouble="the smallest pack is ten: supply chain says that so many are meant",
        supplier=100007,
        facility="SOUTH",
        makes=4719,
        moves=(
            Lack(item=4719, location="ED-CART", lacking=2, par=3),
            Decide(cause=Cause.unlikely_quantity, options=("--approve",), person="ben"),
            ORDERED,
            *comes("R-320"),
            Bill(number="INV-320"),
        ),
        faults=(
            Fault(
                system="supplier", operation="place_order", kind="429", step="sent-order-1", of="basket", retry_after=1
            ),
        ),
        end=End(received="1", invoiced="1"),
    ),
)
