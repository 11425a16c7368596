"""The three ledgers as the sandbox systems' own databases hold them, read without asking the engine or any system."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from canonical.identity import RunName, undo_key, wire_key, write_key
from tests.chaos.uses import Expected, Use
from tests.support.sandbox import Sandbox

RUNS, REVISIONS = 4, 8
"""As many runs and revisions of a use as any of these tests makes, with room."""

_CHARGES = """
SELECT charge_id, charge_id,
    CASE WHEN status = 'REJ' OR charge_id IN (SELECT charge_id FROM charge_void) THEN 0
    ELSE units - coalesce((SELECT sum(units) FROM charge_credit c WHERE c.charge_id = charge.charge_id), 0) END,
    amt / 100.0, NULL
FROM charge ORDER BY seq
"""
_JOURNALS = """
SELECT j.REF_DOC_NO, j.DOC_NO, coalesce(sum(x.MILLI * x.SIGN), 0) / 1000.0, coalesce(sum(x.CENTS * x.SIGN), 0) / 100.0,
    j.REVERSAL_OF
FROM JOURNAL j LEFT JOIN (
    SELECT DOC_NO, QUANTITY_MILLI AS MILLI, AMOUNT_CENTS AS CENTS, CASE POSTING_KEY WHEN '40' THEN 1 ELSE -1 END AS SIGN
    FROM JOURNAL_ITEM JOIN GL_ACCOUNT USING (GL_ACCOUNT) WHERE ACCT_TYPE = 'X'
) x USING (DOC_NO)
GROUP BY j.DOC_NO
"""
"""Also the journals without an expense line: they count nothing, but they are there."""


@dataclass(frozen=True)
class Document:
    """What one row or journal counts in its ledger; `key` is the wire key it stands under."""

    key: str
    reference: str
    counts: Decimal
    amount: Decimal = Decimal(0)
    takes_back: str = ""


def files_of(sandbox: Sandbox) -> dict[str, Path]:
    """Where the three ledgers are, by system."""
    return {system.name: system.database for system in (sandbox.inventory, sandbox.billing, sandbox.erp)}


@dataclass(frozen=True)
class Ledgers:
    """Every document of the three databases at one moment, those of the vendors themselves too."""

    movements: tuple[Document, ...]
    charges: tuple[Document, ...]
    voids: tuple[Document, ...]
    credits: tuple[Document, ...]
    journals: tuple[Document, ...]
    costs: Mapping[int, Decimal]
    balance: Mapping[str, Decimal]

    @classmethod
    def read(cls, *, inventory: Path, billing: Path, erp: Path) -> "Ledgers":
        """Read the databases, whether or not their systems run."""
        with closing(_open(inventory)) as stock, closing(_open(billing)) as charged, closing(_open(erp)) as books:
            return cls(
                movements=_documents(
                    stock, "SELECT external_ref, movement_id, -delta / 1000.0, 0, reverses FROM movements"
                ),
                charges=_documents(charged, _CHARGES),
                voids=_documents(charged, "SELECT void_id, void_id, 0, 0, charge_id FROM charge_void"),
                credits=_documents(charged, "SELECT credit_id, credit_id, 0, 0, charge_id FROM charge_credit"),
                journals=_documents(books, _JOURNALS),
                costs={
                    int(material): Decimal(cents) / 100
                    for material, cents in books.execute(
                        "SELECT MATERIAL, CASE PRICE_CTRL WHEN 'S' THEN STD_PRICE_CENTS ELSE MOV_PRICE_CENTS END"
                        " FROM VALUATION WHERE PLANT = '1000'"
                    )
                },
                balance={
                    company: Decimal(cents) / 100
                    for company, cents in books.execute(
                        "SELECT j.COMP_CODE, sum(CASE i.POSTING_KEY WHEN '40' THEN AMOUNT_CENTS ELSE -AMOUNT_CENTS END)"
                        " FROM JOURNAL j JOIN JOURNAL_ITEM i USING (DOC_NO) GROUP BY j.COMP_CODE"
                    )
                },
            )

    @classmethod
    def of(cls, sandbox: Sandbox) -> "Ledgers":
        """The databases of these systems."""
        return cls.read(**files_of(sandbox))

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents that count, or once counted, in a ledger."""
        return (*self.movements, *self.charges, *self.journals)

    def net(self, step: str, use: Use) -> Decimal:
        """What stands of a use in the ledger of one step: base units, charge units on the charge."""
        keys = self.keys(use)
        documents = {"stock": self.movements, "charge": self.charges, "cost": self.journals}[step]
        return sum((one.counts for one in documents if one.key in keys), Decimal(0))

    def wrong(self, expected: Expected) -> list[str]:
        """What does not stand as it must for one use, in words; nothing where all three agree."""
        use, quantity = expected.use, expected.quantity
        keys = self.keys(use)
        moved, charged, expensed = (self.net(step, use) for step in ("stock", "charge", "cost"))
        amount = sum((one.amount for one in self.journals if one.key in keys), Decimal(0))
        live = [one for one in self.charges if one.key in keys and one.counts]
        cost = quantity * self.costs[use.item]
        found = {
            f"net movement is {moved}, not {quantity}": moved != quantity,
            f"live charge units are {charged}, not {quantity * use.charge_units}": charged
            != quantity * use.charge_units,
            f"{len(live)} charges are live": len(live) > 1,
            f"net journal quantity is {expensed}, not {quantity}": expensed != quantity,
            f"net journal is {amount}, not {cost}": amount != cost,
        }
        return [words for words, is_wrong in found.items() if is_wrong]

    def orphans(self, uses: Iterable[Use], *, since: "Ledgers") -> list[str]:
        """Documents that are new since then and stand under no key of any of these uses, or under no key at all."""
        known = {key for use in uses for key in self.keys(use)}
        old = {(kind, one.reference) for kind, documents in since.kinds.items() for one in documents}
        return [
            f"{kind} {one.reference} under {one.key or 'no key'}"
            for kind, documents in self.kinds.items()
            for one in documents
            if one.key not in known and (kind, one.reference) not in old
        ]

    @property
    def kinds(self) -> Mapping[str, tuple[Document, ...]]:
        """All documents by what they are."""
        return {
            "movement": self.movements,
            "charge": self.charges,
            "void": self.voids,
            "credit": self.credits,
            "journal": self.journals,
        }

    def counts(self, reference: str) -> Decimal:
        """What a document still counts, less what takes it back."""
        own = sum((one.counts for one in self.documents if one.reference == reference), Decimal(0))
        contras = {one.reference for one in self.documents if one.takes_back == reference}
        return own + sum((self.counts(contra) for contra in contras), Decimal(0))

    def reference(self, wire: str) -> str:
        """The one document under a key."""
        [found] = [one for one in self.documents if one.key == wire]
        return found.reference

    def keys(self, use: Use) -> set[str]:
        """Every wire key under which a document of the use may stand: writes, undos, and undos of those."""
        name: RunName = use.name
        fresh = {
            write_key(name.model_copy(update={"ordinal": ordinal}).workflow_id, step, revision)
            for ordinal in range(1, RUNS + 1)
            for step in ("stock", "charge", "cost")
            for revision in range(1, REVISIONS + 1)
        }
        known: set[str] = set()
        while fresh:
            by_wire = {wire_key(key): key for key in fresh}
            known |= set(by_wire)
            fresh = {undo_key(by_wire[one.key], one.reference) for one in self.documents if one.key in by_wire}
        return known


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)


def _documents(database: sqlite3.Connection, query: str) -> tuple[Document, ...]:
    return tuple(
        Document(key or "", reference, _exact(counts), _exact(amount), takes_back or "")
        for key, reference, counts, amount, takes_back in database.execute(query)
    )


def _exact(number: float) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.001"))
