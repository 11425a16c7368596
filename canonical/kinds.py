"""Kinds: every kind of document that a system of others is asked to keep, with its model and the domain it stands in."""

from collections.abc import Mapping
from enum import StrEnum

from canonical.documents.order import Order, OrderChange
from canonical.documents.posting import (
    DebitMemo,
    ExpectedDelivery,
    LotsIn,
    LotsOut,
    Payable,
    ReceiptPosting,
    Replacement,
    ReturnPosting,
    ReturnRequest,
    Transfer,
    Voucher,
)
from canonical.documents.replenishment import Reservation
from canonical.model import Frozen
from canonical.run import Domain


class Kind(StrEnum):
    """The name of a kind: in activities (`receipt.post`), in effects, and in lineage."""

    order = "order"
    order_change = "order-change"
    receipt = "receipt"
    goods_return = "return"
    voucher = "voucher"
    payable = "payable"
    debit_memo = "debit-memo"
    reservation = "reservation"
    lots_in = "lots-in"
    lots_out = "lots-out"
    transfer = "transfer"
    expected = "expected"
    sent_order = "sent-order"
    sent_change = "sent-change"
    replacement = "replacement"
    return_request = "return-request"


DOCUMENTS: Mapping[Kind, type[Frozen]] = {
    Kind.order: Order,
    Kind.order_change: OrderChange,
    Kind.receipt: ReceiptPosting,
    Kind.goods_return: ReturnPosting,
    Kind.voucher: Voucher,
    Kind.payable: Payable,
    Kind.debit_memo: DebitMemo,
    Kind.reservation: Reservation,
    Kind.lots_in: LotsIn,
    Kind.lots_out: LotsOut,
    Kind.transfer: Transfer,
    Kind.expected: ExpectedDelivery,
    Kind.sent_order: Order,
    Kind.sent_change: OrderChange,
    Kind.replacement: Replacement,
    Kind.return_request: ReturnRequest,
}
"""The model of each kind of document."""

DOMAINS: Mapping[Kind, Domain] = {
    Kind.order: "procurement",
    Kind.order_change: "procurement",
    Kind.receipt: "procurement",
    Kind.goods_return: "procurement",
    Kind.voucher: "procurement",
    Kind.payable: "procurement",
    Kind.debit_memo: "procurement",
    Kind.reservation: "procurement",
    Kind.lots_in: "inventory",
    Kind.lots_out: "inventory",
    Kind.transfer: "inventory",
    Kind.expected: "inventory",
    Kind.sent_order: "supplier",
    Kind.sent_change: "supplier",
    Kind.replacement: "supplier",
    Kind.return_request: "supplier",
}
"""The domain whose system keeps each kind."""
