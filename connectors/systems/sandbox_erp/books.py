"""The books that the ERP keeps of purchasing and payables: one kind of document each, all written in the same way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import InvalidOperation
from typing import Any, Generic, TypeVar

from canonical.documents.order import Order
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from canonical.kinds import Kind
from canonical.ports import Book
from connectors.systems.sandbox_erp import orders, postings
from connectors.systems.sandbox_erp.client import ErpClient, is_document
from connectors.systems.sandbox_erp.mapping import vendor_date
from connectors.systems.sandbox_erp.names import Names
from connectors.systems.sandbox_erp.purchasing_shapes import DocumentHead

D = TypeVar("D")
Form = Callable[..., dict[str, Any]]


class ErpBook(Generic[D]):
    """Documents of one kind, marked by their keys as external references, looked up by them, taken back in place."""

    def __init__(self, client: ErpClient, names: Names, *, noun: str, path: str, form: Form, system: str) -> None:
        self._client = client
        self._names = names
        self._noun = noun
        self._path = path
        self._form = form
        self._system = system

    async def post(self, document: D, *, wire_key: str) -> Posted:
        """Write the document in the ERP's form."""
        operation = f"post_{self._noun}"
        try:
            form = self._form(document, self._names, wire_key=wire_key)
        except (ValueError, InvalidOperation):
            raise self._refused(operation, "the ERP keeps two places of an amount, three of a quantity") from None
        written, replayed = await self._client.write(self._noun, self._path, form, key=wire_key)
        head = written.DOCUMENT
        if replayed:
            # The ERP repeats its first answer word for word, also after the document was taken back.
            now = await self._client.document(self._noun, self._path, head.DOC_NO)
            if now is None or now.DOCUMENT.STAT == "RVSD":
                raise self._refused(operation, "the document posted under this key was taken back since")
        return Posted(reference=head.DOC_NO, posting_date=head.PSTNG_DATE)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Take the document back; asked twice, the ERP answers the first time."""
        if not is_document(reference):
            raise self._refused(f"reverse_{self._noun}", "the reference is not a document number of the ERP")
        order = {"PSTNG_DATE": vendor_date(on), "REF_DOC_NO": wire_key}
        head = (await self._client.take_back(self._noun, self._path, reference, order, key=wire_key)).DOCUMENT
        return Posted(reference=head.REVERSED_BY, posting_date=head.REVERSED_ON)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All documents under these keys; `live` is false once taken back."""
        found = await self._client.documents(self._noun, self._path, wire_keys)
        return tuple(_found(each.DOCUMENT) for each in found)

    async def get(self, reference: str) -> Found | None:
        """A document by its number; none for what is no document number."""
        found = await self._client.document(self._noun, self._path, reference) if is_document(reference) else None
        return _found(found.DOCUMENT) if found else None

    def _refused(self, operation: str, summary: str) -> BusinessRefusal:
        return BusinessRefusal(summary, system=self._system, operation=operation, audience=Audience.finance)


def books(client: ErpClient, names: Names, *, system: str) -> Mapping[Kind, Book[Any]]:
    """The book of each kind."""

    def book(noun: str, path: str, form: Form) -> ErpBook[Any]:
        return ErpBook(client, names, noun=noun, path=path, form=form, system=system)

    return {
        Kind.order: book("purchase_order", "/mm/purchase_orders", _order),
        Kind.order_change: book("order_change", "/mm/order_changes", postings.to_change),
        Kind.receipt: book("goods_receipt", "/mm/goods_receipts", postings.to_receipt),
        Kind.goods_return: book("goods_return", "/mm/goods_returns", postings.to_return),
        Kind.voucher: book("voucher", "/fi/vouchers", postings.to_voucher),
        Kind.payable: book("payable", "/fi/payables", postings.to_payable),
        Kind.debit_memo: book("debit_memo", "/fi/debit_memos", postings.to_debit_memo),
        Kind.reservation: book("reservation", "/fi/reservations", postings.to_reservation),
    }


def _order(order: Order, names: Names, *, wire_key: str) -> dict[str, Any]:
    return orders.to_order(order, names, wire_key=wire_key, operation="post_purchase_order")


def _found(head: DocumentHead) -> Found:
    return Found(
        reference=head.DOC_NO,
        wire_key=head.REF_DOC_NO,
        live=head.STAT != "RVSD",
        quantity=head.QUANTITY or None,
        amount=head.AMOUNT_DC,
        posting_date=head.PSTNG_DATE,
    )
