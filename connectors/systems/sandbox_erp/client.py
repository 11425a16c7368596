"""The calls to the ERP's API, in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.protocols.answer import Answer
from connectors.protocols.rest import RestClient
from connectors.systems.sandbox_erp import refusals
from connectors.systems.sandbox_erp.shapes import Info, Journal, Journals, PostingPeriods, ValuationRecord

KEYS_PER_SEARCH = 100
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
        return _accepted(answer).parse(ValuationRecord)

    async def periods(self, *, company_code: str) -> PostingPeriods:
        """The posting periods of a company code."""
        params = {"COMP_CODE": company_code}
        answer = await self._rest.read("list_periods", "/fi/periods", params=params, also=refusals.REFUSING)
        return _accepted(answer).parse(PostingPeriods)

    async def post(self, journal: Mapping[str, Any], *, key: str) -> tuple[Journal, bool]:
        """Post a journal; also says whether this is an earlier answer to the same key, given again."""
        answer = await self._write("post_journal", "/fi/journals", journal, key=key)
        return _accepted(answer).parse(Journal), answer.headers.get("x-replayed") == "true"

    async def reverse(self, document: str, order: Mapping[str, Any], *, key: str) -> Journal | str:
        """Reverse a journal; where it was reversed already, the number of the first reversal."""
        answer = await self._write("reverse_journal", f"/fi/journals/{document}/reversal", order, key=key)
        if refusals.message(answer) == refusals.REVERSED_ALREADY:
            first = refusals.reversing_document(answer)
            if first is None:
                raise answer.unreadable()
            return first
        return _accepted(answer).parse(Journal)

    async def journal(self, document: str) -> Journal | None:
        """One journal by its number."""
        answer = await self._rest.read("read_journal", f"/fi/journals/{document}", also=refusals.REFUSING)
        if refusals.message(answer) == refusals.NO_DOCUMENT:
            return None
        return _accepted(answer).parse(Journal)

    async def journals(self, references: Sequence[str]) -> list[Journal]:
        """All journals with any of these external references."""
        found: list[Journal] = []
        for start in range(0, len(references), KEYS_PER_SEARCH):
            params = [("REF_DOC_NO", each) for each in references[start : start + KEYS_PER_SEARCH]]
            answer = await self._rest.read("find_journals", "/fi/journals", params=params, also=refusals.REFUSING)
            found += _accepted(answer).parse(Journals).JOURNALS
        return found

    async def info(self) -> Info:
        """The system's name and release; asked with the credential, so that a bad one shows."""
        return (await self._rest.read("system_info", "/sys/info")).parse(Info)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()

    async def _write(self, operation: str, path: str, body: Mapping[str, Any], *, key: str) -> Answer:
        return await self._rest.write(operation, path, json=body, headers={KEY: key}, also=refusals.REFUSING)


def _accepted(answer: Answer) -> Answer:
    if not answer.ok:
        raise refusals.refusal(answer)
    return answer
