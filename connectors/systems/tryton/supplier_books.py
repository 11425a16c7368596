"""The books of what comes from suppliers and of what they bill: receipts, returns, vouchers, payables, debit memos."""

from collections.abc import Mapping
from typing import Any

from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.tryton.bills import Bills
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.debit_memos import DebitMemos
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.payables import Payables
from connectors.systems.tryton.receipts import Receipts
from connectors.systems.tryton.returns import Returns
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.vouchers import Vouchers


def supplier_books(
    client: TrytonClient, settings: TrytonSettings, named: Named, orders: Orders
) -> Mapping[Kind, Book[Any]]:
    """Those that a Tryton keeps which keeps the orders."""
    bills = Bills(client, settings)
    vouchers = Vouchers(client, bills)
    return {
        Kind.receipt: Receipts(client, named, orders),
        Kind.goods_return: Returns(client, named, orders),
        Kind.voucher: vouchers,
        Kind.payable: Payables(client, bills, orders, vouchers),
        Kind.debit_memo: DebitMemos(client, bills),
    }
