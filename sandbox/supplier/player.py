"""Plays the partners: carries out the steps of their plans when they are due, or when control tells them to go on."""

import asyncio
import logging
from typing import Any

from sandbox.supplier.answering import Answering
from sandbox.supplier.database import Database
from sandbox.supplier.dealings import RECEIVED, Dealings
from sandbox.supplier.errors import VendorError
from sandbox.supplier.invoicing import Invoicing
from sandbox.supplier.papers import Dealing
from sandbox.supplier.plan import Acknowledge, Authorise, Invoice, Sheet, Ship, Step
from sandbox.supplier.plans import Plans
from sandbox.supplier.shipping import Shipping

IDLE = 0.05


class Player:
    """One step at a time, each in a transaction of its own with the papers that it sends."""

    def __init__(
        self,
        database: Database,
        *,
        plans: Plans,
        dealings: Dealings,
        answering: Answering,
        shipping: Shipping,
        invoicing: Invoicing,
    ) -> None:
        self._database = database
        self._plans = plans
        self._dealings = dealings
        self._answering = answering
        self._shipping = shipping
        self._invoicing = invoicing

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due = self._plans.next_due()
            if due is None:
                await asyncio.sleep(IDLE)
                continue
            n, ref, step = due
            try:
                with self._database.transaction():
                    self.carry_out(step, self.dealing(ref))
                    self._plans.done(n, ref)
            except VendorError as impossible:
                logging.getLogger("sandbox.supplier").warning("%s of %s: %s", step.do, ref, impossible.body["title"])
                with self._database.transaction():
                    self._plans.fail(n, ref)
            # Callers come first, however much is due.
            await asyncio.sleep(0)

    def advance(self, ref: str, *, steps: int) -> list[dict[str, Any]]:
        """Carry out the next steps of a message now; answers their papers, fewer where there are fewer steps."""
        papers: list[dict[str, Any]] = []
        with self._database.transaction():
            while len(papers) < steps and (found := self._plans.next(ref)) is not None:
                n, step = found
                papers.append(self.carry_out(step, self.dealing(ref)))
                self._plans.done(n, ref)
        return papers

    def dealing(self, ref: str) -> Dealing:
        """Whom a message is between; what is done about a change is done about its order."""
        row = self._dealings.message(ref)
        if row["about"] is not None:
            row = self._dealings.message(row["about"])
        if row["state"] != RECEIVED:
            raise VendorError(409, "withdrawn", "the message was given back", "ref")
        return Dealing(partner=row["partner"], account=row["account"], row=row)

    def carry_out(self, step: Step, dealing: Dealing) -> dict[str, Any]:
        """Send the paper of a step. Call inside a transaction."""
        match step:
            case Acknowledge():
                return self._answering.acknowledge(step, dealing)
            case Ship():
                return self._shipping.ship(step, dealing)
            case Invoice():
                return self._invoicing.invoice(step, dealing)
            case Authorise():
                return self._answering.authorise(step, dealing)
            case Sheet():
                return self._answering.sheet(step, dealing)
