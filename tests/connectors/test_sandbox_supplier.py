"""What the Supplier port of the sandbox has beside the contract: keys, what builds on what, what never leaves."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from canonical.documents.order import ExactLot, OrderChange, OrderType
from canonical.documents.posting import LotEntry, Replacement
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience, BusinessRefusal, Uncertain
from canonical.kinds import Kind
from connectors.systems.sandbox_supplier.connector import SandboxSupplier
from tests.connectors.desk import ON, order
from tests.sandbox.supplier_process import Desk


async def test_it_answers_doctor_and_declares_its_keys(order_desk: SandboxSupplier) -> None:
    assert await order_desk.ping() == "Tradeplace exchange x1"
    assert order_desk.declares.system == "supplier"
    assert order_desk.declares.idempotent_for == timedelta(hours=23)


async def test_a_key_with_another_content_is_uncertain_and_an_expired_one_posts_again(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    book = order_desk.books()[Kind.sent_order]
    first = await book.post(order("KEYED"), wire_key="KEYED")
    with pytest.raises(Uncertain):
        await book.post(order("KEYED", ordered_on=date(2026, 11, 25)), wire_key="KEYED")
    await supplier.system.control("POST", "keys", {"seconds": 0})
    second = await book.post(order("KEYED"), wire_key="KEYED")
    await supplier.system.control("POST", "keys", {"seconds": 86400})
    assert [one.reference for one in await book.find(["KEYED"])] == [first.reference, second.reference]


async def test_what_is_on_its_way_cannot_be_taken_back_or_cut_below_it(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    orders, changes = order_desk.books()[Kind.sent_order], order_desk.books()[Kind.sent_change]
    posted = await orders.post(order("SHIPPED"), wire_key="SHIPPED")
    await supplier.step({"do": "ship"}, number="SHIPPED")
    with pytest.raises(BusinessRefusal) as refused:
        await orders.take_back(posted.reference, on=ON, wire_key="USHIPPED")
    assert (refused.value.audience, "on their way" in refused.value.summary) == (Audience.buyer, True)
    less = order("SHIPPED", version=2)
    less = less.model_copy(
        update={"lines": (less.lines[0].model_copy(update={"cancelled": Decimal(1)}), less.lines[1])}
    )
    with pytest.raises(BusinessRefusal) as refused:
        await changes.post(OrderChange(order=less), wire_key="CSHIPPED")
    assert refused.value.audience is Audience.buyer


async def test_a_change_follows_its_order_and_the_one_before_it(order_desk: SandboxSupplier) -> None:
    changes = order_desk.books()[Kind.sent_change]
    with pytest.raises(BusinessRefusal):
        await changes.post(OrderChange(order=order("UNPLACED", version=2)), wire_key="C0")
    await order_desk.books()[Kind.sent_order].post(order("CHANGED"), wire_key="CHANGED")
    second = await changes.post(OrderChange(order=order("CHANGED", version=2)), wire_key="C2")
    with pytest.raises(BusinessRefusal):
        await changes.post(OrderChange(order=order("CHANGED", version=2)), wire_key="C2-again")
    await changes.post(OrderChange(order=order("CHANGED", version=3)), wire_key="C3")
    with pytest.raises(BusinessRefusal) as refused:
        await changes.take_back(second.reference, on=ON, wire_key="UC2")
    assert "later change" in refused.value.summary


async def test_nothing_of_a_patient_case_use_or_request_leaves_with_an_order_or_a_replacement(
    supplier: Desk, order_desk: SandboxSupplier
) -> None:
    planted = ("use:PLANTED-1", "case_" + "P" * 26)
    line = (
        order("BILL")
        .lines[0]
        .model_copy(update={"requests": planted, "lots": (ExactLot(lot="K9", serial="S9", quantity=Decimal(1)),)})
    )
    bill_only = order("BILL", type=OrderType.bill_only, lines=(line,), reservations=("RES-PLANTED",), mapping="PLANTED")
    posted = await order_desk.books()[Kind.sent_order].post(bill_only, wire_key="BILL")
    change = OrderChange(order=bill_only.model_copy(update={"version": 2}), reason="for PLANTED")
    await order_desk.books()[Kind.sent_change].post(change, wire_key="BILL2")
    replacement = Replacement(
        facility="SOUTH",
        supplier="100000",
        number="RP-1",
        location="CATH",
        lines=(LotEntry(item="4720", quantity=Decimal(1), lots=(ReceivedLot(serial="S1", quantity=Decimal(1)),)),),
        reason="PLANTED",
    )
    await order_desk.books()[Kind.replacement].post(replacement, wire_key="BILLR")
    held = supplier.system.database.read_bytes() + supplier.system.database.with_name("supplier.db-wal").read_bytes()
    assert posted.reference.encode() in held
    assert b"PLANTED" not in held
    assert planted[1].encode() not in held
    assert b'"K9"' in held
    assert b'"S9"' in held
