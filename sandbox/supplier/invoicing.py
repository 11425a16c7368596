"""Invoices, credits and corrected invoices: over one order, several or none, right or wrong as the step says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.dealings import Dealings
from sandbox.supplier.errors import VendorError
from sandbox.supplier.ids import Ids
from sandbox.supplier.papers import Dealing, Papers
from sandbox.supplier.plan import Invoice, Term
from sandbox.supplier.shapes import Line, OrderMessage, Price, as_sent
from sandbox.supplier.terms import Said, chosen, prefix, vendor_part

CENT = Decimal("0.01")
CURRENCY = "USD"


@dataclass(frozen=True)
class Part:
    """What an invoice asks of one order: its lines with what they stand at; without a row it is of no order."""

    row: dict[str, Any] | None
    number: str | None
    lines: tuple[Line, ...] = ()
    stands: dict[int, Decimal] = field(default_factory=dict)


class Invoicing:
    """Call inside a transaction."""

    def __init__(self, *, papers: Papers, dealings: Dealings, ids: Ids, clock: Clock) -> None:
        self._papers = papers
        self._dealings = dealings
        self._ids = ids
        self._clock = clock

    def invoice(self, step: Invoice, dealing: Dealing) -> dict[str, Any]:
        """Ask for money, or take back what was asked."""
        if step.again:
            return self._again(step, dealing)
        earlier = self._corrected(step, dealing) if step.type != "invoice" else None
        if step.type == "corrected" and earlier is not None:
            # It comes in the place of the earlier one, of which a credit may have taken back a part.
            self._count(self._left(earlier, dealing), -1)
        lines = [
            line
            for part in self._parts(step, dealing, earlier)
            for line in self._lines(part, step.terms if part.row is None or part.row == dealing.row else (), dealing)
        ]
        self._count(lines, -1 if step.type == "credit" else 1)
        lines += [{"buys": kind, "amount": str(amount), "quantity": "0"} for kind, amount in step.extras.items()]
        if not lines:
            raise VendorError(409, "nothing-to-invoice", "nothing is left to ask money for")
        today = self._clock.today()
        body = {
            "invoice": step.number or f"{prefix(dealing.partner)}-{self._ids.next('INV')}",
            "type": step.type,
            "channel": step.channel,
            "corrects": earlier["invoice"] if earlier else None,
            "remit-to": f"{dealing.partner} receivables",
            "currency": step.currency or self._currency(dealing),
            "invoiced-on": today.isoformat(),
            "due-on": (today + timedelta(days=step.due_in)).isoformat(),
            "discount-on": (today + timedelta(days=step.discount_in)).isoformat() if step.discount else None,
            "discount-percent": str(step.discount),
            "total": str(sum((Decimal(line["amount"]) for line in lines), Decimal(0))),
            "lines": [self._numbered(place, line, step.names) for place, line in enumerate(lines, start=1)],
        }
        return self._papers.issue("invoice", self._ids.next("IV"), dealing, body)

    def _again(self, step: Invoice, dealing: Dealing) -> dict[str, Any]:
        """The last invoice once more: nothing new is asked for."""
        said = {"channel": step.channel} | ({"invoice": step.number} if step.number else {})
        last = self._sent(dealing)[-1]
        kept = {name: value for name, value in last.items() if name not in ("paper", "issued-at")}
        return self._papers.issue("invoice", self._ids.next("IV"), dealing, kept | said)

    def _sent(self, dealing: Dealing) -> list[dict[str, Any]]:
        sent = self._dealings.papers(dealing.ref, "invoice") if dealing.ref else []
        if not sent:
            raise VendorError(409, "nothing-invoiced", "nothing was invoiced before")
        return sent

    def _corrected(self, step: Invoice, dealing: Dealing) -> dict[str, Any]:
        """The invoice that a credit or a corrected invoice is about."""
        sent = [
            one for one in self._sent(dealing) if one["type"] != "credit" and step.corrects in (None, one["invoice"])
        ]
        if not sent:
            raise VendorError(409, "unknown-invoice", f"there was no invoice {step.corrects}", "corrects")
        return sent[-1]

    def _left(self, earlier: dict[str, Any], dealing: Dealing) -> list[dict[str, Any]]:
        """The lines of an invoice about orders, less what credits took back of them."""
        credits = [
            one for one in self._sent(dealing) if one["type"] == "credit" and one["corrects"] == earlier["invoice"]
        ]
        taken: dict[tuple[str, int | None], Decimal] = {}
        for line in (line for credit in credits for line in credit["lines"] if line.get("sales-order")):
            taken[_at(line)] = taken.get(_at(line), Decimal(0)) + Decimal(line["quantity"])
        return [
            line | {"quantity": str(Decimal(line["quantity"]) - taken.get(_at(line), Decimal(0)))}
            for line in earlier["lines"]
            if line.get("sales-order")
        ]

    def _parts(self, step: Invoice, dealing: Dealing, earlier: dict[str, Any] | None) -> Iterator[Part]:
        """The orders that the invoice is over, its own first."""
        if dealing.row is None:
            yield Part(row=None, number=step.names)
            return
        credited = earlier and {**earlier, "lines": self._left(earlier, dealing)} if step.type == "credit" else None
        yield self._part(dealing.row, credited=credited)
        for number in step.orders:
            other = self._dealings.standing(number, partner=dealing.partner)
            if other is None:
                raise VendorError(409, "unknown-order", f"there is no open order {number}", "orders")
            yield self._part(other)

    def _part(self, row: dict[str, Any], *, credited: dict[str, Any] | None = None) -> Part:
        """An order with what its lines stand at: what a credited invoice said, else what was not invoiced yet."""
        ref, message = str(row["ref"]), self._dealings.current(row)
        number = message.number if isinstance(message, OrderMessage) else None
        if credited is not None:
            billed = {line["buyer-line"]: line for line in credited["lines"] if line.get("sales-order") == ref}
            lines = tuple(_as_billed(line, billed[line.line]) for line in message.lines if line.line in billed)
            return Part(row, number, lines, {line: Decimal(said["quantity"]) for line, said in billed.items()})
        shipped, invoiced = self._dealings.counted(ref, "shipped"), self._dealings.counted(ref, "invoiced")
        stands = {}
        for line in message.lines:
            delivered = shipped.get(line.line, Decimal(0)) if shipped and line.buys == "goods" else line.quantity
            stands[line.line] = max(delivered - invoiced.get(line.line, Decimal(0)), Decimal(0))
        return Part(row, number, message.lines, stands)

    def _lines(self, part: Part, terms: tuple[Term, ...], dealing: Dealing) -> Iterator[dict[str, Any]]:
        notices = self._dealings.papers(part.row["ref"], "shipment") if part.row else []
        for said in chosen(part.lines, terms):
            quantity = said.quantity(part.stands.get(said.number, Decimal(0)))
            if not quantity:
                continue
            yield {
                "buys": said.line.buys if said.line else "goods",
                "sales-order": part.row["ref"] if part.row else None,
                "buyer-order": part.number,
                "buyer-line": said.number or None,
                "ship-notice": notices[0]["paper"] if len(notices) == 1 else None,
                "text": said.line.text if said.line else "",
                **self._priced(said, quantity, dealing.partner),
            }

    def _priced(self, said: Said, quantity: Decimal, partner: str) -> dict[str, Any]:
        price = said.price()
        if price is None:
            raise VendorError(409, "price-missing", "a line without a price cannot be invoiced", "terms")
        units = quantity * (said.line.price_units if said.line else Decimal(1))
        return {
            "buyer-part": said.part,
            "vendor-part": vendor_part(partner, said),
            "quantity": str(quantity),
            "uom": said.uom,
            "price": as_sent(price),
            "amount": str((price.amount * units / price.per).quantize(CENT)),
        }

    def _count(self, lines: list[dict[str, Any]], sign: int) -> None:
        for line in lines:
            if line.get("sales-order") and line.get("buyer-line") is not None:
                quantity = sign * Decimal(line["quantity"])
                self._dealings.count(line["sales-order"], line["buyer-line"], "invoiced", quantity)

    def _currency(self, dealing: Dealing) -> str:
        order = self._dealings.current(dealing.row) if dealing.row is not None else None
        return order.currency if isinstance(order, OrderMessage) else CURRENCY

    def _numbered(self, place: int, line: dict[str, Any], names: str | None) -> dict[str, Any]:
        """A line as it is printed."""
        printed = {"line": place, **line}
        return printed | ({"buyer-order": names} if names and line["buys"] == "goods" else {})


def _as_billed(line: Line, billed: dict[str, Any]) -> Line:
    """A line at the price that an invoice asked for it: that is what a credit gives back."""
    return line.model_copy(update={"price": Price.model_validate(billed["price"])})


def _at(line: dict[str, Any]) -> tuple[str, int | None]:
    return line["sales-order"], line["buyer-line"]
