"""Owed use: a use of goods that are the supplier's own until then, and what is asked for and withdrawn because of it."""

from temporalio import workflow

from activities.procuring import Procuring
from canonical.asking.procurement import AskContracts, ContractsAnswer
from canonical.documents.contract import Contract, in_force
from canonical.documents.costing import SUPPLIERS_OWN
from canonical.documents.item import Ownership
from canonical.documents.usage import Disposition
from canonical.identity import wire_key
from canonical.inbound import EventType
from workflows.kit import use_postings as postings
from workflows.kit.known_use import KnownUse
from workflows.kit.letters import as_data, write_letter

LONGEST_NUMBER = 60


class OwedUse(KnownUse):
    """The use behind a run, where somebody else than the hospital owned what was used."""

    @property
    def is_the_suppliers(self) -> bool:
        """Whether the goods were the supplier's until used, and the facility orders through the engine."""
        valuation = self.known.valuation
        orders = any(leg.domain == "procurement" for leg in self.context.route)
        owner = valuation.ownership if valuation is not None else Ownership.owned
        return orders and owner in SUPPLIERS_OWN and self.use.disposition is not Disposition.sample

    async def contract(self) -> Contract | None:
        """The contract under which the supplier is owed for the item; none where no contract is in force."""
        asked = AskContracts(context=self.context, items=(self.item.item,))

        async def attempt() -> ContractsAnswer:
            call = self.call("procurement", "contracts")
            return await workflow.execute_activity_method(Procuring.contracts, asked, **call)

        answer = await self.look_up("procurement", attempt)
        holding = in_force(answer.contracts, item=self.item.item, on=self.use.service_date)
        owed = [one for one in holding if one.ownership in SUPPLIERS_OWN]
        return next(iter([*owed, *holding]), None)

    async def ask_for(self, contract: Contract) -> None:
        """Put exactly what was used into the basket of the surgical case and the supplier."""
        count = self.state.asks + 1
        use = self.context.name.business_key
        request = postings.request(
            self.use, self.item, contract, quantity=self.base_quantity, number=self._request_number(count), use=use
        )
        # Kept before it is sent: a correction heard meanwhile withdraws it.
        self.know(asked=request, asks=count)
        letter = f"request-{count}"
        await write_letter(self.context, letter, EventType.item_requested, request.number, as_data(request))
        self.heed()

    async def withdraw_the_request(self, steps: tuple[str, ...]) -> None:
        """A use that did not happen so is not owed for: the order is made without it, or taken back."""
        request = self.state.asked
        if request is None or "cost" not in steps:
            return
        data = {"supplier": request.supplier, "basket": request.basket, "reason": "the use was corrected"}
        letter = f"withdrawn-{self.state.asks}"
        about = data | {"occurred": self.use.occurred.isoformat()}
        await write_letter(self.context, letter, EventType.request_withdrawn, request.number, about)
        self.know(asked=None)

    def unsettled(self) -> tuple[str, ...]:
        """The ledgers in which something is left to do, and the order that is owed."""
        owed = self.state.usage is not None and self.is_the_suppliers and not self.state.not_used
        return (*super().unsettled(), *(("order",) if owed and self.state.asked is None else ()))

    def _request_number(self, count: int) -> str:
        """The use's own number; asked for again, it counts on."""
        number = self.use.number if count == 1 else f"{self.use.number}-{count}"
        return number if len(number) <= LONGEST_NUMBER else wire_key(f"{self.context.workflow_id}:{count}")
