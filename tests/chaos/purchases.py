"""The purchases that chaos strikes, and what the hospital's people and suppliers do about them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from canonical.documents.invoice import normalised
from canonical.documents.replenishment import Request
from canonical.identity import (
    RunName,
    basket_run,
    invoice_run,
    order_number,
    order_run,
    request_run,
)
from canonical.inbound import EventType, Inbound
from canonical.quantity import UnitFactor
from canonical.receiving import standing as steps
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.mail import Mail
from suture.starting import Starter
from tests.chaos.campuses import CAMPUSES, Campus
from tests.support.engine import Engine, until
from tests.support.engine_hospital import SHORT_PAID
from tests.support.sandbox import SandboxSystem

ITEM, PRICE, PARTNER, VENDOR = "4702", Decimal("44.74"), "granit", f"0000{SHORT_PAID}"
"""Guide wires by lot, as their contract has them; the supplier by the desk's name for it and by the ERP's."""

CENTRE = "4110"
"""A cost centre whose budget is absolute."""

SHELVES = tuple(
    (place, item)
    for item in (4703, 4706, 4707, 4711, 4714, 4719, 4723, 4727, 4731)
    for place in ("OR-1", "OR-2", "ED-CART")
)
"""Where owned supplies may be lacking; the other locations keep their spare ones."""

CONSIGNED = tuple(
    (place, item) for item in (4700, 4720) for place in ("OR-1", "OR-2", "CATH", "ED-CART", "ICU-CART", "CABINET-9")
)


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One purchase; everything in it is named after its number."""

    number: str
    shelf: tuple[str, int] | None = None
    facility: str = "NORTH"

    @classmethod
    def nth(cls, nth: int, *, shelf: tuple[str, int] | None = None, facility: str = "NORTH") -> "Purchase":
        """The n-th purchase, of what is lacking on a shelf if one is named."""
        return cls(number=f"{nth:03d}{uuid4().hex[:6]}", shelf=shelf, facility=facility)

    @property
    def campus(self) -> Campus:
        """What the systems call its facility."""
        return CAMPUSES[self.facility]

    @property
    def basket(self) -> RunName:
        """The run of the basket, where the engine orders."""
        return basket_run(self.facility, f"B{self.number}")

    @property
    def ordered(self) -> str:
        """The number of the order that the basket becomes."""
        return order_number(self.basket, 1)

    @property
    def bought(self) -> str:
        """The number of the order, where a buyer orders in the ERP."""
        return f"P{self.number}"

    @property
    def order(self) -> RunName:
        """The run of the order that a buyer made."""
        return order_run(self.facility, self.bought)

    @property
    def receipt(self) -> str:
        """The dock's number."""
        return f"GR{self.number}"

    @property
    def back(self) -> str:
        """The number of the return."""
        return f"RT{self.number}"

    @property
    def invoice(self) -> RunName:
        """The run of the invoice."""
        return invoice_run(self.facility, SHORT_PAID, normalised(f"IV{self.number}"))

    @property
    def need(self) -> RunName:
        """The run of the need of its shelf."""
        place, item = self.lacking
        return request_run(self.facility, place, str(item))

    @property
    def lacking(self) -> tuple[str, int]:
        """Where which item is lacking."""
        if self.shelf is None:
            raise AssertionError(f"purchase {self.number} is not about a shelf")
        return self.shelf

    @property
    def runs(self) -> tuple[RunName, ...]:
        """Every run that it may have."""
        known = (self.basket, self.order, order_run(self.facility, self.ordered), self.invoice)
        return known if self.shelf is None else (*known, self.need)


def mail_of(engine: Engine) -> Mail:
    """The engine's own mail, for what only its own runs say."""
    settings, store = engine.settings, engine.store
    intake = Intake(store, facilities=settings.facilities)
    return Mail(intake, Dispatcher(engine.client, store, Starter(settings)))


async def ask(engine: Engine, purchase: Purchase, *, boxes: int = 5, supplier: str = SHORT_PAID) -> None:
    """A line is asked for and orders itself at the next cut-off, a second later."""
    request = Request(
        facility="NORTH",
        source="OR-1",
        number=f"RQ{purchase.number}",
        occurred=datetime.now(UTC),
        supplier=supplier,
        basket=purchase.basket.number,
        item=ITEM,
        quantity=Decimal(boxes),
        unit="box",
        location="OR-1",
        cost_centre=CENTRE,
        factors=(
            UnitFactor(unit="box", per="each", factor=Decimal(10), since=datetime(2020, 1, 1, tzinfo=UTC).date()),
        ),
    )
    known = {"facility", "source", "number", "legal_entity", "received"}
    await mail_of(engine).send(
        Inbound(
            id=f"asked-{purchase.number}",
            type=EventType.item_requested,
            facility="NORTH",
            number=request.number,
            time=request.occurred,
            data=request.model_dump(mode="json", exclude=known),
        )
    )


async def plan(engine: Engine, number: str, *does: dict[str, Any]) -> None:
    """What the supplier will do about the order of this number; without steps it is silent."""
    await engine.order(engine.sandbox.supplier, "plans", {"message": "orders", "number": number, "steps": list(does)})


async def asked_and_changed(engine: Engine, purchase: Purchase) -> None:
    """Five boxes are ordered, of which the supplier has three: the rest is cancelled, by policy."""
    has = {"line": 1, "status": "accepted", "quantity": "3"}
    lacks = {"line": 1, "status": "back-ordered", "quantity": "2"}
    await plan(engine, purchase.ordered, {"do": "acknowledge", "after": 0, "terms": [has, lacks]})
    await ask(engine, purchase)


async def asked(engine: Engine, purchase: Purchase) -> None:
    """Five boxes are ordered, and the supplier is silent."""
    await plan(engine, purchase.ordered)
    await ask(engine, purchase)


async def none_left(engine: Engine, purchase: Purchase) -> None:
    """The supplier has none of it: all of it is cancelled, by policy."""
    step = {"do": "acknowledge", "terms": [{"line": 1, "status": "back-ordered"}]}
    await engine.order(engine.sandbox.supplier, "steps", {"number": purchase.ordered, "step": step})


async def buy(engine: Engine, purchase: Purchase, *, quantity: int = 4) -> None:
    """A buyer makes an order in the ERP, and has it taken down at the order desk by phone."""
    await plan(engine, purchase.bought)
    line = {"line": 1, "buyer-part": ITEM, "quantity": str(quantity), "price": {"amount": str(PRICE)}}
    campus = purchase.campus
    head = {"partner": PARTNER, "account": campus.account, "number": purchase.bought}
    phoned = head | {"ordered-on": "2026-11-20", "currency": "USD", "lines": [line]}
    await post(engine, engine.sandbox.supplier, "/x1/orders", phoned)
    goods = {"PO_ITEM": "00001", "MATERIAL": f"{int(ITEM):018d}", "STGE_LOC": "OR01"}
    goods["COST_CTR"] = f"{campus.plant}411000"
    item = goods | {"QUANTITY": f"{quantity}.000", "NET_PRICE": str(PRICE)}
    names = {"PLANT": campus.plant, "VENDOR": VENDOR, "EXT_NO": purchase.bought}
    bought = {"HEADER": names | {"DOC_DATE": "20261120", "CURRENCY": "USD"}, "ITEMS": [item]}
    await post(engine, engine.sandbox.erp, "/mm/purchase_orders", bought)


async def receive(engine: Engine, purchase: Purchase, *, quantity: int = 4, refused: int = 0, part: str = "") -> None:
    """The dock takes goods in, of a lot of the purchase's own, and refuses what came beyond what was ordered."""
    lots = [{"lot": f"L{purchase.number}", "qty": float(quantity), "expiresOn": "2028-01-01"}]
    line: dict[str, Any] = {"orderLine": 1, "sku": f"SKU-{ITEM}", "acceptedQty": float(quantity), "lots": lots}
    if refused:
        line["refused"] = {"qty": float(refused), "reason": "overDelivered"}
    await post(
        engine,
        engine.sandbox.inventory,
        "/v2/dockReceipts",
        {
            "receiptNumber": f"{purchase.receipt}{part}",
            "orderNumber": purchase.bought,
            "supplierNumber": SHORT_PAID,
            "facility": purchase.campus.name,
            "location": "OR-1",
            "receivedAt": "2026-11-20T10:00:00-05:00",
            "lines": [line],
        },
    )


async def bill(engine: Engine, purchase: Purchase, *, number: str = "", **says: Any) -> None:
    """The supplier asks for money, at the order's price unless it is said otherwise."""
    step = {"do": "invoice", "number": number or f"IV{purchase.number}"} | says
    await engine.order(engine.sandbox.supplier, "steps", {"number": purchase.bought, "step": step})


async def bought(engine: Engine, purchase: Purchase) -> None:
    """Ordered, received with one too many that is refused, and billed too high: paid short, and asked back."""
    await buy(engine, purchase)
    await receive(engine, purchase, refused=1)
    await bill(engine, purchase, terms=[{"line": 1, "markup": "1.5"}])


async def received(engine: Engine, purchase: Purchase) -> None:
    """Ordered and received."""
    await buy(engine, purchase)
    await receive(engine, purchase, refused=1)


async def reversed_at_the_dock(engine: Engine, purchase: Purchase) -> None:
    """The receipt did not happen."""
    path = f"/v2/dockReceipts/{purchase.receipt}/reversal"
    await post(engine, engine.sandbox.inventory, path, {"reason": "counted twice"})


async def corrected_by_the_supplier(engine: Engine, purchase: Purchase) -> None:
    """The supplier sends the invoice once more under its number, now at the order's price."""
    await bill(engine, purchase, type="corrected")


async def sent_back(engine: Engine, purchase: Purchase) -> None:
    """One of what came goes back."""
    await buy(engine, purchase)
    await receive(engine, purchase)

    async def accrued() -> bool | None:
        effects = await engine.store.effects.of(workflow_ids=[purchase.order.workflow_id])
        done = [one.intent.step for one in effects if one.posted is not None]
        return steps.receipt_step(purchase.receipt) in done or None

    await until(accrued, what="the accrual of what goes back")
    lots = [{"lot": f"L{purchase.number}", "qty": 1.0}]
    await post(
        engine,
        engine.sandbox.inventory,
        "/v2/supplierReturns",
        {
            "returnNumber": purchase.back,
            "orderNumber": purchase.bought,
            "receiptNumber": purchase.receipt,
            "supplierNumber": SHORT_PAID,
            "facility": "northCampus",
            "location": "OR-1",
            "reason": "damaged",
            "returnedAt": "2026-11-20T12:00:00-05:00",
            "lines": [{"orderLine": 1, "sku": f"SKU-{ITEM}", "qty": 1.0, "lots": lots}],
        },
    )


async def below_par(engine: Engine, purchase: Purchase) -> None:
    """The shelf lacks two: its level is raised to one above what is there, and one is used."""
    place, item = purchase.lacking
    inventory, sku = engine.sandbox.inventory, f"SKU-{item}"
    at = {"facility": "northCampus", "location": place, "sku": sku}
    # A low level would have the shelf give to another that lacks the same just now.
    unmet = at | {"par": 1000, "announced": False}
    stands = (await engine.order(inventory, "par", unmet, method="PUT"))["standing"]
    await engine.order(inventory, "par", at | {"par": int(stands["available"]) + 1}, method="PUT")
    await engine.order(inventory, "consume", at | {"qty": 1.0})


async def post(engine: Engine, system: SandboxSystem, path: str, body: dict[str, Any]) -> None:
    """Somebody at the hospital or the supplier enters something."""
    headers = {"Authorization": f"Bearer {system.token}"}
    answer = await engine.http.post(f"{system.url}{path}", json=body, headers=headers)
    if answer.status_code != 201:
        raise AssertionError(f"{system.name} answered {answer.status_code}: {answer.text}")
