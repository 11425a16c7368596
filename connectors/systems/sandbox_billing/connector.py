"""The billing port over the sandbox's billing system."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from canonical.documents.charge import Charge, ChargeCode
from canonical.documents.claim import Bill
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from canonical.ports import Billing, ClearStanding, Declaration, SystemKind
from connectors.protocols.answer import Answer
from connectors.protocols.rest_kind import RestKind
from connectors.systems.sandbox_billing import mapping
from connectors.systems.sandbox_billing.client import SandboxBillingClient
from connectors.systems.sandbox_billing.events import BODIES, translate
from connectors.systems.sandbox_billing.settings import SandboxBillingSettings

_FOR_GOOD = timedelta(days=36_500)
"""A charge id is never forgotten by the vendor, so a repeat under it can never be applied twice."""


class SandboxBilling:
    """Accounts, charge codes and charges; the reference of a charge is the charge id that we gave it."""

    def __init__(self, name: str, settings: SandboxBillingSettings, client: SandboxBillingClient) -> None:
        self._client = client
        self._declares = Declaration(
            system=name, in_flight=settings.in_flight, idempotent_for=_FOR_GOOD, posts_later=True
        )

    @property
    def declares(self) -> Declaration:
        """What the system declares of its writes."""
        return self._declares

    async def ping(self) -> str:
        """Product and version, reached with the configured token."""
        status = await self._client.status()
        return f"{status.product} {status.version}"

    async def schema(self) -> Mapping[str, str]:
        """Every field that it takes and answers."""
        return await self._client.schema()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def account(self, *, facility: str, case_number: str, account_number: str | None) -> ClearStanding:
        """The account of the case, or the one of this number; none while it is not on file."""
        case_no, acct_no = mapping.case_number(case_number), mapping.account_number(account_number)
        if account_number is not None and acct_no is None:
            # Asked without it, the vendor would answer the account of the case, which is another one.
            found = await self._client.look_up_account(case_no=case_no, acct_no=None)
            return mapping.standing_of(found.model_copy(update={"acct": None}))
        return mapping.standing_of(await self._client.look_up_account(case_no=case_no, acct_no=acct_no))

    async def charge_code(self, *, facility: str, item: str, on: date) -> ChargeCode | None:
        """The row in force on the service date; one master serves both hospitals."""
        reference = mapping.supply_ref(item)
        if reference is None:
            return None
        row = await self._client.look_up_code(supply_ref=reference, dos=mapping.vendor_date(on))
        return None if row is None else mapping.charge_code_of(row)

    async def post_charge(self, charge: Charge, *, account_number: str, case_number: str, wire_key: str) -> Posted:
        """Post a charge for the next batch; a repeat answers the charge that stands under the key."""
        try:
            body = mapping.charge_body(charge, acct_no=account_number, case_no=case_number, charge_id=wire_key)
        except mapping.Unmappable as cause:
            raise self._refused(str(cause), operation="post_charge") from cause
        taken, answer = await self._client.post_charge(body)
        if answer.status == 409:
            return await self._posted_before(body, answer)
        return _posted(mapping.found_of(taken))

    async def void_charge(self, reference: str, *, wire_key: str, no_charge_reason: str = "") -> Posted:
        """Void an unbilled charge; of the reason the vendor takes a code alone."""
        self._check(reference, operation="void_charge")
        why = mapping.NO_CHARGE if no_charge_reason else mapping.IN_ERROR
        void = await self._client.void_charge(reference, void_id=wire_key, rsn_cd=why)
        return Posted(reference=void.void_id, posting_date=void.void_tm.date())

    async def request_credit(self, reference: str, *, wire_key: str) -> Posted:
        """Credit the whole of a billed charge; revenue integrity rebills."""
        self._check(reference, operation="credit_charge")
        credit = await self._client.credit_charge(reference, credit_id=wire_key)
        return Posted(reference=credit.credit_id, posting_date=credit.credit_tm.date())

    async def bill(self, reference: str) -> Bill | None:
        """The final bill of the account is all that the vendor tells of a billed charge."""
        charge = await self._client.get_charge(reference) if mapping.is_charge_id(reference) else None
        return None if charge is None else mapping.bill_of(charge)

    async def find_charges(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All charges under these keys, in the order in which they arrived."""
        return tuple(mapping.found_of(charge) for charge in await self._client.find_charges(wire_keys))

    async def charge(self, reference: str) -> Found | None:
        """A charge by its charge id; none for what is no charge id."""
        charge = await self._client.get_charge(reference) if mapping.is_charge_id(reference) else None
        return None if charge is None else mapping.found_of(charge)

    async def _posted_before(self, body: dict[str, Any], answer: Answer) -> Posted:
        # The vendor repeats its first answer, which was given before the batch: ask how the charge stands now.
        current = await self._client.get_charge(body["charge_id"])
        if current is None:
            raise answer.unreadable()
        if not mapping.is_same(current, body):
            raise answer.refused("the charge id belongs to another charge", audience=Audience.integration)
        found = mapping.found_of(current)
        if found.standing == "rejected":
            raise answer.refused("billing rejected this charge in its batch", audience=Audience.revenue_integrity)
        if not found.live:
            raise answer.refused("this charge was taken back", audience=Audience.revenue_integrity)
        return _posted(found)

    def _check(self, reference: str, *, operation: str) -> None:
        if not mapping.is_charge_id(reference):
            raise self._refused("the reference is not a charge id of billing", operation=operation)

    def _refused(self, summary: str, *, operation: str) -> BusinessRefusal:
        return BusinessRefusal(
            summary, system=self._declares.system, operation=operation, audience=Audience.revenue_integrity
        )


def _posted(found: Found) -> Posted:
    return Posted(
        reference=found.reference,
        standing="accepted" if found.standing == "accepted" else "posted",
        posting_date=found.posting_date,
    )


SYSTEM = RestKind(
    settings=SandboxBillingSettings,
    bodies=BODIES,
    connector=lambda name, own, rest: SandboxBilling(name, own, SandboxBillingClient(rest)),
    inbound=lambda body, own: translate(body, own.hospitals),
)

# Held by the type checker: the port is offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Billing] = SandboxBilling
