"""Needs that are ordered, and every answer that a supplier may give: less, later, dearer, another item, or none."""

from canonical.documents.work_item import Cause
from suture.demo.purchasing.moves import (
    Acknowledge,
    Approve,
    Await,
    Bill,
    Decide,
    Decided,
    Dock,
    End,
    Fault,
    Lack,
    Purchase,
    Ship,
)
from suture.demo.purchasing.needs import ORDERED
from suture.demo.purchasing.receiving import LATE

CANCEL = ("--correct", "remainder=cancel")

ANSWERED = (
    Purchase(
        number="N-308",
        says="reloads and trocars fall below par on both carts",
        trouble="the supplier answers line by line: split, less, later, undated, held, deleted, dearer, not ordered",
        supplier=100002,
        makes=4714,
        moves=(
            Lack(item=4722, location="ICU-CART", lacking=15),
            Lack(item=4722, location="ED-CART", lacking=15),
            Lack(item=4738, location="ICU-CART", lacking=5),
            Lack(item=4738, location="ED-CART", lacking=5),
            Lack(item=4714, location="ICU-CART", lacking=5),
            Lack(item=4714, location="ED-CART", lacking=5),
            Lack(item=4706, location="ICU-CART", lacking=5),
            ORDERED,
            Acknowledge(
                says=(
                    {"item": 4722, "location": "ICU-CART", "status": "split", "quantity": 1, "days": 1},
                    {"item": 4722, "location": "ICU-CART", "status": "split", "quantity": 1, "days": 5},
                    {"item": 4722, "location": "ED-CART", "status": "quantity-changed", "quantity": 1},
                    {"item": 4738, "location": "ICU-CART", "status": "date-changed", "days": 3},
                    {"item": 4738, "location": "ED-CART", "status": "date-pending"},
                    {"item": 4714, "location": "ICU-CART", "status": "on-hold"},
                    {"item": 4714, "location": "ED-CART", "status": "deleted"},
                    {"item": 4706, "status": "price-changed", "markup": "1.1"},
                    {"line": 99, "status": "not-on-order", "part": "4703", "quantity": 1},
                )
            ),
            Approve(person="max"),
            Acknowledge(
                says=(
                    {"item": 4738, "location": "ED-CART", "status": "accepted"},
                    {"item": 4714, "location": "ICU-CART", "status": "accepted"},
                )
            ),
            Ship(
                says=(
                    {"item": 4722, "location": "ED-CART", "quantity": 1},
                    {"item": 4714, "location": "ED-CART", "quantity": 0},
                    {},
                )
            ),
            Dock(number="R-308"),
            Await(what="receipt", number="R-308"),
            Bill(
                number="INV-308",
                says=(
                    {"item": 4722, "location": "ED-CART", "quantity": 1},
                    {"item": 4714, "location": "ED-CART", "quantity": 0},
                    {"item": 4706, "markup": "1.1"},
                    {},
                ),
            ),
        ),
        faults=(
            Fault(
                system="supplier", operation="place_order", kind="503", step="sent-order-1", of="basket", retry_after=1
            ),
        ),
        answers=(
            Decided(cause=Cause.no_other_source, options=CANCEL),
            Decided(cause=Cause.not_on_order, options=("--acknowledge",)),
            Decided(cause=Cause.price_hold, options=("--override", "--reason", "the higher price was approved")),
        ),
        end=End(received="7", invoiced="7"),
    ),
    Purchase(
        number="N-309",
        says="drapes fall below par",
        trouble="one box of three comes, the rest is back-ordered: the buyer cancels the remainder",
        supplier=100003,
        makes=4723,
        moves=(
            Lack(item=4723, location="CABINET-9", lacking=25),
            ORDERED,
            Acknowledge(
                says=(
                    {"item": 4723, "status": "accepted", "quantity": 1},
                    {"item": 4723, "status": "back-ordered", "quantity": 2},
                )
            ),
            Ship(says=({"item": 4723, "quantity": 1},)),
            Dock(number="R-309"),
            Await(what="receipt", number="R-309"),
            Bill(number="INV-309"),
        ),
        faults=(
            Fault(
                system="inventory",
                operation="book_expected_delivery",
                kind="500_before",
                step="expected-1-1",
                of="basket",
            ),
        ),
        answers=(Decided(cause=Cause.back_order, options=CANCEL),),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="N-310",
        says="skin markers fall below par, and another item is offered for them",
        trouble="money is set aside of a budget that binds; no equivalent by contract: patient safety approves it, and "
        "as it is the same maker's and cheaper nobody is asked for more",
        supplier=100007,
        makes=4719,
        moves=(
            Lack(item=4719, location="OR-2", lacking=5),
            ORDERED,
            Acknowledge(says=({"item": 4719, "status": "substituted", "part": "4703", "price": "45.11"},)),
            Decide(cause=Cause.substitution, options=("--approve",), person="eve"),
            Await(what="changed", number="2"),
            Ship(says=({"line": 1, "part": "4703"},)),
            Dock(number="R-310"),
            Await(what="receipt", number="R-310"),
            Bill(number="INV-310", says=({"line": 1, "part": "4703", "price": "45.11"},)),
        ),
        faults=(
            Fault(
                system="erp",
                operation="post_reservation",
                kind="stall_after",
                step="reservation-1-4110",
                of="basket",
                seconds=LATE,
            ),
        ),
        answers=(
            Decided(cause=Cause.invoice_hold, options=("--correct", "order_line=2"), about="bills 4703"),
            Decided(cause=Cause.quantity_hold, options=("--correct", "order_line=2")),
        ),
        end=End(received="1", invoiced="1"),
    ),
    Purchase(
        number="N-311",
        says="a pacemaker falls below par at the other campus",
        trouble="the supplier is silent: the buyer cancels the order",
        supplier=100004,
        facility="SOUTH",
        makes=4716,
        moves=(Lack(item=4716, location="ED-CART", lacking=1), ORDERED),
        faults=(
            Fault(system="supplier", operation="place_order", kind="500_before", step="sent-order-1", of="basket"),
        ),
        answers=(
            Decided(cause=Cause.not_acknowledged, options=CANCEL),
            Decided(cause=Cause.cases_at_risk, options=("--acknowledge",)),
        ),
        end=End(),
    ),
    Purchase(
        number="N-314",
        says="matrices fall below par at the other campus, and the same maker's other model is offered",
        trouble="its contract names it as equivalent, and it is no dearer: taken without asking anybody",
        supplier=100006,
        facility="SOUTH",
        makes=4726,
        after="N-315",
        moves=(
            Lack(item=4726, location="ED-CART", lacking=5),
            ORDERED,
            Acknowledge(says=({"item": 4726, "status": "substituted", "part": "4718", "price": "50.66"},)),
            Await(what="changed", number="2"),
            Ship(says=({"line": 1, "part": "4718"},)),
            Dock(number="R-314"),
            Await(what="receipt", number="R-314"),
            Bill(
                number="INV-314",
                says=({"item": 4718, "part": "4718", "quantity": 10, "uom": "EA", "price": "50.66"},),
            ),
        ),
        end=End(received="1", invoiced="1"),
    ),
)
