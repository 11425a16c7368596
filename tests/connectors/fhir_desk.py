"""A FHIR server as billing under test: the connector, and what others write there and look at by bare calls."""

import json
from typing import Any

from canonical.effect import Posted
from connectors.systems.fhir_billing.connector import SYSTEM, FhirBilling
from tests.connectors.contract.ledgers import ClearCharge
from tests.connectors.contract.peers.fhir_billing import charge
from tests.support.fhir import FhirServer


def connected(fhir: FhirServer) -> FhirBilling:
    table = {
        "base_url": fhir.url,
        "token_file": str(fhir.token_file),
        "timeout": "PT30S",
        "organizations": {"NORTH": "Organization/north"},
        "payers": {"MEDICARE": "medicare-a"},
    }
    settings = SYSTEM.settings.model_validate_json(json.dumps(table), strict=True)
    connector = SYSTEM.build("billing", settings, outgoing=dict)
    assert isinstance(connector, FhirBilling)
    return connector


async def post(billing: FhirBilling, key: str, clear: ClearCharge | None = None) -> Posted:
    clear = clear or charge()
    return await billing.post_charge(
        clear.charge, account_number=clear.account_number, case_number=clear.case_number, wire_key=key
    )


async def keep(fhir: FhirServer, resource: dict[str, Any]) -> dict[str, Any]:
    async with fhir.client() as http:
        return await fhir.put(http, resource)


async def look(fhir: FhirServer, path: str) -> dict[str, Any]:
    async with fhir.client() as http:
        answer = await http.get(path, headers={"cache-control": "no-cache"})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


async def invoice(fhir: FhirServer, reference: str, *, status: str, account: str = "acct1") -> None:
    line = {"chargeItemReference": {"reference": f"ChargeItem/{reference}"}}
    bill = {"resourceType": "Invoice", "id": f"inv-{reference}", "status": status, "lineItem": [line]}
    await keep(fhir, bill | {"account": {"reference": f"Account/{account}"}})
