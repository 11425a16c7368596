"""Makes the entries of a cost posting, and reads back what only their words say.

Tryton's ledger has neither quantity nor item, service date, lot or serial: they stand in the words of each line, in one
form, so that a person reads them and the quantity is found again. A line of a posted move cannot be changed.
"""

import re
from datetime import date
from decimal import Decimal

from canonical.documents.costing import CostPosting, CostRule, cost_rule
from canonical.documents.usage import Disposition
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.settings import LedgerSettings
from connectors.systems.tryton.valuing import Valuing

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?) \S+ of ", re.ASCII)
_MOVE = "account.move"


class Entries:
    """Whatever a posting names is looked up by its code, and refused where it is not there, before anything is sent."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, valuing: Valuing, settings: LedgerSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._valuing = valuing
        self._settings = settings

    async def of(self, posting: CostPosting, *, on: date) -> Row:
        """A debit to the expense, with the cost centre's analytic line, and its credit; no credit for a sample at zero."""
        await self._check_rule(posting)
        expense = await self._expense(posting)
        centre = await self._catalogue.cost_centre(self._settings.cost_centre(posting.cost_centre))
        if centre is None:
            raise not_known(self._client.system, _MOVE, "the cost centre", Audience.finance)
        _, currency = await self._catalogue.currency()
        if posting.amount.currency != currency:
            raise self._refused("the currency is not that of the company")
        words, amount, none = _words(posting), posting.amount.amount, Decimal(0)
        debit = {"debit": amount, "credit": none}
        # For the cost centre it counts in the period in which the ledger has it; by itself the line would be of today.
        analytic = {**debit, "account": centre["id"], "date": on}
        lines = [{**debit, "account": expense, "description": words, "analytic_lines": created(analytic)}]
        source = self._credited(posting.rule)
        if source is not None:
            account = await self._coded("account.account", source, "the account to credit")
            lines.append({"debit": none, "credit": amount, "account": account, "description": words})
        return {"lines": created(*lines)}

    async def _check_rule(self, posting: CostPosting) -> None:
        kept = await self._valuing.kept(posting.facility, posting.location)
        if posting.rule is not CostRule.sample_at_zero and posting.rule is not cost_rule(*kept, Disposition.consumed):
            raise self._refused("Tryton keeps the goods in another way than the cost was computed by")
        if posting.rule is CostRule.expensed_at_issue:
            raise self._refused("the goods were expensed when they were issued: there is nothing to post")

    async def _expense(self, posting: CostPosting) -> int:
        product = await self._catalogue.product(posting.item)
        if product is None:
            raise not_known(self._client.system, _MOVE, "the item", Audience.item_master)
        if product["default_uom."]["name"] != posting.unit:
            raise self._refused("the unit is not the base unit of the item", Audience.item_master)
        if self._settings.expense is not None:
            return await self._coded("account.account", self._settings.expense, "the expense account")
        category = product["template."]["account_category"]
        account = None if category is None else await self._catalogue.expense_account(category)
        if account is None:
            raise self._refused("the category of the item has no expense account")
        return account

    def _credited(self, rule: CostRule) -> str | None:
        match rule:
            case CostRule.expense_against_stock:
                return self._settings.stock
            case CostRule.expense_against_received_not_invoiced:
                return self._settings.received_not_invoiced
        return None

    async def _coded(self, model: str, code: str, what: str) -> int:
        found = await self._catalogue.coded(model, code)
        if found is None:
            raise not_known(self._client.system, _MOVE, what, Audience.finance)
        return found

    def _refused(self, why: str, audience: Audience = Audience.finance) -> BusinessRefusal:
        return refused(self._client.system, _MOVE, why, audience)


def created(*records: Row) -> list[object]:
    """Records that are made with the one to which they belong."""
    return [["create", list(records)]]


def quantity_of(lines: list[Row]) -> Decimal | None:
    """How many units were expensed, by the words of the debit; none for a journal that is not of this form."""
    for line in lines:
        said = _QUANTITY.match(line["description"] or "")
        if said:
            return Decimal(said[1])
    return None


def _words(posting: CostPosting) -> str:
    lot = f", lot {posting.lot}" if posting.lot else ""
    serial = f", serial {posting.serial}" if posting.serial else ""
    used = f"used {posting.service_date} at {posting.facility} {posting.location}"
    return f"{posting.quantity:f} {posting.unit} of {posting.item}, {used}{lot}{serial}, by {posting.method}"
