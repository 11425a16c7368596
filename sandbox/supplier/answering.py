"""Answers of a partner in words: the acknowledgement of an order, the authorisation of a return, a usage sheet."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.dealings import Dealings
from sandbox.supplier.errors import VendorError
from sandbox.supplier.ids import Ids
from sandbox.supplier.papers import Dealing, Papers
from sandbox.supplier.plan import Acknowledge, Authorise, Sheet
from sandbox.supplier.shapes import OrderMessage, ReturnMessage, as_sent
from sandbox.supplier.terms import Said, chosen, prefix, vendor_part

CODES = {
    "accepted": "IA",
    "quantity-changed": "IQ",
    "price-changed": "IP",
    "date-changed": "DR",
    "date-pending": "SP",
    "split": "SL",
    "back-ordered": "IB",
    "substituted": "IS",
    "on-hold": "IH",
    "deleted": "ID",
    "rejected": "IR",
    "not-on-order": "NL",
}
"""What the exchange writes for each status."""

UNDATED = ("date-pending", "back-ordered", "on-hold", "deleted", "rejected", "not-on-order")
PRICED = ("price-changed", "substituted")
USUAL_DAYS = 2


class Answering:
    """Call inside a transaction."""

    def __init__(self, *, papers: Papers, dealings: Dealings, ids: Ids, clock: Clock) -> None:
        self._papers = papers
        self._dealings = dealings
        self._ids = ids
        self._clock = clock

    def acknowledge(self, step: Acknowledge, dealing: Dealing) -> dict[str, Any]:
        """Say of the lines of an order what the step says."""
        order = self._dealings.current(dealing.row) if dealing.row is not None else None
        if not isinstance(order, OrderMessage):
            raise VendorError(409, "unknown-order", "only an order is acknowledged")
        lines = [self._line(said, dealing.partner) for said in chosen(order.lines, step.terms)]
        paper = f"{prefix(dealing.partner)}-{self._ids.next('ACK')}"
        body = {"buyer-order": order.number, "revision": order.revision, "currency": order.currency, "lines": lines}
        return self._papers.issue("acknowledgement", paper, dealing, body)

    def authorise(self, step: Authorise, dealing: Dealing) -> dict[str, Any]:
        """Grant or refuse a return."""
        request = self._dealings.current(dealing.row) if dealing.row is not None else None
        if not isinstance(request, ReturnMessage):
            raise VendorError(409, "unknown-return", "only a return is authorised")
        paper = self._ids.next("RMA")
        body = {"granted": step.granted, "because": step.reason, "return": as_sent(request)}
        return self._papers.issue("authorisation", paper, dealing, body)

    def sheet(self, step: Sheet, dealing: Dealing) -> dict[str, Any]:
        """Write down what was used in a surgical case."""
        lines = [
            {
                "buyer-part": said.part,
                "vendor-part": vendor_part(dealing.partner, said),
                "lot": None if label is None else label.lot,
                "serial": None if label is None else label.serial,
                "quantity": str(said.quantity(Decimal(1)) if label is None else label.quantity),
            }
            for said in chosen((), step.terms)
            for label in (said.term.lots or (None,))
        ]
        if not lines or not all(line["buyer-part"] for line in lines):
            raise VendorError(422, "not-valid", "a sheet names the part of each of its terms", "terms")
        paper = f"{prefix(dealing.partner)}-{self._ids.next('US')}"
        return self._papers.issue("sheet", paper, dealing, {"case": step.case, "lines": lines})

    def _line(self, said: Said, partner: str) -> dict[str, Any]:
        term, line = said.term, said.line
        price = said.price() if term.status in PRICED else None
        return {
            "buyer-line": said.number,
            "code": CODES[term.status],
            "quantity": str(said.quantity(line.quantity)) if line else _text(term.quantity),
            "uom": said.uom,
            "price": as_sent(price) if price else None,
            "expected-on": self._expected(said),
            "buyer-part": said.part,
            "vendor-part": vendor_part(partner, said),
            "reason": term.reason,
        }

    def _expected(self, said: Said) -> str | None:
        if said.term.days is None and said.term.status in UNDATED:
            return None
        wanted = said.line.need_by if said.line and said.line.need_by else self._usual()
        return (wanted + timedelta(days=said.term.days or 0)).isoformat()

    def _usual(self) -> date:
        return self._clock.today() + timedelta(days=USUAL_DAYS)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
