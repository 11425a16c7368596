"""The documents of purchasing and payables: how each is called, written and taken back. All are served the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.erp import debit_memos, goods_movements, payables, purchase_orders, reservations, vouchers
from sandbox.erp.forms import Form
from sandbox.erp.purchasing_forms import (
    DebitMemo,
    Movement,
    OrderChange,
    Payable,
    PurchaseOrder,
    Reservation,
    TakingBack,
    Voucher,
)
from sandbox.erp.writing import Writing

Write = Callable[[Writing, Any], dict[str, Any]]
TakeBack = Callable[[Writing, str, TakingBack], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Book:
    """One kind of document."""

    kind: str
    noun: str
    path: str
    form: type[Form]
    write: Write
    take_back: TakeBack


def _book(kind: str, path: str, form: type[Form], write: Write, take_back: TakeBack) -> Book:
    """One book; its noun is the last word of its path."""
    noun = path.rpartition("/")[2].removesuffix("s")
    return Book(kind=kind, noun=noun, path=path, form=form, write=write, take_back=take_back)


BOOKS = (
    _book("PO", "/mm/purchase_orders", PurchaseOrder, purchase_orders.post, purchase_orders.cancel),
    _book("CO", "/mm/order_changes", OrderChange, purchase_orders.change, purchase_orders.take_change_back),
    _book("GR", "/mm/goods_receipts", Movement, goods_movements.receive, goods_movements.reverse_receipt),
    _book("RT", "/mm/goods_returns", Movement, goods_movements.send_back, goods_movements.reverse_return),
    _book("VO", "/fi/vouchers", Voucher, vouchers.park, vouchers.cancel),
    _book("AP", "/fi/payables", Payable, payables.post, payables.reverse),
    _book("DM", "/fi/debit_memos", DebitMemo, debit_memos.post, debit_memos.reverse),
    _book("RS", "/fi/reservations", Reservation, reservations.post, reservations.release),
)
