"""The vendor's calls, one method each: the vendor's words in, its documents out, leaves of our error tree raised."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from canonical.errors import Audience
from connectors.protocols.answer import Answer
from connectors.protocols.openapi import schema_of
from connectors.protocols.rest import RestClient
from connectors.protocols.searching import portions
from connectors.systems.sandbox_billing.refusals import REFUSED, code_of, refusal
from connectors.systems.sandbox_billing.vendor import (
    VendorCdmLookup,
    VendorCdmRow,
    VendorCharge,
    VendorCharges,
    VendorCredit,
    VendorLookup,
    VendorStatus,
    VendorVoid,
)

_IDS_PER_CALL = 50
_NOBODY = VendorLookup(case=None, acct=None)


class SandboxBillingClient:
    """The calls of the billing interface."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    async def status(self) -> VendorStatus:
        """Product and version."""
        return (await self._rest.read("get_status", "/status")).parse(VendorStatus)

    async def look_up_account(self, *, case_no: str | None, acct_no: str | None) -> VendorLookup:
        """Case and account; what is not on file is null."""
        asked = {name: value for name, value in (("acct_no", acct_no), ("case_no", case_no)) if value is not None}
        if not asked:
            return _NOBODY
        answer = await self._rest.read("lookup_account", "/accounts/lookup", params=asked, also=REFUSED)
        if answer.ok:
            return answer.parse(VendorLookup)
        # The vendor answers not found for the whole question where one of two numbers is unknown.
        match code_of(answer):
            case "B105":
                found = await self.look_up_account(case_no=None, acct_no=acct_no)
                return found.model_copy(update={"case": None})
            case "B102":
                found = await self.look_up_account(case_no=case_no if acct_no else None, acct_no=None)
                return found.model_copy(update={"acct": None})
        raise refusal(answer)

    async def look_up_code(self, *, supply_ref: str, dos: str) -> VendorCdmRow | None:
        """The row of the charge description master in force on the date of service."""
        asked = {"supply_ref": supply_ref, "dos": dos}
        answer = await self._rest.read("lookup_code", "/cdm/lookup", params=asked, also=REFUSED)
        return answer.accepted(refusal).parse(VendorCdmLookup).row

    async def find_charges(self, charge_ids: Sequence[str]) -> list[VendorCharge]:
        """The charges with these ids, in the order in which they arrived."""
        found: list[VendorCharge] = []
        for some in portions(charge_ids, most=_IDS_PER_CALL):
            asked = [("charge_id", each) for each in some]
            answer = await self._rest.read("find_charges", "/charges", params=asked, also=REFUSED)
            found += answer.accepted(refusal).parse(VendorCharges).charges
        return found

    async def get_charge(self, charge_id: str) -> VendorCharge | None:
        """A charge by its id."""
        answer = await self._rest.read("get_charge", f"/charges/{quote(charge_id, safe='')}", also=REFUSED)
        if code_of(answer) == "B104":
            return None
        return answer.accepted(refusal).parse(VendorCharge)

    async def post_charge(self, body: Mapping[str, Any]) -> tuple[VendorCharge, Answer]:
        """Post a charge; the answer says by its status whether the id was seen before (409, with the first answer)."""
        answer = await self._rest.write("post_charge", "/charges", json=body, also=REFUSED)
        if not (answer.ok or _is_first_answer(answer)):
            raise refusal(answer)
        return answer.parse(VendorCharge), answer

    async def void_charge(self, charge_id: str, *, void_id: str, rsn_cd: str) -> VendorVoid:
        """Void a charge; one that was voided before answers its first void."""
        path = f"/charges/{quote(charge_id, safe='')}/void"
        body = {"void_id": void_id, "rsn_cd": rsn_cd}
        answer = await self._rest.write("void_charge", path, json=body, also=REFUSED)
        if not (answer.ok or _is_first_answer(answer)):
            raise refusal(answer)
        void = answer.parse(VendorVoid)
        if void.charge_id != charge_id:
            raise answer.refused("the void id belongs to another charge", audience=Audience.integration)
        return void

    async def credit_charge(self, charge_id: str, *, credit_id: str) -> VendorCredit:
        """Credit the whole of a billed charge; a credit id seen before answers the first credit."""
        path = f"/charges/{quote(charge_id, safe='')}/credits"
        body = {"credit_id": credit_id, "rsn_cd": "REBILL"}
        answer = await self._rest.write("credit_charge", path, json=body, also=REFUSED)
        if not (answer.ok or _is_first_answer(answer)):
            raise refusal(answer)
        credit = answer.parse(VendorCredit)
        if credit.charge_id != charge_id:
            raise answer.refused("the credit id belongs to another charge", audience=Audience.integration)
        return credit

    async def schema(self) -> Mapping[str, str]:
        """Every field of the API."""
        return await schema_of(self._rest)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()


def _is_first_answer(answer: Answer) -> bool:
    """Whether a 409 repeats the first answer, and is not a refusal with a code."""
    return answer.status == 409 and not code_of(answer)
