"""The sandbox's ERP under the contract: orders, receipts, invoices and what goes with them, journals."""

from decimal import Decimal
from typing import Any

from canonical.documents.costing import CostRule
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from canonical.money import Money
from connectors.systems.sandbox_erp.connector import SYSTEM
from suture.connector.ledgers import JOURNAL
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.sandbox import SandboxPeer
from tests.connectors.costs import PRICE, posting
from tests.connectors.purchases import (
    DAY,
    change,
    debit_memo,
    goods_return,
    order,
    payable,
    receipt,
    reservation,
    voucher,
)

PER_BOX = Decimal(10)
NOUNS = {
    Kind.order: "purchase_order",
    Kind.order_change: "order_change",
    Kind.receipt: "goods_receipt",
    Kind.goods_return: "goods_return",
    Kind.voucher: "voucher",
    Kind.payable: "payable",
    Kind.debit_memo: "debit_memo",
    Kind.reservation: "reservation",
}
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
NEEDS_ORDER = (Kind.order_change, Kind.receipt, Kind.goods_return, Kind.payable)
NEEDS_RECEIPT = (Kind.goods_return, Kind.payable)


class ErpPeer(SandboxPeer):
    """Amounts have two places, quantities three."""

    name = "erp"
    kind = SYSTEM
    ledgers = (Kind.order, *(kind for kind in NOUNS if kind is not Kind.order), JOURNAL)
    operations = {
        **{kind: (f"post_{noun}", f"reverse_{noun}", f"find_{noun}s") for kind, noun in NOUNS.items()},
        JOURNAL: ("post_journal", "reverse_journal", "find_journals"),
    }
    unknown = {**dict.fromkeys(NOUNS, "4599999999"), JOURNAL: "5999999999"}
    refusals = {
        "supplier": Refusal(Kind.order, order("PO-R", supplier="999"), Audience.supply_chain),
        "item": Refusal(Kind.order, order("PO-R", line={"item": "9999"}), Audience.item_master),
        "cost-centre": Refusal(Kind.order, order("PO-R", line={"cost_centre": "9999"}), Audience.finance),
        "currency": Refusal(Kind.order, order("PO-R", currency="EUR"), Audience.finance),
        "location": Refusal(Kind.order, order("PO-R", line={"location": "OR-77"}), Audience.integration),
        "received-order": Refusal(Kind.receipt, receipt("PO-NONE"), Audience.buyer),
        "invoiced-order": Refusal(Kind.payable, payable("I-R", of="PO-NONE"), Audience.buyer),
        "voucher": Refusal(Kind.payable, payable("I-R", of="PO-NONE", parked="1799999999"), Audience.finance),
        "owing-supplier": Refusal(Kind.debit_memo, debit_memo(supplier="999"), Audience.supply_chain),
        "budget": Refusal(Kind.reservation, reservation("9999999.99"), Audience.finance),
        "journal-cost-centre": Refusal(JOURNAL, posting(cost_centre="9999"), Audience.finance),
        "journal-unit": Refusal(JOURNAL, posting(unit="box"), Audience.item_master),
        "journal-item": Refusal(JOURNAL, posting(item="9999"), Audience.item_master),
        "journal-facility": Refusal(JOURNAL, posting(facility="WEST"), Audience.integration),
        "journal-currency": Refusal(
            JOURNAL, posting(amount=Money(amount=Decimal(1), currency="EUR")), Audience.finance
        ),
        "journal-rule": Refusal(
            JOURNAL, posting(rule=CostRule.expense_against_received_not_invoiced), Audience.finance
        ),
        "journal-place": Refusal(
            JOURNAL, posting(location="ED-CART", rule=CostRule.expensed_at_issue), Audience.finance
        ),
        "journal-amount": Refusal(
            JOURNAL, posting(amount=Money(amount=Decimal("0.001"), currency="USD")), Audience.finance
        ),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Four of an item at ten dollars, by default; an order, and its receipt, stand before what needs them."""
        quantity = QUANTITIES.get(variant, Decimal(4))
        if ledger == JOURNAL:
            return Sample(posting(quantity), quantity, _money(quantity * PRICE), DAY)
        boxed = variant is Variant.boxed
        words = WORDS if variant is Variant.worded else ""
        per_unit = PRICE * PER_BOX if boxed else PRICE
        line = {"description": words, "supplier_item": words, **(_BOX if boxed else {})}
        ordered = {"price": str(PRICE), "line": line, "ship_to": words}
        # What stands before is of the coarsest form, so that only the document itself is of the form asked for.
        before = Decimal(4) if variant is Variant.too_fine else quantity
        books = system.books()
        if ledger in NEEDS_ORDER:
            twice = 2 * before if ledger == Kind.order_change else before
            placed = order(number, quantity=str(twice), **ordered)
            await books[Kind.order].post(placed, wire_key=wire_key(f"order {number}"))
        if ledger in NEEDS_RECEIPT:
            await books[Kind.receipt].post(
                receipt(number, quantity=str(before)), wire_key=wire_key(f"receipt {number}")
            )
        amount = _money(quantity * per_unit)
        document: Any
        match ledger:
            case Kind.order:
                document = order(number, quantity=str(quantity), **ordered)
            case Kind.order_change:
                document = change(number, quantity=str(quantity), **ordered)
            case Kind.receipt:
                document = receipt(number, quantity=str(quantity), packing_slip=words)
            case Kind.goods_return:
                document = goods_return(number, quantity=str(quantity))
            case Kind.payable:
                document = payable(f"I-{number}", of=number, quantity=str(quantity), amount=str(amount))
            case Kind.voucher:
                return Sample(voucher(f"V-{number}", str(amount)), None, amount, DAY)
            case Kind.debit_memo:
                return Sample(debit_memo(f"D-{number}", str(amount), reason=words or "x"), None, amount, DAY)
            case _:
                return Sample(reservation(str(amount), cost_centre="4130"), None, amount, DAY)
        return Sample(document, quantity, amount, DAY)


_BOX = {"unit": "box", "base_factor": PER_BOX, "price_factor": PER_BOX}


def _money(amount: Decimal) -> Decimal:
    """The smallest amount stands for what is smaller."""
    return max(amount.quantize(Decimal("0.01")), Decimal("0.01"))
