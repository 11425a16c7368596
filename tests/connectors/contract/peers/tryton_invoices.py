"""Tryton's receiving and payables under the contract: receipts, returns, vouchers, payables, debit memos."""

from decimal import Decimal
from typing import Any

from canonical.documents.item import Ownership
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from tests.connectors.contract.peer import WORDS, Refusal, Sample, Variant
from tests.connectors.contract.peers.tryton_server import TrytonServerPeer
from tests.connectors.purchases import DAY, debit_memo, goods_return, payable, receipt, voucher
from tests.connectors.tryton_orders import ordered

PRICE, PER_BOX = Decimal(10), Decimal(10)
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
SHIPMENTS = {Kind.receipt: "in", Kind.goods_return: "in.return"}
INVOICES = (Kind.voucher, Kind.payable, Kind.debit_memo)


class TrytonInvoicesPeer(TrytonServerPeer):
    """Amounts have two places, quantities four; an order stands before what needs it."""

    name = "tryton-invoices"
    ledgers = (*SHIPMENTS, *INVOICES)
    calls = {
        **{
            kind: tuple(f"stock.shipment.{form}.{verb}" for verb in ("create", "cancel", "search_read"))
            for kind, form in SHIPMENTS.items()
        },
        **{kind: tuple(f"account.invoice.{verb}" for verb in ("create", "cancel", "search_read")) for kind in INVOICES},
    }
    unknown = {
        Kind.receipt: "rec-999999999",
        Kind.goods_return: "rts-999999999",
        Kind.voucher: "vou-999999999",
        Kind.payable: "pay-999999999",
        Kind.debit_memo: "memo-999999999",
    }
    refusals = {
        "received-order": Refusal(Kind.receipt, receipt("PO-NONE"), Audience.buyer),
        "owner": Refusal(Kind.receipt, receipt("PO-NONE", ownership=Ownership.consigned), Audience.receiving),
        "bill-only": Refusal(Kind.receipt, receipt("PO-NONE", moves_stock=False), Audience.buyer),
        "returned-order": Refusal(Kind.goods_return, goods_return("PO-NONE"), Audience.buyer),
        "invoiced-order": Refusal(Kind.payable, payable("I-R", of="PO-NONE"), Audience.buyer),
        "voucher": Refusal(
            Kind.payable,
            payable("I-R", parked="vou-999999999").model_copy(update={"allocations": ()}),
            Audience.finance,
        ),
        "owing-supplier": Refusal(Kind.debit_memo, debit_memo(supplier="999"), Audience.supply_chain),
        "currency": Refusal(Kind.debit_memo, debit_memo(currency="EUR"), Audience.finance),
    }

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Four of an item at ten dollars, by default; enough was ordered for every writer that a test may have."""
        quantity = QUANTITIES.get(variant, Decimal(4))
        # What stands before is of the coarsest form, so that only the document itself is of the form asked for.
        before = 10 * (Decimal(4) if variant is Variant.too_fine else quantity)
        boxed = variant is Variant.boxed
        words = WORDS if variant is Variant.worded else ""
        per_unit = PRICE * PER_BOX if boxed else PRICE
        if ledger in (*SHIPMENTS, Kind.payable):
            unit = "box" if boxed else "each"
            await ordered(system, number, quantity=before, price=per_unit, unit=unit)
        if ledger == Kind.goods_return:
            came = receipt(number, quantity=str(before))
            await system.books()[Kind.receipt].post(came, wire_key=wire_key(f"receipt {number}"))
        amount = max((quantity * per_unit).quantize(Decimal("0.01")), Decimal("0.01"))
        document: Any
        match ledger:
            case Kind.receipt:
                document = receipt(number, quantity=str(quantity), packing_slip=words)
                return Sample(document, quantity, day=DAY)
            case Kind.goods_return:
                return Sample(goods_return(number, quantity=str(quantity)), quantity, day=DAY)
            case Kind.payable:
                document = payable(f"I-{number}", of=number, quantity=str(quantity), amount=str(amount))
                return Sample(document, quantity, amount, DAY)
            case Kind.voucher:
                return Sample(voucher(f"V-{number}", str(amount)), None, amount, DAY)
            case _:
                return Sample(debit_memo(f"D-{number}", str(amount), reason=words or "x"), None, amount, DAY)
