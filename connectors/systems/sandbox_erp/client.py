"""The calls to the ERP's API, in its own words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.protocols.answer import Answer
from connectors.protocols.openapi import schema_of
from connectors.protocols.rest import RestClient
from connectors.protocols.searching import portions
from connectors.systems.sandbox_erp import refusals
from connectors.systems.sandbox_erp.purchasing_shapes import (
    BudgetRecord,
    ContractRecord,
    ContractRecords,
    Document,
    Documents,
    KeptOrder,
)
from connectors.systems.sandbox_erp.shapes import Info, Journal, Journals, PostingPeriods, ValuationRecord

KEY = "X-Request-Key"


class ErpClient:
    """Each method is one operation of the vendor's; all raise leaves of `canonical.errors`."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    async def valuation(self, *, material: str, plant: str, location: str) -> ValuationRecord | None:
        """The valuation record; none where the material is unknown or has no valuation in the plant."""
        params = {"MATERIAL": material, "PLANT": plant, "STGE_LOC": location}
        answer = await self._rest.read("read_valuation", "/mm/valuation", params=params, also=refusals.REFUSING)
        if refusals.message(answer) in (refusals.NO_MATERIAL, refusals.NO_VALUATION):
            return None
        return answer.accepted(refusals.refusal).parse(ValuationRecord)

    async def periods(self, *, company_code: str) -> PostingPeriods:
        """The posting periods of a company code."""
        params = {"COMP_CODE": company_code}
        answer = await self._rest.read("list_periods", "/fi/periods", params=params, also=refusals.REFUSING)
        return answer.accepted(refusals.refusal).parse(PostingPeriods)

    async def post(self, journal: Mapping[str, Any], *, key: str) -> tuple[Journal, bool]:
        """Post a journal; also says whether this is an earlier answer to the same key, given again."""
        answer = await self._write("post_journal", "/fi/journals", journal, key=key)
        return answer.accepted(refusals.refusal).parse(Journal), answer.headers.get("x-replayed") == "true"

    async def reverse(self, document: str, order: Mapping[str, Any], *, key: str) -> Journal | str:
        """Reverse a journal; where it was reversed already, the number of the first reversal."""
        answer = await self._write("reverse_journal", f"/fi/journals/{document}/reversal", order, key=key)
        if refusals.message(answer) == refusals.REVERSED_ALREADY:
            first = refusals.reversing_document(answer)
            if first is None:
                raise answer.unreadable()
            return first
        return answer.accepted(refusals.refusal).parse(Journal)

    async def journal(self, document: str) -> Journal | None:
        """One journal by its number."""
        answer = await self._rest.read("read_journal", f"/fi/journals/{document}", also=refusals.REFUSING)
        if refusals.message(answer) == refusals.NO_DOCUMENT:
            return None
        return answer.accepted(refusals.refusal).parse(Journal)

    async def journals(self, references: Sequence[str]) -> list[Journal]:
        """All journals with any of these external references."""
        found: list[Journal] = []
        for some in portions(references):
            params = [("REF_DOC_NO", each) for each in some]
            answer = await self._rest.read("find_journals", "/fi/journals", params=params, also=refusals.REFUSING)
            found += answer.accepted(refusals.refusal).parse(Journals).JOURNALS
        return found

    async def write(self, noun: str, path: str, form: Mapping[str, Any], *, key: str) -> tuple[Document, bool]:
        """Post a document of purchasing; also says whether this is an earlier answer to the same key, given again."""
        answer = await self._write(f"post_{noun}", path, form, key=key)
        return answer.accepted(refusals.refusal).parse(Document), answer.headers.get("x-replayed") == "true"

    async def take_back(self, noun: str, path: str, document: str, order: Mapping[str, Any], *, key: str) -> Document:
        """Take a document of purchasing back; asked again, the ERP answers the first time."""
        answer = await self._write(f"reverse_{noun}", f"{path}/{document}/reversal", order, key=key)
        return answer.accepted(refusals.refusal).parse(Document)

    async def document(self, noun: str, path: str, document: str) -> Document | None:
        """One document of purchasing by its number."""
        answer = await self._rest.read(f"read_{noun}", f"{path}/{document}", also=refusals.REFUSING)
        if refusals.message(answer) == refusals.NO_DOCUMENT:
            return None
        return answer.accepted(refusals.refusal).parse(Document)

    async def documents(self, noun: str, path: str, references: Sequence[str]) -> list[Document]:
        """All documents of a kind with any of these external references."""
        found: list[Document] = []
        for some in portions(references):
            params = [("REF_DOC_NO", each) for each in some]
            answer = await self._rest.read(f"find_{noun}s", path, params=params, also=refusals.REFUSING)
            found += answer.accepted(refusals.refusal).parse(Documents).DOCUMENTS
        return found

    async def order(self, number: str) -> KeptOrder | None:
        """A purchase order as it now counts, by its own or external number."""
        params = {"PO_REF": number}
        answer = await self._rest.read("read_order_status", "/mm/order_status", params=params, also=refusals.REFUSING)
        if refusals.message(answer) == refusals.NO_ORDER:
            return None
        return answer.accepted(refusals.refusal).parse(KeptOrder)

    async def contracts(self, *, material: str) -> tuple[ContractRecord, ...]:
        """Every contract for a material."""
        params = {"MATERIAL": material}
        answer = await self._rest.read("list_contracts", "/mm/contracts", params=params, also=refusals.REFUSING)
        return answer.accepted(refusals.refusal).parse(ContractRecords).CONTRACTS

    async def budget(self, *, centre: str, day: str) -> BudgetRecord:
        """What is left of a budget."""
        params = {"COST_CTR": centre, "DATE": day}
        answer = await self._rest.read("read_budget", "/fi/budgets", params=params, also=refusals.REFUSING)
        return answer.accepted(refusals.refusal).parse(BudgetRecord)

    async def info(self) -> Info:
        """The system's name and release; asked with the credential, so that a bad one shows."""
        return (await self._rest.read("system_info", "/sys/info")).parse(Info)

    async def schema(self) -> Mapping[str, str]:
        """Every field of the API, but for the sandbox's own doors."""
        return await schema_of(self._rest, without=("/_control",))

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()

    async def _write(self, operation: str, path: str, body: Mapping[str, Any], *, key: str) -> Answer:
        return await self._rest.write(operation, path, json=body, headers={KEY: key}, also=refusals.REFUSING)


def is_document(reference: str) -> bool:
    """Whether a reference can be a document number of the ERP."""
    return re.fullmatch(r"[0-9]{10}", reference) is not None
