"""Goods that are their supplier's until used, on a shelf of a real Tryton, and the operating room that uses them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from canonical.documents.item import Ownership
from canonical.documents.posting import LotEntry, LotsIn
from canonical.documents.replenishment import UsageSheet
from canonical.documents.usage import CorrectionKind, Disposition, Usage, UsageCorrection
from canonical.errors import Audience
from canonical.identity import RunName, basket_run, case_basket, wire_key
from canonical.inbound import EventType
from canonical.kinds import Kind
from connectors.systems.tryton.client import Row
from tests.support.orders import lot
from tests.support.real_trade import COST_CENTRE
from tests.support.replenishing import today
from tests.support.trade_house import NOW, TradeHouse
from tests.support.trading import Trading
from tests.support.used_goods import token, written

FACILITY, LOT, THERE = "NORTH", "L1", 10


@dataclass
class OnLoan:
    """The house, the shelf by its code, and the surgical case in which it is used, by its token."""

    trading: Trading
    shelf: str
    case: str

    @classmethod
    async def at(cls, trading: Trading) -> "OnLoan":
        """The supplier lays ten of a lot on a shelf of its own."""
        loan = cls(trading, f"LOAN-{uuid4().hex[:8]}", await token(trading.house))
        await loan._make_shelf()
        line = LotEntry(item=trading.goods.item, quantity=Decimal(THERE), lots=(lot(LOT, str(THERE)),))
        lent = LotsIn(
            facility=FACILITY,
            location=loan.shelf,
            receipt="CONSIGNED",
            on=today(),
            supplier=trading.goods.supplier,
            ownership=Ownership.consigned,
            lines=(line,),
        )
        books = trading.house.inventory.books()
        await books[Kind.lots_in].post(lent, wire_key=wire_key(f"lent {loan.shelf}"))
        return loan

    @property
    def house(self) -> TradeHouse:
        """Who uses and buys."""
        return self.trading.house

    @property
    def basket(self) -> RunName:
        """The run of what was used of the supplier's goods in the case."""
        return basket_run(FACILITY, case_basket(self.trading.goods.supplier, self.case))

    async def used(self, each: int) -> tuple[Usage, RunName]:
        """So many of the lot are implanted."""
        use = Usage(
            facility=FACILITY,
            source="wards",
            number=self.house.number("U1"),
            occurred=NOW,
            act="act-1",
            surgical_case=self.case,
            service_date=today(),
            location=self.shelf,
            performing_cost_centre=COST_CENTRE,
            charged_cost_centre=COST_CENTRE,
            item=self.trading.goods.item,
            lot=LOT,
            quantity=Decimal(each),
            unit="each",
            disposition=Disposition.implanted,
        )
        await self.house.tell(EventType.usage_reported, use)
        return use, RunName(process="usage-to-charge", facility=FACILITY, source="wards", number=use.number)

    def correction(self, use: Usage, kind: CorrectionKind) -> UsageCorrection:
        """What the operating room says of a use afterwards."""
        said = {"facility": FACILITY, "source": "wards", "number": use.number, "occurred": NOW}
        return UsageCorrection.model_validate({**said, "correction": "K-1", "kind": kind})

    async def sheet(self, each: int) -> None:
        """What the supplier's representative has written down."""
        goods = self.trading.goods
        sent = UsageSheet(
            facility=FACILITY,
            source="supplier",
            number=self.house.number("SH"),
            version=1,
            occurred=NOW,
            supplier=goods.supplier,
            surgical_case=self.case,
            lines=(written(each, item=goods.item, lot=LOT),),
        )
        await self.house.tell(EventType.usage_sheet_sent, sent)

    async def counted(self, order: str) -> list[str]:
        """The state of each receipt of the order that moves no stock."""
        domain = [["reference", "like", f"% used % of {order}"]]
        return [row["state"] for row in await self._rows("stock.shipment.in", domain, ["state"])]

    async def on_shelf(self) -> Decimal:
        """How many of the lot are left, by Tryton."""
        nothing = {"device_identifier": None, "serial": None}
        found = await self.house.inventory.look_up(
            facility=FACILITY, location=self.shelf, item=self.trading.goods.item, lot=LOT, **nothing
        )
        assert found.lot is not None
        return found.lot.on_hand

    async def cost_open(self) -> Decimal:
        """What uses have put on received-not-invoiced, by the words of the ledger's lines."""
        domain = [
            *(["account.code", "=", "2.4.9"], ["move.state", "=", "posted"]),
            ["description", "like", f"% of {self.trading.goods.item}, %"],
        ]
        rows = await self._rows("account.move.line", domain, ["debit", "credit"])
        return sum((row["debit"] - row["credit"] for row in rows), Decimal(0))

    async def _make_shelf(self) -> None:
        person, supplier = self.trading.books.person, self.trading.goods.supplier
        [owner] = await self._rows("party.party", [["code", "=", supplier]], ["id"])
        [campus] = await self._rows(
            "stock.location", [["type", "=", "warehouse"], ["code", "=", FACILITY]], ["storage_location"]
        )
        shelf = {"type": "supplier", "parent": campus["storage_location"], "consignment_party": owner["id"]}
        used = f"USED/{FACILITY}/{self.shelf}"
        for values in ({**shelf, "code": self.shelf}, {"type": "customer", "code": used}):
            await person.create("stock.location", {"name": values["code"], **values}, audience=Audience.integration)
        [end] = await self._rows("stock.location", [["code", "=", used]], ["id"])
        department = {
            "name": used,
            "code": used,
            "customer_location": end["id"],
            "addresses": [["create", [{"street": "1 Long Road"}]]],
        }
        await person.create("party.party", department, audience=Audience.integration)

    async def _rows(self, model: str, domain: list[object], fields: list[str]) -> list[Row]:
        return await self.trading.books.person.rows(model, domain, fields)
