"""What billing asks of a FHIR server, one method each: resources in, resources out, the searches that find them."""

from collections.abc import Iterable, Mapping, Sequence

from connectors.protocols.fhir import FhirClient, Stored, token
from connectors.protocols.fhir_json import Resource
from connectors.protocols.searching import portions
from connectors.systems.fhir_billing.codes import UNDO_KEY, WIRE_KEY
from connectors.systems.fhir_billing.mapping import ISSUED
from connectors.systems.fhir_billing.schema import schema_of

_KEYS_PER_CALL = 50
_PAGE = ("_count", "100")
_SORTED = ("_sort", "created")


class FhirBillingClient:
    """The resources of patient billing."""

    def __init__(self, fhir: FhirClient) -> None:
        self._fhir = fhir

    async def product(self) -> str:
        """What the server says it is."""
        told = await self._fhir.capabilities()
        software = told.get("software", {})
        words = (software.get("name"), software.get("version"), f"FHIR {told.get('fhirVersion', '?')}")
        return " ".join(str(word) for word in words if word)

    async def schema(self) -> Mapping[str, str]:
        """What the server says that it can do with the resources of billing."""
        return schema_of(await self._fhir.capabilities())

    async def encounter(self, system: str, case_number: str) -> Resource | None:
        """The Encounter of a surgical case."""
        return _first(await self._fhir.look_up("Encounter", [("identifier", token(system, case_number))]))

    async def account(self, system: str, number: str) -> Resource | None:
        """The Account of this number, unless it was made in error."""
        found = await self._fhir.look_up("Account", [("identifier", token(system, number))])
        return _first(account for account in found if account.get("status") != "entered-in-error")

    async def get(self, kind: str, id: str) -> Resource | None:
        """A resource by its id."""
        return await self._fhir.read(kind, id)

    async def definitions(self, system: str, value: str) -> tuple[Resource, ...]:
        """The rows of the charge description master that carry an item's number or a code, of every time."""
        asked = [("identifier", token(system, value)), ("status", "active")]
        return await self._fhir.look_up("ChargeItemDefinition", asked)

    async def charges(self, wire_keys: Sequence[str]) -> tuple[list[Resource], list[Resource]]:
        """The ChargeItems that carry these keys, and the Tasks about them."""
        charges: dict[str, Resource] = {}
        tasks: list[Resource] = []
        for some in portions(wire_keys, most=_KEYS_PER_CALL):
            keys = ",".join(token(WIRE_KEY, key) for key in some)
            # A key has one charge, and a charge a Task or none.
            for resource in await self._fhir.look_up(
                "ChargeItem", [("identifier", keys), ("_revinclude", "Task:focus")]
            ):
                if resource["resourceType"] == "ChargeItem":
                    charges[resource["id"]] = resource
                else:
                    tasks.append(resource)
        return list(charges.values()), tasks

    async def tasks(self, charge_id: str) -> tuple[Resource, ...]:
        """The Tasks about a ChargeItem."""
        return await self._fhir.look_up("Task", [("focus", f"ChargeItem/{charge_id}")])

    async def invoices(self, accounts: Iterable[str]) -> list[Resource]:
        """The issued invoices of accounts, by their ids."""
        found: list[Resource] = []
        for some in portions(sorted(set(accounts)), most=_KEYS_PER_CALL):
            mine = ",".join(f"Account/{id}" for id in some)
            found += await self._fhir.search("Invoice", [("account", mine), ("status", ",".join(ISSUED)), _PAGE])
        return found

    async def claims(self, encounter: str | None) -> tuple[Resource, ...]:
        """The claims with a line for an Encounter."""
        if encounter is None:
            return ()
        return await self._fhir.search("Claim", [("encounter", f"Encounter/{encounter}"), _SORTED, _PAGE])

    async def responses(self, claims: Iterable[str]) -> list[Resource]:
        """The answers to claims, by their ids, the oldest first."""
        found: list[Resource] = []
        for some in portions(list(claims), most=_KEYS_PER_CALL):
            mine = ",".join(f"Claim/{id}" for id in some)
            found += await self._fhir.search("ClaimResponse", [("request", mine), _SORTED, _PAGE])
        return found

    async def is_billed(self, account: str) -> bool:
        """Whether an invoice of this account was issued."""
        asked = [("account", f"Account/{account}"), ("status", ",".join(ISSUED))]
        return await self._fhir.count("Invoice", asked) > 0

    async def post(self, charge: Resource, *, wire_key: str) -> Stored:
        """Create a ChargeItem under its key, or answer the one that carries it."""
        return await self._fhir.create(charge, key=(WIRE_KEY, wire_key))

    async def ask(self, task: Resource, *, undo_key: str) -> Stored:
        """Create a Task under its key, or answer the one that carries it."""
        return await self._fhir.create(task, key=(UNDO_KEY, undo_key))

    async def change(self, resource: Resource) -> Stored | None:
        """Put a resource in the place of the version that was read; none where it was changed since."""
        return await self._fhir.update(resource)

    async def close(self) -> None:
        """Give back the connections."""
        await self._fhir.close()


def _first(found: Iterable[Resource]) -> Resource | None:
    return next(iter(found), None)
