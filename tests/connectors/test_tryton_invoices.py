"""What is Tryton's own of payables: drafts left on their way, one invoice for a voucher, and what a purchase shows."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from canonical.documents.invoice import InvoiceType
from canonical.documents.posting import Payable
from canonical.errors import Audience, BusinessRefusal, PeriodClosed, Uncertain
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.systems.tryton.client import Row
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.contract.trouble import Trouble
from tests.connectors.purchases import DAY, debit_memo, goods_return, payable, receipt, voucher
from tests.connectors.tryton_orders import new_key, ordered, purchase, shown

PEER = TrytonInvoicesPeer
DEATHS = [Trouble.cut_before, Trouble.cut_after]


@pytest.fixture
async def number(system: Any) -> str:
    """Ten of an item at ten dollars were ordered under this number."""
    name = f"PO-{uuid4().hex[:8]}"
    await ordered(system, name)
    return name


@pytest.mark.parametrize("trouble", DEATHS)
@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (Kind.receipt, "stock.shipment.in.receive"),
        (Kind.goods_return, "stock.shipment.in.return.wait"),
        (Kind.goods_return, "stock.shipment.in.return.assign_force"),
        (Kind.goods_return, "stock.shipment.in.return.do"),
        (Kind.payable, "account.invoice.post"),
        (Kind.debit_memo, "account.invoice.post"),
    ],
)
async def test_what_was_left_on_its_way_is_carried_on_by_the_look_up_and_none_is_beside_it(
    peer: TrytonInvoicesPeer, system: Any, kind: Kind, call: str, trouble: Trouble
) -> None:
    sample = await peer.sample(system, kind, f"N{uuid4().hex[:8]}")
    peer.plan(f"model.{call}", trouble)
    key = wire_key(uuid4().hex)
    book = system.books()[kind]
    with pytest.raises(Uncertain):
        await book.post(sample.document, wire_key=key)
    [found] = await book.find([key])
    assert (found.stands, found.quantity, found.amount) == (True, sample.quantity, sample.amount)
    assert await book.get(found.reference) == found


async def test_a_purchase_shows_what_came_and_what_was_billed_of_it(system: Any, number: str) -> None:
    books = system.books()
    await books[Kind.receipt].post(receipt(number, quantity="4"), wire_key=new_key())
    assert await shown(system, number) == {"shipment": "partially shipped", "came": 4, "awaited": 6, "billed": 0}
    await books[Kind.payable].post(bill(number, 3), wire_key=new_key())
    assert await shown(system, number) == {"shipment": "partially shipped", "came": 4, "awaited": 6, "billed": 3}
    await books[Kind.goods_return].post(goods_return(number), wire_key=new_key())
    await books[Kind.payable].post(credit(number, 1), wire_key=new_key())
    assert await shown(system, number) == {"shipment": "partially shipped", "came": 4, "awaited": 6, "billed": 2}
    await books[Kind.receipt].post(receipt(number, quantity="6"), wire_key=new_key())
    assert await shown(system, number) == {"shipment": "received", "came": 10, "awaited": 0, "billed": 2}


async def test_what_was_billed_credited_or_sent_back_holds_what_it_was_built_upon(system: Any, number: str) -> None:
    books = system.books()
    came = await books[Kind.receipt].post(receipt(number, quantity="4"), wire_key=new_key())
    billed = await books[Kind.payable].post(bill(number, 4), wire_key=new_key())
    with pytest.raises(BusinessRefusal, match="invoiced"):
        await books[Kind.receipt].take_back(came.reference, on=DAY, wire_key=new_key())
    back = await books[Kind.goods_return].post(goods_return(number), wire_key=new_key())
    given = await books[Kind.payable].post(credit(number, 1), wire_key=new_key())
    with pytest.raises(BusinessRefusal, match="credit came"):
        await books[Kind.goods_return].take_back(back.reference, on=DAY, wire_key=new_key())
    with pytest.raises(BusinessRefusal, match="credited"):
        await books[Kind.payable].take_back(billed.reference, on=DAY, wire_key=new_key())
    with pytest.raises(BusinessRefusal, match="more goes back"):
        await books[Kind.goods_return].post(goods_return(number, quantity="4"), wire_key=new_key())
    # Backwards, all of it can be taken back.
    for kind, posted in (
        (Kind.payable, given),
        (Kind.payable, billed),
        (Kind.goods_return, back),
        (Kind.receipt, came),
    ):
        await books[kind].take_back(posted.reference, on=DAY, wire_key=new_key())
    assert await shown(system, number) == {"shipment": "waiting", "came": 0, "awaited": 10, "billed": 0}
    [order] = await purchase(system, number, ["invoice_state"])
    assert order["invoice_state"] == "none"


@pytest.mark.parametrize("trouble", DEATHS)
@pytest.mark.parametrize("call", ["account.invoice.write", "account.invoice.post"])
async def test_a_voucher_becomes_its_payable_once_however_often_the_payable_dies(
    peer: TrytonInvoicesPeer, system: Any, number: str, call: str, trouble: Trouble
) -> None:
    books, parked, key = system.books(), new_key(), new_key()
    held = await books[Kind.voucher].post(voucher(f"I-{number}", "30.00"), wire_key=parked)
    document = bill(number, 3, parked=held.reference)
    peer.plan(f"model.{call}", trouble)
    with pytest.raises(Uncertain):
        await books[Kind.payable].post(document, wire_key=key)
    found = await books[Kind.payable].find([key])
    assert len(found) == (0 if (call, trouble) == ("account.invoice.write", Trouble.cut_before) else 1)
    again = await books[Kind.payable].post(document, wire_key=key)
    assert [one.reference for one in await books[Kind.payable].find([key])] == [again.reference]
    assert len(await invoices(system, number)) == 1
    with pytest.raises(BusinessRefusal, match="not parked"):
        await books[Kind.payable].post(document, wire_key=new_key())
    with pytest.raises(BusinessRefusal, match="approved"):
        await books[Kind.voucher].take_back(held.reference, on=DAY, wire_key=new_key())
    [stands] = await books[Kind.voucher].find([parked])
    assert stands.stands


async def test_a_payable_that_tryton_refuses_is_not_found_and_its_voucher_is_parked_as_before(
    system: Any, number: str
) -> None:
    books, parked, key = system.books(), new_key(), new_key()
    asked = voucher(f"I-{number}", "31.00")
    held = await books[Kind.voucher].post(asked, wire_key=parked)
    closed = {"posted_on": date(2025, 2, 3), "invoice": asked.invoice}
    document = bill(number, 3, parked=held.reference).model_copy(update=closed)
    with pytest.raises(PeriodClosed):
        await books[Kind.payable].post(document, wire_key=key)
    assert await books[Kind.payable].find([key]) == ()
    [stands] = await books[Kind.voucher].find([parked])
    assert (stands.stands, stands.amount) == (True, Decimal("31.00"))
    assert (await shown(system, number))["billed"] == 0
    await books[Kind.payable].post(bill(number, 3, parked=held.reference), wire_key=key)
    assert (await shown(system, number))["billed"] == 3


async def test_a_payable_that_is_taken_back_takes_its_voucher_along_and_the_next_is_made_anew(
    system: Any, number: str
) -> None:
    books, parked = system.books(), new_key()
    held = await books[Kind.voucher].post(voucher(f"I-{number}", "30.00"), wire_key=parked)
    first = await books[Kind.payable].post(bill(number, 3, parked=held.reference), wire_key=new_key())
    await books[Kind.payable].take_back(first.reference, on=DAY, wire_key=new_key())
    [gone] = await books[Kind.voucher].find([parked])
    assert not gone.stands
    second = await books[Kind.payable].post(bill(number, 3, parked=held.reference), wire_key=new_key())
    assert second.reference != first.reference
    assert (await shown(system, number))["billed"] == 3


async def test_a_number_that_people_have_keyed_in_tryton_is_not_posted_again(system: Any, number: str) -> None:
    books, key = system.books(), new_key()
    keyed = await books[Kind.payable].post(bill(number, 1), wire_key=key)
    await books[Kind.payable].take_back(keyed.reference, on=DAY, wire_key=new_key())
    await books[Kind.payable].post(bill(number, 1), wire_key=new_key())
    [row] = await system._client.rows("account.invoice", [["id", "=", int(keyed.reference.split("-")[1])]], ["party"])
    given = {"type": "in", "company": await system._client.company(), "party": row["party"]}
    head = await system._client.filled("account.invoice", given, ["type", "party"])
    by_hand = {name: head[name] for name in ("type", "company", "party", "account", "journal", "invoice_address")}
    await system._client.create(
        "account.invoice", {**by_hand, "currency": await currency(system), "reference": f"I-{number}"}, audience=OWNER
    )
    refused = new_key()
    with pytest.raises(BusinessRefusal, match="keyed"):
        await books[Kind.payable].post(bill(number, 1), wire_key=refused)
    assert await books[Kind.payable].find([refused]) == ()


async def test_what_is_short_paid_is_taken_off_once_though_a_debit_memo_asks_it_back(system: Any, number: str) -> None:
    books, before = system.books(), await owed(system)
    document = bill(number, 4).model_copy(
        update={"extras": {"freight": Decimal("7.50")}, "short_paid": Decimal(5), "due_on": date(2026, 12, 24)}
    )
    paid = await books[Kind.payable].post(document, wire_key=new_key())
    assert await owed(system) - before == Decimal("42.50")
    assert await due(system, paid.reference) == [date(2026, 12, 24)]
    memo = await books[Kind.debit_memo].post(
        debit_memo(f"D-{number}", "6.00", invoice=f"I-{number}"), wire_key=new_key()
    )
    assert await owed(system) - before == Decimal("41.50")
    with pytest.raises(BusinessRefusal, match="short paid"):
        await books[Kind.payable].take_back(paid.reference, on=DAY, wire_key=new_key())
    await books[Kind.debit_memo].take_back(memo.reference, on=DAY, wire_key=new_key())
    await books[Kind.payable].take_back(paid.reference, on=DAY, wire_key=new_key())
    assert await owed(system) == before


async def test_a_price_that_four_places_cannot_say_is_paid_to_the_cent(system: Any, number: str) -> None:
    posted = await system.books()[Kind.payable].post(bill(number, 3, amount="1000.00"), wire_key=new_key())
    assert (await system.books()[Kind.payable].get(posted.reference)).amount == Decimal("1000.00")


OWNER = Audience.payables


def bill(number: str, quantity: int, *, amount: str = "", parked: str = "") -> Payable:
    return payable(f"I-{number}", of=number, quantity=str(quantity), amount=amount or f"{quantity}0.00", parked=parked)


def credit(number: str, quantity: int) -> Payable:
    document = payable(f"C-{number}", of=number, quantity=str(-quantity), amount=f"-{quantity}0.00")
    invoice = document.invoice.model_copy(update={"type": InvoiceType.credit, "total": Decimal(10 * quantity)})
    return document.model_copy(update={"invoice": invoice})


async def invoices(system: Any, number: str) -> list[Row]:
    found: list[Row] = await system._client.rows("account.invoice", [["reference", "=", f"I-{number}"]], ["state"])
    return found


async def currency(system: Any) -> int:
    [company] = await system._client.rows("company.company", [], ["currency"])
    return int(company["currency"])


async def owed(system: Any) -> Decimal:
    """What the ledger owes the supplier of the orders."""
    domain = [["account.type.payable", "=", True], ["party.code", "=", "100003"], ["move.state", "=", "posted"]]
    lines = await system._client.rows("account.move.line", domain, ["debit", "credit"])
    return sum((line["credit"] - line["debit"] for line in lines), Decimal(0))


async def due(system: Any, reference: str) -> list[date]:
    domain = [["id", "=", int(reference.split("-")[1])]]
    [row] = await system._client.rows("account.invoice", domain, ["lines_to_pay.maturity_date"])
    return [line["maturity_date"] for line in row["lines_to_pay."]]
