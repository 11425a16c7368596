"""The billing port over a FHIR R4 server; the reference of a charge is the id of its ChargeItem."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from canonical.documents.charge import Charge, ChargeCode
from canonical.documents.claim import Bill
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, Misread, Transient, Uncertain
from canonical.ports import Billing, ClearStanding, Declaration, SystemKind
from connectors.protocols.fhir import FhirClient, Stored, is_id
from connectors.protocols.fhir_json import Resource, dropped
from connectors.protocols.rest_kind import RestKind
from connectors.systems.fhir_billing import mapping, master
from connectors.systems.fhir_billing.claims import bill_of, lines_for
from connectors.systems.fhir_billing.client import FhirBillingClient
from connectors.systems.fhir_billing.codes import UNDO_KEY, WIRE_KEY, meaningless
from connectors.systems.fhir_billing.events import BODIES, translate
from connectors.systems.fhir_billing.settings import FhirBillingSettings

_FOR_GOOD = timedelta(days=36_500)
"""A create under a key that a resource carries is answered by that resource, however old it is."""

_CHANGES = 3


class FhirBilling:
    """Accounts, cases, the charge description master, and charges."""

    def __init__(self, name: str, own: FhirBillingSettings, client: FhirBillingClient) -> None:
        self._own = own
        self._client = client
        self._declares = Declaration(system=name, in_flight=own.in_flight, idempotent_for=_FOR_GOOD)

    @property
    def declares(self) -> Declaration:
        """What the system declares of its writes."""
        return self._declares

    async def ping(self) -> str:
        """Product and versions, reached with the configured token."""
        return await self._client.product()

    async def schema(self) -> Mapping[str, str]:
        """What the server can do with each resource that is named here."""
        return await self._client.schema()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def account(self, *, facility: str, case_number: str, account_number: str | None) -> ClearStanding:
        """The account of the case, or the one of this number; none while it is not on file."""
        encounter, account = await asyncio.gather(self._encounter(case_number), self._account(account_number))
        if account_number is None and (ids := mapping.accounts_of(encounter)):
            account = await self._client.get("Account", ids[0])
        number = mapping.identifier(account, self._own.account_system) if account else None
        if account is None or number is None:
            standing = mapping.standing_of(encounter, None, coverage=None, billed=False, payers=self._own.payers)
            return ClearStanding(account_number=None, standing=standing)
        payer = mapping.coverage_of(account)
        billed, coverage = await asyncio.gather(
            self._client.is_billed(account["id"]), self._client.get("Coverage", payer or "")
        )
        standing = mapping.standing_of(encounter, account, coverage=coverage, billed=billed, payers=self._own.payers)
        return ClearStanding(account_number=number, standing=standing)

    async def charge_code(self, *, facility: str, item: str, on: date) -> ChargeCode | None:
        """The row in force on the service date: the facility's own, or the one for all."""
        row = await self._row(self._own.item_system, item, facility=facility, on=on, operation="charge_code")
        try:
            return None if row is None else master.charge_code_of(row, self._own)
        except mapping.Unreadable as cause:
            raise self._failure(Misread, f"{cause} is not as expected", "charge_code") from cause

    async def post_charge(self, charge: Charge, *, account_number: str, case_number: str, wire_key: str) -> Posted:
        """Post a charge; a repeat answers the charge that stands under the key."""
        self._check_codes(charge)
        encounter, account, row = await asyncio.gather(
            self._encounter(case_number),
            self._account(account_number),
            self._row(
                self._own.master_system,
                charge.code,
                facility=charge.facility,
                on=charge.service_date,
                operation="post_charge",
            ),
        )
        if account is None:
            raise self._refused("the account is not on file", "post_charge")
        if encounter is None:
            raise self._refused("the surgical case is not on file", "post_charge")
        if row is None:
            raise self._refused("the charge code is not on the master on the service date", "post_charge")
        try:
            body = mapping.charge_item(charge, self._own, account=account, encounter=encounter, wire_key=wire_key)
        except mapping.Unreadable as cause:
            raise self._refused(f"{cause} is missing", "post_charge") from cause
        return await self._posted(body, await self._client.post(body, wire_key=wire_key))

    async def void_charge(self, reference: str, *, wire_key: str, no_charge_reason: str = "") -> Posted:
        """Mark an unbilled charge as entered in error, or as not billable for a reason, once.

        One that is so marked already answers its first void, whichever word that was.
        """
        for _ in range(_CHANGES):
            charge = await self._charge(reference, "void_charge")
            if charge.get("status") in mapping.TAKEN_BACK:
                return Posted(reference=mapping.identifier(charge, UNDO_KEY) or reference)
            found = await self._found([charge], ())
            if found and found[0].billed:
                raise self._refused("the charge was billed and needs a credit", "void_charge")
            void = mapping.voided(charge, undo_key=wire_key, no_charge_reason=no_charge_reason)
            if (stored := await self._client.change(void)) is not None:
                if lost := dropped(void, stored.resource):
                    # Something was done, and not what was asked: a look-up says what it is.
                    raise stored.answer.failure(Uncertain, f"the server did not keep {', '.join(lost)}")
                return Posted(reference=wire_key)
        raise self._failure(Transient, "another writer was faster", "void_charge")

    async def request_credit(self, reference: str, *, wire_key: str) -> Posted:
        """Ask revenue integrity for a credit and a new bill, by a Task; a second asking answers the first."""
        charge = await self._charge(reference, "request_credit")
        asked = [task for task in await self._client.tasks(reference) if mapping.is_rebill(task)]
        if asked:
            return Posted(reference=mapping.identifier(asked[0], UNDO_KEY) or str(asked[0]["id"]))
        found = await self._found([charge], ())
        if not found or not found[0].billed:
            raise self._refused("the charge is not billed and needs a void", "request_credit")
        task = mapping.rebill_task(charge, undo_key=wire_key, about=await self._billed_by(charge))
        stored = await self._client.ask(task, undo_key=wire_key)
        # One that stands already was made of what billing knew then.
        if stored.created and (lost := dropped(task, stored.resource)):
            raise stored.answer.refused(f"the server did not keep {', '.join(lost)}", audience=Audience.integration)
        return Posted(reference=wire_key)

    async def find_charges(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All charges under these keys, in the order of the keys."""
        charges, tasks = await self._client.charges(wire_keys)
        place = {key: number for number, key in enumerate(wire_keys)}
        return tuple(sorted(await self._found(charges, tasks), key=lambda one: place.get(one.wire_key, len(place))))

    async def charge(self, reference: str) -> Found | None:
        """A charge by its ChargeItem's id; none for what is no id, or no charge of ours."""
        charge = await self._client.get("ChargeItem", reference)
        if charge is None:
            return None
        return next(iter(await self._found([charge], await self._client.tasks(reference))), None)

    async def bill(self, reference: str) -> Bill | None:
        """The invoices, the claims and the payers' answers that a charge of ours has come to; none for one not billed."""
        charge = await self._client.get("ChargeItem", reference)
        found = [] if charge is None else await self._found([charge], ())
        if charge is None or not found or not found[0].billed:
            return None
        try:
            return bill_of(charge, await self._billed_by(charge))
        except mapping.Unreadable as cause:
            raise self._failure(Misread, f"{cause} is not as expected", "bill") from cause

    async def _billed_by(self, charge: Resource) -> tuple[Resource, ...]:
        """The issued invoices that have the charge, the claims that ask for it, and the answers to these."""
        case = mapping.id_in(charge.get("context", {}).get("reference"), "Encounter")
        invoices, claims = await asyncio.gather(
            self._client.invoices(mapping.accounts_of(charge)), self._client.claims(case)
        )
        having = [each for each in invoices if mapping.reference_to(charge) in mapping.lines_of([each])]
        asking = [each for each in claims if lines_for(charge, each)]
        return (*having, *asking, *await self._client.responses(each["id"] for each in asking))

    async def _found(self, charges: Sequence[Resource], tasks: Iterable[Resource]) -> list[Found]:
        invoices = await self._client.invoices(id for charge in charges for id in mapping.accounts_of(charge))
        try:
            found = [mapping.found_of(charge, tasks=tasks, invoices=invoices) for charge in charges]
        except mapping.Unreadable as cause:
            raise self._failure(Misread, f"{cause} is not as expected", "find_charges") from cause
        return [one for one in found if one is not None]

    async def _posted(self, body: Resource, stored: Stored) -> Posted:
        held, answer = stored.resource, stored.answer
        if held.get("status") in mapping.TAKEN_BACK:
            raise answer.refused("this charge was taken back", audience=Audience.revenue_integrity)
        if mapping.identifier(held, WIRE_KEY) != mapping.identifier(body, WIRE_KEY):
            raise answer.unreadable()
        if not stored.created:
            if other := mapping.differing(body, held):
                summary = f"the key belongs to another charge, by {', '.join(other)}"
                raise answer.refused(summary, audience=Audience.integration)
        elif lost := dropped(body, held):
            # What stands there is not what was asked for: it goes, and a person hears of what the server leaves out.
            try:
                await self.void_charge(str(held["id"]), wire_key=f"{mapping.identifier(body, WIRE_KEY)}-incomplete")
            except Failure as stands:
                raise answer.failure(Uncertain, "the charge stands, without all that was sent") from stands
            raise answer.refused(f"the server did not keep {', '.join(lost)}", audience=Audience.integration)
        return Posted(reference=str(held["id"]), posting_date=date.fromisoformat(str(held["enteredDate"])[:10]))

    async def _encounter(self, case_number: str) -> Resource | None:
        return await self._client.encounter(self._own.case_system, case_number)

    async def _account(self, number: str | None) -> Resource | None:
        return None if number is None else await self._client.account(self._own.account_system, number)

    async def _row(self, system: str, value: str, *, facility: str, on: date, operation: str) -> Resource | None:
        rows = await self._client.definitions(system, value)
        try:
            return master.in_force(rows, on=on, organization=self._own.organizations.get(facility))
        except mapping.Unreadable as cause:
            raise self._failure(Misread, f"{cause}: more than one row is in force", operation) from cause

    async def _charge(self, reference: str, operation: str) -> Resource:
        charge = await self._client.get("ChargeItem", reference) if is_id(reference) else None
        if charge is None:
            raise self._refused("the charge is not on file", operation)
        return charge

    def _check_codes(self, charge: Charge) -> None:
        """The server takes any text for a code: what means nothing is refused before it is sent."""
        wrong = meaningless(hcpcs=charge.hcpcs, revenue_code=charge.revenue_code, modifiers=charge.modifiers)
        if wrong:
            raise self._refused(f"the {' and the '.join(wrong)} is none of its code system", "post_charge")
        if charge.amount.currency not in self._own.currencies:
            raise self._refused(f"billing takes {', '.join(self._own.currencies)} only", "post_charge")

    def _refused(self, summary: str, operation: str) -> Failure:
        return self._failure(BusinessRefusal, summary, operation, audience=Audience.revenue_integrity)

    def _failure(
        self, kind: type[Failure], summary: str, operation: str, *, audience: Audience = Audience.integration
    ) -> Failure:
        return kind(summary, system=self._declares.system, operation=operation, audience=audience)


SYSTEM = RestKind(
    settings=FhirBillingSettings,
    bodies=BODIES,
    connector=lambda name, own, rest: FhirBilling(
        name, own, FhirBillingClient(FhirClient(rest, base_url=own.base_url))
    ),
    inbound=translate,
)

# Held by the type checker: the port is offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Billing] = FhirBilling
