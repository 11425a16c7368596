"""The books of purchasing, by the systems' own APIs: receipts, returns, payables, debit memos, reservations, shelves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from suture.demo.purchasing.placed import Placed
from suture.demo.purchasing.trade import Trade
from suture.demo.vendors import Vendors
from suture.store.effects import Effect

AT_A_TIME = 50
BOOKS = {
    "receipt": "/mm/goods_receipts",
    "return": "/mm/goods_returns",
    "payable": "/fi/payables",
    "debit-memo": "/fi/debit_memos",
    "reservation": "/fi/reservations",
    "voucher": "/fi/vouchers",
}
"""The ERP's path of what a step writes, by the first word of the step."""
SHELVES = {"lots": ("/v2/putaways", 1), "out": ("/v2/removals", -1)}


@dataclass(frozen=True)
class Paid:
    """What an invoice or credit took of one order, and what it paid beside the lines of its orders."""

    order: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class TradeBooks:
    """Everything that purchasing ever posted and that still counts."""

    orders: tuple[Placed, ...]
    received: dict[str, Decimal]
    received_pieces: dict[str, Decimal]
    worth: dict[str, Decimal]
    shelved: dict[str, Decimal]
    paid: tuple[Paid, ...]
    disputed: dict[str, Decimal]
    reserved: tuple[str, ...]
    at_suppliers: dict[str, int]

    def invoiced(self, order: str) -> Decimal:
        """In order units, less what was credited."""
        return sum((one.quantity for one in self.paid if one.order == order), Decimal(0))

    def money(self, order: str) -> Decimal:
        """What was paid for an order, less what was credited."""
        return sum((one.amount for one in self.paid if one.order == order), Decimal(0))


async def read_trade_books(vendors: Vendors, effects: Sequence[Effect]) -> TradeBooks:
    """Read all of it. What was written is known by its keys, and counted by what the systems say of it now."""
    trade = Trade(vendors)
    orders = await trade.orders()
    by_own_number = await _own_numbers(vendors)
    found = {word: await _documents(vendors, word, _keys(effects, word)) for word in BOOKS}
    lines = {(order.number, line.line): line for order in orders for line in order.lines}
    received: dict[str, Decimal] = {}
    pieces: dict[str, Decimal] = {}
    papers: dict[str, str] = {}
    for word, sign in (("receipt", 1), ("return", -1)):
        for one in found[word]:
            number = by_own_number[one["DOCUMENT"]["PO_NUMBER"]]
            papers[one["DOCUMENT"]["EXT_NO"]] = number
            for item in one["CONTENT"]["ITEMS"]:
                came = sign * Decimal(item["QUANTITY"])
                holds = lines[number, int(item["PO_ITEM"])].holds
                received[number] = received.get(number, Decimal(0)) + came
                if one["CONTENT"]["HEADER"]["MOVE_STOCK"]:
                    pieces[number] = pieces.get(number, Decimal(0)) + came * holds
    worth: dict[str, Decimal] = {}
    for one in found["payable"]:
        for item in one["CONTENT"]["ITEMS"]:
            line = lines[item["PO_REF"], int(item["PO_ITEM"])]
            number = item["PO_REF"]
            worth[number] = worth.get(number, Decimal(0)) + line.each * Decimal(item["QUANTITY"])
    disputed: dict[str, Decimal] = {}
    for memo in found["debit-memo"]:
        order = memo["CONTENT"]["PO_REF"]
        disputed[order] = disputed.get(order, Decimal(0)) + Decimal(memo["CONTENT"]["AMOUNT_DC"])
    free = [one["DOCUMENT"] for one in found["reservation"]]
    return TradeBooks(
        orders=orders,
        received=received,
        received_pieces=pieces,
        worth=worth,
        shelved=await shelved_pieces(vendors, effects, papers),
        paid=tuple(paid for one in found["payable"] for paid in _paid(one["CONTENT"])),
        disputed=disputed,
        reserved=tuple(f"reservation {one['DOC_NO']}" for one in free if not one["PO_NUMBER"]),
        at_suppliers={order.number: await orders_at_suppliers(vendors, order.number) for order in orders},
    )


async def _documents(vendors: Vendors, word: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The documents under these keys that were not taken back."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(keys), AT_A_TIME):
        asked = [("REF_DOC_NO", key) for key in keys[start : start + AT_A_TIME]]
        found += (await vendors.erp.get(BOOKS[word], asked))["DOCUMENTS"]
    return [one for one in found if one["DOCUMENT"]["STAT"] != "RVSD"]


async def _own_numbers(vendors: Vendors) -> dict[str, str]:
    """The order's number by the one that the ERP has given it."""
    rows: list[dict[str, Any]] = []
    for company in ("US01", "US02"):
        rows += (await vendors.erp.get("/mm/commitments", [("COMP_CODE", company)]))["COMMITMENTS"]
    return {row["PO_NUMBER"]: row["EXT_NO"] or row["PO_NUMBER"] for row in rows}


async def shelved_pieces(vendors: Vendors, effects: Sequence[Effect], papers: Mapping[str, str]) -> dict[str, Decimal]:
    """Base units on the shelf by order; `papers` are the orders of receipts and returns."""
    shelved: dict[str, Decimal] = {}
    for word, (path, sign) in SHELVES.items():
        keys = _keys(effects, word)
        steps = {one.wire_key: one.intent.step.partition(".")[2] for one in effects}
        for start in range(0, len(keys), AT_A_TIME):
            asked = [("externalRef", key) for key in keys[start : start + AT_A_TIME]]
            for one in (await vendors.inventory.get(path, asked))["data"]:
                if one["reversal"] is None:
                    content = one["content"]
                    pieces = sum((Decimal(str(line["qty"])) for line in content["lines"]), Decimal(0))
                    paper = steps[one["externalRef"]]
                    order = papers.get(paper, paper)
                    shelved[order] = shelved.get(order, Decimal(0)) + sign * pieces
    return shelved


async def orders_at_suppliers(vendors: Vendors, number: str) -> int:
    """How often an order stands at its supplier."""
    found = (await vendors.supplier.get("/x1/orders", [("number", number)]))["messages"]
    return sum(one["state"] == "received" for one in found)


def _keys(effects: Sequence[Effect], word: str) -> list[str]:
    """Under which the writes of these steps were sent: `receipt` is that of `receipt.R-1`."""
    steps = [(one.wire_key, one.intent.step) for one in effects if one.intent.undoes is None]
    return [key for key, step in steps if step == word or step.startswith((f"{word}.", f"{word}-"))]


def _paid(content: dict[str, Any]) -> Iterator[Paid]:
    """By order; what is paid beside the lines, and what is not paid of them, goes to the first order."""
    for item in content["ITEMS"]:
        yield Paid(item["PO_REF"], Decimal(item["QUANTITY"]), Decimal(item["AMOUNT_DC"]))
    if content["ITEMS"]:
        head = content["HEADER"]
        beside = sum((Decimal(one["AMOUNT_DC"]) for one in content["EXTRAS"]), Decimal(head["VARIANCE"]))
        beside -= Decimal(head["SHORT_PAID"])
        yield Paid(content["ITEMS"][0]["PO_REF"], Decimal(0), beside)
