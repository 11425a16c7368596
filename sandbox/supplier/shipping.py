"""Shipments: goods sent with lots, serials and expiry, and the advance notice of them, if there is one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.dealings import Dealings
from sandbox.supplier.errors import VendorError
from sandbox.supplier.ids import Ids
from sandbox.supplier.papers import Dealing, Papers
from sandbox.supplier.plan import Ship
from sandbox.supplier.shapes import OrderMessage
from sandbox.supplier.terms import Said, batches, chosen, prefix, vendor_part

USUAL_DAYS = 2


class Shipping:
    """Call inside a transaction."""

    def __init__(self, *, papers: Papers, dealings: Dealings, ids: Ids, clock: Clock) -> None:
        self._papers = papers
        self._dealings = dealings
        self._ids = ids
        self._clock = clock

    def ship(self, step: Ship, dealing: Dealing) -> dict[str, Any]:
        """Send what is open, or what the terms say."""
        if dealing.row is None or dealing.row["kind"] not in ("orders", "replacements"):
            raise VendorError(409, "unknown-order", "goods are shipped for an order or a replacement")
        message, ref = self._dealings.current(dealing.row), str(dealing.row["ref"])
        goods = [line for line in message.lines if line.buys == "goods"]
        shipped = self._dealings.counted(ref, "shipped")
        lines: list[dict[str, Any]] = []
        contents: list[dict[str, Any]] = []
        for said in chosen(goods, step.terms):
            there = said.line.quantity - shipped.get(said.number, Decimal(0)) if said.line else Decimal(0)
            quantity = said.quantity(max(there, Decimal(0)))
            if not quantity:
                continue
            lines.append(self._line(len(lines) + 1, said, quantity, dealing.partner))
            contents.append({**lines[-1], "damaged": str(said.term.damaged)})
            if said.line is not None:
                self._dealings.count(ref, said.number, "shipped", quantity)
        if not lines:
            raise VendorError(409, "nothing-to-ship", "nothing is open")
        wanted = [line.need_by for line in goods if line.need_by]
        expected = min(wanted) if wanted else self._clock.today() + timedelta(days=USUAL_DAYS)
        body = {
            "buyer-order": message.number if isinstance(message, OrderMessage) else None,
            "buyer-request": None if isinstance(message, OrderMessage) else message.number,
            "expected-on": (expected + timedelta(days=step.days)).isoformat(),
            "lines": lines,
        }
        paper = f"{prefix(dealing.partner)}-{self._ids.next('ASN')}"
        return self._papers.issue(
            "shipment", paper, dealing, body, contents={"lines": contents}, silently=not step.notice
        )

    def _line(self, number: int, said: Said, quantity: Decimal, partner: str) -> dict[str, Any]:
        return {
            "line": number,
            "buyer-line": said.number or None,
            "buyer-part": said.part,
            "vendor-part": vendor_part(partner, said),
            "quantity": str(quantity),
            "uom": said.uom,
            "contains": str(said.contains),
            "batches": batches(
                said.part, quantity * said.contains, said.term, ids=self._ids, today=self._clock.today()
            ),
        }
