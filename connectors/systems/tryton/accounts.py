"""What Tryton itself fills into a supplier's invoice: for the supplier, for a product, and accounts by their code."""

from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Row

INVOICE = "account.invoice"


class Accounts(Catalogue):
    """Answers none for what Tryton does not know."""

    async def creditor(self, supplier: str) -> Row | None:
        """The head of an invoice of a supplier: party, address, account, journal, payment term."""

        async def look() -> Row | None:
            party = await self.party(supplier)
            if party is None:
                return None
            head = {"type": "in", "company": await self._client.company(), "party": party.party}
            filled = await self._client.filled(INVOICE, head, list(head))
            return {name: filled.get(name) for name in (*head, "invoice_address", "account", "journal", "payment_term")}

        return await self._once(("creditor", supplier), look)

    async def expense_of(self, product: int) -> int | None:
        """The account that takes what a product costs, by the rules of its category."""

        async def look() -> int | None:
            line = {"type": "line", "invoice_type": "in", "company": await self._client.company(), "product": product}
            filled = await self._client.filled("account.invoice.line", line, ["product"])
            account: int | None = filled.get("account")
            return account

        return await self._once(("expense of", str(product)), look)

    async def expense(self) -> int | None:
        """The account that takes what no category of products says."""

        async def look() -> int | None:
            fields = ["default_category_account_expense"]
            [found] = await self._client.rows("account.configuration", [], fields)
            account: int | None = found[fields[0]]
            return account

        return await self._once(("expense",), look)
