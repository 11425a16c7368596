"""Makes the values of a supplier's invoice: its head, lines of what was ordered, and lines of money alone."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.accounts import Accounts
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.orders import Line
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import number

CENT, PRICE = Decimal("0.01"), Decimal("0.0001")
"""The places of an amount, and of a unit price unless a Tryton is configured for another number of them."""
VARIANCE, SHORT_PAID, BILL_ONLY = "variance", "short-paid", "bill-only"


class Bills:
    """Amounts are in the company's currency. What a supplier wrote beside its lines stays with us: it may name a patient."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings) -> None:
        self._client = client
        self._accounts = Accounts(client, settings)
        self._settings = settings

    async def head(
        self, *, supplier: str, reference: str, currency: str, on: date, posted_on: date, due_on: date | None = None
    ) -> Row:
        """The head; `reference` is the number by which the supplier knows it. Due by the supplier's term, or on a day."""
        creditor = await self._accounts.creditor(supplier)
        if creditor is None:
            raise not_known(self._client.system, _OPERATION, "the supplier", Audience.supply_chain)
        record, code = await self._accounts.currency()
        if code != currency:
            raise self._refused("the invoice is in another currency than the company's", Audience.finance)
        due = {} if due_on is None else {"payment_term": None, "payment_term_date": due_on}
        dates = {"invoice_date": on, "accounting_date": posted_on}
        return {**creditor, "reference": reference, "currency": record, **dates, **due}

    async def goods(self, line: Line, quantity: Decimal, amount: Decimal) -> tuple[Row, Decimal]:
        """A line of what was ordered, and what of its amount four places of a price for one cannot say."""
        price = (amount / quantity).quantize(PRICE)
        product = line.row["product"]
        values = {
            **await self._line(),
            "origin": line.origin,
            "product": product,
            "unit": line.row["unit"],
            "quantity": number(quantity),
            "unit_price": price,
            "account": await self._account_of(product) or await self._expense(),
            "stock_moves": [["add", [move["id"] for move in line.arrived]]],
        }
        return values, amount - (quantity * price).quantize(CENT)

    async def money(self, kind: str, amount: Decimal, words: str) -> Row:
        """A line of money alone, on the account that the configuration names for its kind, or else on Tryton's own."""
        if amount != amount.quantize(CENT):
            raise self._refused("Tryton keeps two places of an amount", Audience.finance)
        account = await self.account(kind) or await self._expense()
        return {**await self._line(), "quantity": 1.0, "unit_price": amount, "account": account, "description": words}

    async def account(self, kind: str) -> int | None:
        """The account that the configuration names for a kind of money; none where it names none."""
        code = self._settings.accounts.get(kind)
        account = await self._accounts.coded("account.account", code) if code else None
        if code and account is None:
            raise not_known(
                self._client.system, _OPERATION, "an account that the configuration names", Audience.finance
            )
        return account

    async def in_dispute(self, party: int, invoice: str) -> Decimal:
        """What of a supplier's invoice was not paid and not yet asked back by debit memos."""
        account = await self.account(SHORT_PAID)
        if account is None or not invoice:
            return Decimal(0)
        domain = [
            *(["account", "=", account], ["description", "=", invoice]),
            *(["invoice.party", "=", party], ["invoice.state", "in", ["posted", "paid"]]),
        ]
        lines = await self._client.rows("account.invoice.line", domain, ["amount"])
        return -sum((line["amount"] for line in lines), Decimal(0))

    async def _account_of(self, product: int | None) -> int | None:
        """A line without a product bills what was used before it was ordered, whose cost was booked when it was used."""
        return await (self.account(BILL_ONLY) if product is None else self._accounts.expense_of(product))

    async def _expense(self) -> int:
        account = await self._accounts.expense()
        if account is None:
            raise self._refused("Tryton has no account for expenses without a product", Audience.finance)
        return account

    async def _line(self) -> Row:
        currency, _ = await self._accounts.currency()
        return {"type": "line", "company": await self._client.company(), "currency": currency}

    def _refused(self, why: str, audience: Audience) -> BusinessRefusal:
        return refused(self._client.system, _OPERATION, why, audience)


def lines(made: Sequence[Row]) -> Row:
    """These lines, as part of a new invoice."""
    return {"lines": [["create", list(made)]]}


_OPERATION = "account.invoice.create"
