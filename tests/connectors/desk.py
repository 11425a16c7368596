"""The order desk and what is traded there: two boxes of one item, two of another, from supplier 100003."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.order import Order, OrderLine
from canonical.documents.receipt import GoodsReturn, ReceiptLine, ReceivedLot
from canonical.inbound import Inbound
from connectors.systems.sandbox_supplier.connector import SYSTEM, SandboxSupplier
from connectors.systems.sandbox_supplier.settings import SupplierSettings
from tests.connectors.hearing import hear
from tests.sandbox.supplier_process import Desk

ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def order(number: str, **changed: Any) -> Order:
    price = UnitPrice(amount=Decimal("250"), currency="USD", per=Decimal(10))
    line = OrderLine(
        line=1,
        item="4701",
        supplier_item="03-4701",
        quantity=Decimal(4),
        unit="box",
        base_factor=Decimal(5),
        price=price,
        price_factor=Decimal(5),
        location="OR-1",
        need_by=date(2026, 12, 1),
    )
    second = OrderLine(line=2, item="4700", quantity=Decimal(2), price=price.model_copy(update={"per": Decimal(1)}))
    fields: dict[str, Any] = {
        "facility": "NORTH",
        "source": "suture",
        "number": number,
        "occurred": NOW,
        "supplier": "100003",
        "currency": "USD",
        "ordered_on": ON,
        "lines": (line, second),
    }
    return Order.model_validate(fields | changed)


def goods_return(number: str) -> GoodsReturn:
    lots = (ReceivedLot(lot="K1", quantity=Decimal(5), expires=date(2028, 1, 1)),)
    line = ReceiptLine(
        line=1, order_line=1, item="4701", accepted=Decimal(1), unit="box", unit_factor=Decimal(5), lots=lots
    )
    return GoodsReturn(
        facility="NORTH",
        source="inventory",
        number=number,
        occurred=NOW,
        order="PO-R",
        receipt="RC-7",
        supplier="100003",
        location="OR-1",
        returned_on=ON,
        reason="damaged",
        lines=(line,),
    )


def build(supplier: Desk, *, timeout: str = "PT5S", token_file: Path | None = None) -> SandboxSupplier:
    token = str(token_file or supplier.system.token_file)
    table = {"base_url": supplier.system.url, "token_file": token, "timeout": timeout}
    settings = SupplierSettings.model_validate_json(json.dumps(table), strict=True)
    return SYSTEM.build("supplier", settings, outgoing=lambda: {"X-Correlation-Id": "cor-7"})


async def happens(supplier: Desk, step: dict[str, Any], number: str | None, **about: Any) -> Inbound:
    """A partner carries out a step, and tells of it."""
    paper = await supplier.step(step, **about | ({"number": number} if number else {}))
    return hear(SYSTEM, await supplier.told(paper))


def completed(inbound: Inbound) -> dict[str, Any]:
    """What the intake adds."""
    return inbound.data | {"facility": inbound.facility, "source": "supplier", "number": inbound.number}
