"""Charges: the account and the charge code of a use, and its charge on the account.

Only here does a token turn back into a number, at the last moment before the call to billing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.balancing import balanced
from activities.boundary import failures_cross
from activities.intents import edge_from_run, intent_of
from activities.writing import Verbs, Writing
from canonical.asking.billing import AskBilling, AskCase, AskChargeCode, BillingAnswer, CaseAnswer, ChargeCodeAnswer
from canonical.asking.writing import AskDocument, Balance, Balanced, Outcome, PostCharge
from canonical.documents.charge import AccountStanding
from canonical.documents.claim import Bill
from canonical.effect import Found, Posted
from canonical.errors import BusinessRefusal, Rejected
from canonical.identity import wire_key
from canonical.memory import Effects, Vault
from canonical.ports import Billing


@dataclass(frozen=True)
class Charges:
    """The calls to one billing system."""

    billing: Billing
    effects: Effects
    vault: Vault

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.look_up, self.case, self.code, self.post, self.balance, self.find)

    @activity.defn(name="charge.look-up")
    async def look_up(self, ask: AskBilling) -> BillingAnswer:
        """The account's standing and the charge code in force on the service date, asked together."""
        with failures_cross():
            standing, code = await asyncio.gather(
                self._standing(ask),
                self.billing.charge_code(facility=ask.usage.facility, item=ask.item, on=ask.usage.service_date),
            )
        return BillingAnswer(standing=standing, code=code)

    @activity.defn(name="case.look-up")
    async def case(self, ask: AskCase) -> CaseAnswer:
        """How far a surgical case has come."""
        with failures_cross():
            (case,) = await self._reveal(ask.context.correlation_id, ask.surgical_case)
            facility = ask.context.name.facility
            clear = await self.billing.account(facility=facility, case_number=case, account_number=None)
        return CaseAnswer(status=clear.standing.case_status)

    @activity.defn(name="charge-code.look-up")
    async def code(self, ask: AskChargeCode) -> ChargeCodeAnswer:
        """The charge code of an item, without a patient."""
        facility = ask.context.name.facility
        with failures_cross():
            return ChargeCodeAnswer(code=await self.billing.charge_code(facility=facility, item=ask.item, on=ask.on))

    @activity.defn(name="charge.post")
    async def post(self, order: PostCharge) -> Posted:
        """Post the charge, once; may answer accepted, with the outcome later."""
        charge = order.charge
        intent = intent_of(
            order,
            business_date=charge.service_date,
            amount=charge.amount,
            quantity=charge.units,
            unit="charge",
            item=charge.item,
            lot=charge.lot,
            token=charge.account,
        )

        async def send(key: str) -> Posted:
            account, case = await self._reveal(order.context.correlation_id, charge.account, charge.surgical_case)
            return await self.billing.post_charge(charge, account_number=account, case_number=case, wire_key=key)

        with failures_cross():
            return await Writing(
                effects=self.effects,
                verbs=self._verbs(),
                intent=intent,
                ledger=order.ledger,
                edges=(edge_from_run(order),),
            ).post(send)

    @activity.defn(name="charge.balance")
    async def balance(self, order: Balance) -> Balanced:
        """Void charges until the expected number stands; one that was billed is asked to be credited and rebilled."""
        credited: list[str] = []
        with failures_cross():
            verbs = self._verbs(credited, no_charge_reason=order.no_charge_reason)
            answer = await balanced(order, effects=self.effects, verbs=verbs)
            credited = credited or await self._credited_before(order)
            if not credited:
                return answer
            bills, unread = await self._bills(credited)
        return answer.model_copy(update={"credit_requested": True, "bills": bills, "unread": unread})

    @activity.defn(name="charge.find")
    async def find(self, ask: AskDocument) -> Outcome:
        """A charge by billing's own reference, with its standing."""
        with failures_cross():
            return Outcome(found=await self.billing.charge(ask.reference))

    async def _credited_before(self, order: Balance) -> list[str]:
        """The charges for which an earlier attempt of this undo was granted the credit, and its answer never came."""
        ledger = order.ledger
        if order.expected or ledger.sent != ledger.revision:
            return []
        found = await self.billing.find_charges([wire_key(ledger.key)])
        return [charge.reference for charge in found if charge.billed and not charge.live]

    async def _bills(self, references: Sequence[str]) -> tuple[tuple[Bill, ...], str]:
        """The bills of charges with tokens for numbers, and why one cannot be read: the credit is asked for all the same."""
        try:
            found = [bill for one in references if (bill := await self.billing.bill(one)) is not None]
        except Rejected as refusal:
            return (), refusal.summary
        return tuple([await self._without_numbers(bill) for bill in found]), ""

    async def _without_numbers(self, bill: Bill) -> Bill:
        invoices = [
            one.model_copy(update={"number": await self.vault.tokenise("id", one.number)}) for one in bill.invoices
        ]
        claims = [one.model_copy(update={"number": await self.vault.tokenise("id", one.number)}) for one in bill.claims]
        return bill.model_copy(update={"invoices": tuple(invoices), "claims": tuple(claims)})

    async def _standing(self, ask: AskBilling) -> AccountStanding:
        usage, correlation_id = ask.usage, ask.context.correlation_id
        tokens = [usage.surgical_case, *([usage.account] if usage.account is not None else [])]
        case, *accounts = await self._reveal(correlation_id, *tokens)
        account = accounts[0] if accounts else None
        clear = await self.billing.account(facility=usage.facility, case_number=case, account_number=account)
        if clear.account_number is None:
            return clear.standing
        # The number that was asked for has its token already.
        known = usage.account if clear.account_number == account else None
        token = known or await self.vault.tokenise("acct", clear.account_number)
        return clear.standing.model_copy(update={"account": token})

    async def _reveal(self, correlation_id: str, *tokens: str) -> tuple[str, ...]:
        return await self.vault.reveal_all(tokens, purpose="billing call", correlation_id=correlation_id)

    def _verbs(self, credited: list[str] | None = None, *, no_charge_reason: str = "") -> Verbs:
        async def take_back(document: Found, key: str) -> Posted:
            if not document.billed:
                try:
                    return await self.billing.void_charge(
                        document.reference, wire_key=key, no_charge_reason=no_charge_reason
                    )
                except BusinessRefusal:
                    now = await self.billing.charge(document.reference)
                    if now is None or not now.billed:
                        raise
                    # It went on the final bill since it was looked up: that takes a credit (domain rule 8).
            if credited is not None:
                credited.append(document.reference)
            return await self.billing.request_credit(document.reference, wire_key=key)

        return Verbs(
            declares=self.billing.declares,
            take_back=take_back,
            find=self.billing.find_charges,
            by_reference=self.billing.charge,
        )
