"""Canonical postings as the vendor's forms: change orders, receipts, returns, vouchers, payables, debit memos, reservations."""

from datetime import date
from decimal import Decimal
from typing import Any

from canonical.documents.invoice import ChargeKind, Invoice, InvoiceType
from canonical.documents.order import OrderChange
from canonical.documents.posting import (
    DebitMemo,
    OrderedQuantity,
    Payable,
    ReceiptPosting,
    Relief,
    ReturnPosting,
    Voucher,
)
from canonical.documents.replenishment import Reservation
from connectors.systems.sandbox_erp.mapping import OWNERS, exact, vendor_date
from connectors.systems.sandbox_erp.names import Names, uom_of, vendor_of
from connectors.systems.sandbox_erp.orders import flag, item_number, plain, to_items

_RELIEFS = {Relief.at_receipt: "GR", Relief.at_invoice: "IV"}
_OWNERS = {owner: code for code, owner in OWNERS.items()}
_EXTRAS = {ChargeKind.freight: "FREIGHT", ChargeKind.fuel: "FREIGHT", ChargeKind.tax: "TAX"}


def to_change(change: OrderChange, names: Names, *, wire_key: str) -> dict[str, Any]:
    """A change order."""
    order = change.order
    head = {
        "PO_REF": order.number,
        "REVISION": order.version,
        "REF_DOC_NO": wire_key,
        "REASON": plain(change.reason, 200),
    }
    return {"HEADER": head, "ITEMS": to_items(order, names, operation="post_order_change")}


def to_receipt(posting: ReceiptPosting, names: Names, *, wire_key: str) -> dict[str, Any]:
    """A goods receipt."""
    receipt = posting.receipt
    head = {
        "PO_REF": posting.order,
        "EXT_NO": receipt.number,
        "REF_DOC_NO": wire_key,
        "DELIV_NOTE": plain(receipt.packing_slip),
        "DOC_DATE": vendor_date(receipt.received_on),
        "PSTNG_DATE": vendor_date(posting.posted_on or receipt.received_on),
        "RELIEF": _RELIEFS[posting.relief],
        "MOVE_STOCK": flag(receipt.moves_stock),
        "OWNER_IND": _OWNERS[receipt.ownership],
    }
    return {"HEADER": head, "ITEMS": [_moved(line) for line in posting.lines]}


def to_return(posting: ReturnPosting, names: Names, *, wire_key: str) -> dict[str, Any]:
    """A return to the supplier."""
    goods_return = posting.goods_return
    head = {
        "PO_REF": posting.order,
        "EXT_NO": goods_return.number,
        "REF_DOC_NO": wire_key,
        "DOC_DATE": vendor_date(goods_return.returned_on),
        "PSTNG_DATE": vendor_date(posting.posted_on or goods_return.returned_on),
        "RELIEF": _RELIEFS[posting.relief],
        "OWNER_IND": _OWNERS[goods_return.ownership],
        "RMA": plain(goods_return.authorisation),
    }
    return {"HEADER": head, "ITEMS": [_moved(line) for line in posting.lines]}


def to_voucher(voucher: Voucher, names: Names, *, wire_key: str) -> dict[str, Any]:
    """A parked invoice. What the supplier wrote beside its lines stays with us: it may name a patient."""
    invoice = voucher.invoice
    head = _invoice_head(invoice, names, "post_voucher", wire_key=wire_key, posted_on=None)
    held = {"GROSS_AMOUNT": money(_signed(invoice, invoice.total)), "HOLD": plain(voucher.held_for, 400)}
    items = [
        {
            "ITEM_NO": item_number(line.line),
            "KIND": line.kind.upper(),
            "PO_REF": line.order or "",
            "PO_ITEM": item_number(line.order_line) if line.order_line else "",
            "QUANTITY": exact(line.quantity, places=3),
            "UNIT": uom_of(line.unit),
            "AMOUNT_DC": money(line.amount),
        }
        for line in invoice.lines
    ]
    return {"HEADER": {**head, **held}, "ITEMS": items}


def to_payable(payable: Payable, names: Names, *, wire_key: str) -> dict[str, Any]:
    """An invoice approved for payment."""
    invoice = payable.invoice
    head = _invoice_head(invoice, names, "post_payable", wire_key=wire_key, posted_on=payable.posted_on)
    approved = {
        "VOUCHER": payable.voucher,
        "RELIEF": _RELIEFS[payable.relief],
        "VARIANCE": money(payable.variance),
        "SHORT_PAID": money(payable.short_paid),
        "DUE_DATE": vendor_date(payable.due_on) if payable.due_on else head["DUE_DATE"],
    }
    items = [
        {
            "PO_REF": one.order,
            "PO_ITEM": item_number(one.order_line),
            "QUANTITY": exact(one.quantity, places=3),
            "AMOUNT_DC": money(one.amount),
        }
        for one in payable.allocations
    ]
    extras = [
        {"KIND": _EXTRAS.get(ChargeKind(kind), "OTHER"), "AMOUNT_DC": money(amount)}
        for kind, amount in payable.extras.items()
    ]
    return {"HEADER": {**head, **approved}, "ITEMS": items, "EXTRAS": extras}


def to_debit_memo(memo: DebitMemo, names: Names, *, wire_key: str) -> dict[str, Any]:
    """Money asked back."""
    return {
        "PLANT": names.plant(memo.facility, "post_debit_memo").plant,
        "VENDOR": vendor_of(memo.supplier),
        "EXT_NO": memo.number,
        "REF_DOC_NO": wire_key,
        "VENDOR_REF": plain(memo.invoice),
        "PO_REF": plain(memo.order),
        "AMOUNT_DC": money(memo.amount),
        "CURRENCY": memo.currency,
        "PSTNG_DATE": vendor_date(memo.on),
        "REASON": plain(memo.reason, 200),
    }


def to_reservation(reservation: Reservation, names: Names, *, wire_key: str) -> dict[str, Any]:
    """Money set aside of a budget."""
    plant = names.plant(reservation.facility, "post_reservation")
    return {
        "COST_CTR": names.cost_centre(reservation.cost_centre, plant),
        "AMOUNT_DC": money(reservation.amount),
        "CURRENCY": reservation.currency,
        "PSTNG_DATE": vendor_date(reservation.on),
        "EXT_NO": plain(reservation.basket),
        "REF_DOC_NO": wire_key,
    }


def money(amount: Decimal) -> str:
    """An amount as the ERP writes it; `ValueError` where it has more than two places."""
    return exact(amount, places=2)


def _invoice_head(
    invoice: Invoice, names: Names, operation: str, *, wire_key: str, posted_on: date | None
) -> dict[str, Any]:
    return {
        "PLANT": names.plant(invoice.facility, operation).plant,
        "VENDOR": vendor_of(invoice.supplier),
        "VENDOR_REF": invoice.number,
        "INV_TYPE": "C" if invoice.type is InvoiceType.credit else "I",
        "REF_DOC_NO": wire_key,
        "DOC_DATE": vendor_date(invoice.invoiced_on),
        "PSTNG_DATE": vendor_date(posted_on or invoice.received_on),
        "DUE_DATE": vendor_date(invoice.due_on) if invoice.due_on else "",
        "CURRENCY": invoice.currency,
    }


def _signed(invoice: Invoice, amount: Decimal) -> Decimal:
    return -amount if invoice.type is InvoiceType.credit else amount


def _moved(line: OrderedQuantity) -> dict[str, Any]:
    return {
        "PO_ITEM": item_number(line.order_line),
        "DOC_ITEM": item_number(line.document_line),
        "QUANTITY": exact(line.quantity, places=3),
    }
