"""The books of purchasing as the sandbox systems' own databases hold them, and the laws that they keep at any rest."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from canonical.kinds import Kind
from tests.support.sandbox import Sandbox, SandboxSystem

_ERP = {
    "PO": Kind.order,
    "CO": Kind.order_change,
    "GR": Kind.receipt,
    "RT": Kind.goods_return,
    "VO": Kind.voucher,
    "AP": Kind.payable,
    "DM": Kind.debit_memo,
    "RS": Kind.reservation,
}
_INVENTORY = {
    "putaway": Kind.lots_in,
    "removal": Kind.lots_out,
    "transfer": Kind.transfer,
    "expectedDelivery": Kind.expected,
}
_SUPPLIER = {
    "orders": Kind.sent_order,
    "order-changes": Kind.sent_change,
    "replacements": Kind.replacement,
    "returns": Kind.return_request,
}
CLEARING = "0000191100"
"""The account of received-not-invoiced."""


@dataclass(frozen=True)
class Kept:
    """One document as its system keeps it, under the wire key that it was written with; without one it is somebody else's."""

    kind: Kind
    key: str
    reference: str
    live: bool


@dataclass(frozen=True)
class Line:
    """One order line: what is wanted of it, its price, and what the ERP's documents that stand say of it."""

    order: str
    item: str
    live: bool
    wanted: Decimal
    price: Decimal
    received: Decimal
    returned: Decimal
    invoiced: Decimal
    committed: Decimal
    open_quantity: Decimal
    claimed: Decimal

    @property
    def kept(self) -> Decimal:
        """Received less returned."""
        return self.received - self.returned

    def broken(self) -> Iterator[str]:
        """The laws that do not hold of it, in words."""
        name = f"line {self.item} of order {self.order}"
        open_still = max(self.wanted - self.kept, Decimal(0)) if self.live else Decimal(0)
        if self.committed != self.price * open_still:
            yield f"{name} commits {self.committed}, not {self.price} x {open_still}"
        if self.committed < 0:
            yield f"{name} commits less than nothing"
        if self.open_quantity - self.claimed != self.kept - self.invoiced:
            yield f"{name} has {self.open_quantity} received and not invoiced, not {self.kept} less {self.invoiced}"
        if self.invoiced > self.kept + self.claimed:
            yield f"{name} was paid {self.invoiced} times, received {self.kept}"


@dataclass(frozen=True)
class PurchaseBooks:
    """Every purchasing document of the ERP, inventory and the supplier at one moment, and the ERP's order lines."""

    kept: tuple[Kept, ...]
    lines: tuple[Line, ...]
    reserved: tuple[str, ...]
    paid: Mapping[str, int]
    clearing: Decimal
    received_not_invoiced: Decimal
    balance: Mapping[str, Decimal]

    @classmethod
    def of(cls, sandbox: Sandbox) -> "PurchaseBooks":
        """Read the databases, whether or not their systems run."""
        with (
            closing(_open(sandbox.erp.database)) as erp,
            closing(_open(sandbox.inventory.database)) as inventory,
            closing(_open(sandbox.supplier.database)) as supplier,
        ):
            documents = (
                *_kept(erp, _ERP, "SELECT DOC_KIND, REF_DOC_NO, DOC_NO, STAT <> 'RVSD' FROM PURCH_DOC"),
                *_kept(
                    inventory, _INVENTORY, "SELECT kind, external_ref, document_id, reversal IS NULL FROM documents"
                ),
                *_kept(supplier, _SUPPLIER, "SELECT kind, key, ref, state = 'received' FROM messages"),
            )
            return cls(
                kept=documents,
                lines=tuple(_lines(erp)),
                reserved=tuple(_outliving(erp)),
                paid=Counter(
                    f"{row['VENDOR']} {json.loads(row['CONTENT'])['HEADER']['VENDOR_REF']}"
                    for row in erp.execute("SELECT * FROM PURCH_DOC WHERE DOC_KIND = 'AP' AND STAT = 'POST'")
                ),
                clearing=_clearing(erp),
                received_not_invoiced=_cents(erp, "SELECT sum(GR_CENTS) - sum(IV_CENTS) FROM ORDER_HISTORY"),
                balance={
                    company: _exact(cents, 100)
                    for company, cents in erp.execute(
                        "SELECT j.COMP_CODE, sum(CASE i.POSTING_KEY WHEN '40' THEN AMOUNT_CENTS ELSE -AMOUNT_CENTS END)"
                        " FROM JOURNAL j JOIN JOURNAL_ITEM i USING (DOC_NO) GROUP BY j.COMP_CODE"
                    )
                },
            )

    def live(self, keys: Iterable[str]) -> tuple[Kept, ...]:
        """What stands under any of these wire keys."""
        wanted = set(keys)
        return tuple(one for one in self.kept if one.live and one.key in wanted)

    def broken(self) -> list[str]:
        """The ledger laws that do not hold, in words; none at any rest."""
        words = [told for line in self.lines for told in line.broken()]
        words += [f"reservation {one} outlives a run that made no order" for one in self.reserved]
        words += [f"{company} is out of balance by {apart}" for company, apart in self.balance.items() if apart]
        words += [f"invoice {one} is paid {times} times" for one, times in self.paid.items() if times > 1]
        if self.clearing != self.received_not_invoiced:
            words.append(f"{self.clearing} stands on the clearing account, {self.received_not_invoiced} on order lines")
        return words


def reference_of(system: SandboxSystem, wire: str) -> str:
    """The one document that a system keeps under a key, read at once: while a call is held, its caller loses patience."""
    query = {
        "erp": "SELECT DOC_NO FROM PURCH_DOC WHERE REF_DOC_NO = ?",
        "inventory": "SELECT document_id FROM documents WHERE external_ref = ?",
        "supplier": "SELECT ref FROM messages WHERE key = ?",
    }[system.name]
    with closing(_open(system.database)) as database:
        [(reference,)] = database.execute(query, (wire,)).fetchall()
    return str(reference)


def _lines(erp: sqlite3.Connection) -> Iterator[Line]:
    """Each line of each order by its newest revision, and what was moved and billed of it."""
    committed = {
        (row["PO_NUMBER"], row["PO_ITEM"]): _exact(row["OPEN_CENTS"], 100)
        for row in erp.execute("SELECT * FROM COMMITMENT ORDER BY SEQ")
    }
    history = {
        (row["PO_NUMBER"], row["PO_ITEM"]): row
        for row in erp.execute(
            "SELECT PO_NUMBER, PO_ITEM, sum(GR_MILLI) - sum(IV_MILLI) AS OPEN, sum(CLAIM_MILLI) AS CLAIMED"
            " FROM ORDER_HISTORY GROUP BY PO_NUMBER, PO_ITEM"
        )
    }
    moved = {kind: _moved(erp, kind) for kind in ("GR", "RT", "AP")}
    newest: dict[str, Any] = {}
    live: dict[str, bool] = {}
    for row in erp.execute("SELECT * FROM PURCH_DOC WHERE DOC_KIND IN ('PO', 'CO') ORDER BY DOC_KIND DESC, DOC_NO"):
        if row["DOC_KIND"] == "PO":
            live[row["PO_NUMBER"]] = row["STAT"] == "POST"
        if row["DOC_KIND"] == "PO" or row["STAT"] == "POST":
            newest[row["PO_NUMBER"]] = json.loads(row["CONTENT"])["ITEMS"]
    for order, items in newest.items():
        for item in items:
            at = (order, item["PO_ITEM"])
            past = history.get(at)
            per = Decimal(item["ORDERPR_FACTOR"]) / Decimal(item["PRICE_UNIT"])
            yield Line(
                order=order,
                item=item["PO_ITEM"],
                live=live[order] and not item["DELIV_COMPL"],
                wanted=Decimal(item["QUANTITY"]) - Decimal(item["CANC_QTY"]),
                price=Decimal(item["NET_PRICE"]) * per,
                received=moved["GR"].get(at, Decimal(0)),
                returned=moved["RT"].get(at, Decimal(0)),
                invoiced=moved["AP"].get(at, Decimal(0)),
                committed=committed.get(at, Decimal(0)),
                open_quantity=_exact(past["OPEN"] if past else 0, 1000),
                claimed=_exact(past["CLAIMED"] if past else 0, 1000),
            )


def _moved(erp: sqlite3.Connection, kind: str) -> dict[tuple[str, str], Decimal]:
    """What the documents of a kind that stand say of each order line. Payables name their orders line by line."""
    numbers = {row["EXT_NO"]: row["DOC_NO"] for row in erp.execute("SELECT * FROM PURCH_DOC WHERE DOC_KIND = 'PO'")}
    sums: dict[tuple[str, str], Decimal] = {}
    for row in erp.execute("SELECT * FROM PURCH_DOC WHERE DOC_KIND = ? AND STAT = 'POST'", (kind,)):
        for item in json.loads(row["CONTENT"])["ITEMS"]:
            named = item.get("PO_REF") or row["PO_NUMBER"]
            at = (numbers.get(named, named), item["PO_ITEM"])
            sums[at] = sums.get(at, Decimal(0)) + Decimal(item["QUANTITY"])
    return sums


def _outliving(erp: sqlite3.Connection) -> Iterator[str]:
    """Reservations that stand although no order that stands has taken them over."""
    for row in erp.execute(
        "SELECT DOC_NO FROM PURCH_DOC r WHERE DOC_KIND = 'RS' AND STAT = 'POST' AND NOT EXISTS"
        " (SELECT 1 FROM PURCH_DOC o WHERE o.DOC_NO = r.PO_NUMBER AND o.DOC_KIND = 'PO' AND o.STAT = 'POST')"
    ):
        yield row["DOC_NO"]


def _kept(database: sqlite3.Connection, kinds: Mapping[str, Kind], query: str) -> Iterator[Kept]:
    for kind, key, reference, live in database.execute(query):
        if kind in kinds:
            yield Kept(kinds[kind], key or "", reference, bool(live))


def _clearing(erp: sqlite3.Connection) -> Decimal:
    return _cents(
        erp,
        "SELECT sum(CASE POSTING_KEY WHEN '50' THEN AMOUNT_CENTS ELSE -AMOUNT_CENTS END) FROM JOURNAL_ITEM"
        f" WHERE GL_ACCOUNT = '{CLEARING}'",
    )


def _cents(erp: sqlite3.Connection, query: str) -> Decimal:
    ((cents,),) = erp.execute(query)
    return _exact(cents or 0, 100)


def _exact(number: int, parts: int) -> Decimal:
    return Decimal(number) / parts


def _open(database: Any) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection
