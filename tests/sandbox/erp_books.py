"""The ERP's books without its HTTP side: documents are written straight into a database, as a request would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.erp import journals
from sandbox.erp.books import BOOKS
from sandbox.erp.forms import Journal
from sandbox.erp.hooks import Cause
from sandbox.erp.purchasing_forms import TakingBack
from sandbox.erp.system import Options, System
from sandbox.erp.trial_balance import trial_balance
from sandbox.erp.writing import Writing
from tests.sandbox.erp_process import journal

DAY = "20261120"
CLEARING = "0000191100"
_BOOKS = {book.noun: book for book in BOOKS}


class Books:
    """An ERP whose documents a test writes and reads."""

    def __init__(self, folder: Path, *, seed: int = 7) -> None:
        tokens = folder / "tokens.json"
        tokens.write_text("{}")
        options = Options(
            host="", port=0, database=folder / "erp.db", seed=seed, scale=1, tokens_file=tokens, hooks_url=None
        )
        self.system = System(options)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        with self.system.database.transaction() as change:
            yield Writing(change=change, key="", stamp="20261120120000", cause=Cause())

    def post(self, noun: str, body: dict[str, Any]) -> str:
        """Write a document; answers its number."""
        with self.writing() as writing:
            written = _BOOKS[noun].write(writing, _BOOKS[noun].form.model_validate(body))
        return str(written["DOCUMENT"]["DOC_NO"])

    def take_back(self, noun: str, number: str) -> None:
        with self.writing() as writing:
            _BOOKS[noun].take_back(writing, number, TakingBack(PSTNG_DATE=DAY))

    def use(self, *, material: str, cents: int) -> None:
        """Expense a use of consigned or bill-only goods against the clearing account, as a use does."""
        body = journal("USE", cents=cents)
        for item, account in zip(body["ITEMS"], ("0000521000", CLEARING), strict=True):
            item |= {"GL_ACCOUNT": account, "MATERIAL": material}
        with self.writing() as writing:
            form = Journal.model_validate(body)
            journals.post(writing.change, form, key="", stamp=writing.stamp, cause=writing.cause)

    def accounts(self, number: str) -> dict[str, Decimal]:
        """What the journals of a document come to, by account: above zero a debit."""
        (row,) = self.rows("SELECT JOURNALS FROM PURCH_DOC WHERE DOC_NO = ?", number)
        sums: dict[str, Decimal] = {}
        for document in json.loads(row["JOURNALS"]):
            for item in self.rows("SELECT * FROM JOURNAL_ITEM WHERE DOC_NO = ?", document):
                signed = Decimal(item["AMOUNT_CENTS"]) / 100 * (1 if item["POSTING_KEY"] == "40" else -1)
                sums[item["GL_ACCOUNT"]] = sums.get(item["GL_ACCOUNT"], Decimal(0)) + signed
        return {account: amount for account, amount in sums.items() if amount}

    def balance(self, account: str, company: str = "US01") -> Decimal:
        """What stands on an account: above zero a debit."""
        listed = trial_balance(self.system.database, company=company, up_to="99991231")
        assert listed["CLOSES"] == "X"
        found = [one for one in listed["ACCOUNTS"] if one["GL_ACCOUNT"] == account]
        return sum((Decimal(one["BALANCE_DC"]) * (1 if one["BALANCE_IND"] == "D" else -1) for one in found), Decimal(0))

    def rows(self, sql: str, *values: Any) -> list[Any]:
        return self.system.database.rows(sql, *values)


def order(number: str, *, quantity: str = "10.000", price: str = "12.50", **more: Any) -> dict[str, Any]:
    """Ten of material 4711 for the operating room of plant 1000."""
    head = {"PLANT": "1000", "VENDOR": "0000100003", "EXT_NO": number, "DOC_DATE": DAY, "CURRENCY": "USD"}
    head |= {name: more.pop(name) for name in ("PLANT", "VENDOR", "DOC_TYPE") if name in more}
    return {"HEADER": head, "ITEMS": [item(quantity=quantity, price=price, **more)]}


def item(*, quantity: str = "10.000", price: str = "12.50", **more: Any) -> dict[str, Any]:
    goods = {"MATERIAL": f"{4711:018d}", "STGE_LOC": "OR01", "COST_CTR": "1000411000"}
    return {"PO_ITEM": "00001", "QUANTITY": quantity, "NET_PRICE": price, **goods, **more}


def change(number: str, revision: int, **more: Any) -> dict[str, Any]:
    return {"HEADER": {"PO_REF": number, "REVISION": revision}, "ITEMS": [item(**more)]}


def movement(number: str, quantity: str, *, relief: str = "GR", **more: Any) -> dict[str, Any]:
    head = {"PO_REF": number, "DOC_DATE": DAY, "PSTNG_DATE": DAY, "RELIEF": relief, **more}
    return {"HEADER": head, "ITEMS": [{"PO_ITEM": "00001", "DOC_ITEM": "00001", "QUANTITY": quantity}]}


def payable(number: str, reference: str, quantity: str, amount: str, **more: Any) -> dict[str, Any]:
    extras = more.pop("extras", [])
    head = {"PLANT": "1000", "VENDOR": "0000100003", "VENDOR_REF": reference, "DOC_DATE": DAY, "PSTNG_DATE": DAY}
    head |= {"CURRENCY": "USD", "RELIEF": "GR", **more}
    taken = {"PO_REF": number, "PO_ITEM": "00001", "QUANTITY": quantity, "AMOUNT_DC": amount}
    return {"HEADER": head, "ITEMS": [taken], "EXTRAS": extras}


def debit_memo(number: str, amount: str, **more: Any) -> dict[str, Any]:
    head = {"PLANT": "1000", "VENDOR": "0000100003", "EXT_NO": number, "CURRENCY": "USD", "PSTNG_DATE": DAY}
    return {**head, "AMOUNT_DC": amount, **more}
