"""Filling: how the run of a need moves goods between locations, and asks suppliers for the rest."""

from decimal import Decimal

from temporalio import workflow

from activities.procuring import Procuring
from canonical.asking.procurement import AskContracts, ContractsAnswer
from canonical.documents.contract import Contract, in_force
from canonical.documents.item import Ownership
from canonical.documents.posting import LotEntry, Replacement, Transfer
from canonical.documents.replenishment import Request, RequestKind, RequestWithdrawn
from canonical.documents.request_run import AskedFor
from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.identity import basket_code, request_number
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.replenishing.need import Fill, fill, pack, packed, unlikely
from canonical.replenishing.sourcing import contracted_for, source_to_ask
from workflows.kit import basket_questions as ask
from workflows.kit.known_need import KnownNeed
from workflows.kit.letters import as_data


class Filling(KnownNeed):
    """What is done about what is lacking."""

    def plan(self) -> None:
        """What comes from where; kept, so that it stays the same however often the story is told."""
        if self.state.fill is None:
            self.know(fill=fill(self.standing, pending=self.state.pending))

    @property
    def fill(self) -> Fill:
        """The plan of this round."""
        return self.state.fill or Fill()

    async def transfer(self) -> None:
        """From other locations first (domain rule 17)."""
        for number, giver in enumerate(self.fill.transfers, start=1):
            step = f"transfer-{self.state.round}-{number}"
            self.opened(step, Kind.transfer)
            unit = self.standing.base_unit
            await self.saga.write(
                step,
                Transfer(
                    facility=self.context.name.facility,
                    item=self.item,
                    from_location=giver.location,
                    to_location=self.location,
                    quantity=giver.quantity,
                    unit=unit,
                    on=workflow.now().date(),
                ),
                on=workflow.now().date(),
                summary=f"moves {giver.quantity.normalize():f} {unit} from {giver.location}",
                owner=Audience.supply_chain,
                quantity=giver.quantity,
                unit=unit,
                item=self.item,
            )

    async def ask_a_supplier(self) -> None:
        """What is left is refilled by the supplier where the goods are its own, and else ordered."""
        if self.fill.left <= 0:
            return
        self.enter("asking a supplier")
        contract = await self.source()
        if self.standing.ownership is Ownership.consigned:
            await self.ask_for_a_refill(contract, self.fill.left)
            return
        packs, factor = await self.whole_packs(contract)
        number = request_number(self.context.name, self.state.round)
        if all(one.request.number != number for one in self.state.asked):
            await self.join_the_basket(number, contract, packs, factor)

    async def source(self) -> Contract:
        """The contracted source to ask today; who did not deliver lately is asked again only where a person says so."""
        told = False
        while True:
            contracts, today = await self._contracts(), workflow.now().date()
            if source := source_to_ask(self.item, contracts, failed=self._failed(), on=today):
                return source
            sources = in_force(contracts, item=self.item, on=today)
            if sources and told:
                self.know(failed={})
                return sources[0]
            if sources:
                await self.ask_person(ask.no_source_left(self.item, self._failed()))
                told = True
            else:
                await self.ask_person(ask.no_contract(self.item))

    async def _contracts(self) -> tuple[Contract, ...]:
        asked = AskContracts(context=self.context, items=(self.item,))
        call = self.call("procurement", f"looks contracts for {self.item} up")

        async def attempt() -> ContractsAnswer:
            return await workflow.execute_activity_method(Procuring.contracts, asked, **call)

        return contracted_for(self.standing.ownership, (await self.look_up("procurement", attempt)).contracts)

    def _failed(self) -> tuple[str, ...]:
        """Who did not deliver lately; goods of a supplier's own come from nobody else."""
        if self.standing.ownership is Ownership.consigned:
            return ()
        return self.state.failed_lately(workflow.now(), rests=self.rules.failed_rests)

    async def whole_packs(self, contract: Contract) -> tuple[Decimal, Decimal]:
        """Whole order units, and how much one holds; a quantity of many times par is confirmed by a person."""
        while (factor := pack(contract, self.standing, on=workflow.now().date())) is None:
            await self.ask_person(ask.unknown_pack(self.item, contract.order_unit))
            self.know(standing=None)
            await self.look_at_the_shelf()
        wanted = self.fill.left if self.state.quantity is None else self.state.quantity
        packs = packed(wanted, contract, factor=factor)
        base = packs * factor
        if unlikely(base, self.standing, cap=self.rules.cap) and not self.state.meant:
            standing = self.standing
            question = ask.unlikely(self.item, self.location, base, standing.par, standing.base_unit)
            if (await self.ask_person(question)).decision is Decision.approve:
                self.know(meant=True)
            else:
                return await self.whole_packs(contract)
        return packs, factor

    async def ask_for_a_refill(self, contract: Contract, base: Decimal) -> None:
        """Consigned stock has its own par and is refilled by its supplier; nothing is ordered."""
        step = f"replacement-{self.state.round}"
        self.opened(step, Kind.replacement)
        await self.saga.write(
            step,
            Replacement(
                facility=self.context.name.facility,
                supplier=contract.supplier,
                number=request_number(self.context.name, self.state.round),
                location=self.location,
                lines=(LotEntry(item=self.item, quantity=base, unit=self.standing.base_unit),),
                reason="below par",
            ),
            on=workflow.now().date(),
            summary=f"asks {contract.supplier} to refill {base.normalize():f} of {self.item}",
            owner=Audience.supply_chain,
            quantity=base,
            unit=self.standing.base_unit,
            item=self.item,
        )

    async def join_the_basket(self, number: str, contract: Contract, packs: Decimal, factor: Decimal) -> None:
        """The rest joins what is ordered from the supplier at its next cut-off."""
        location, now = self.location, workflow.now()
        request = Request(
            facility=self.context.name.facility,
            source=location,
            number=number,
            occurred=now,
            kind=RequestKind.replenish,
            supplier=contract.supplier,
            basket=basket_code(contract.supplier, self.rules.calendar.closes(now).date()),
            item=self.item,
            quantity=packs,
            unit=contract.order_unit,
            location=location,
            cost_centre=self.rules.cost_centres.get(location, location),
            base_unit=self.standing.base_unit,
            factors=self.standing.factors,
            failed=self._failed(),
        )
        # Kept before it is sent: the basket may answer at once.
        self.know(asked=(*self.state.asked, AskedFor(request=request, base=packs * factor)))
        await self.write_to(EventType.item_requested, number, as_data(request))

    async def wait_for_the_basket(self) -> None:
        """Until every request is answered, or the par level is crossed once more."""
        self.enter("in a basket")
        waits = next(one.request for one in self.state.asked if not one.answer)

        async def answered() -> bool | None:
            return True if not self.state.pending or self.state.met < self.state.crossed else None

        await self.until(answered, clock=self.rules.ordered, question=ask.not_ordered(self.item, waits.basket))

    async def give_back(self) -> None:
        """Goods go back where they came from, and nothing more is asked for."""
        for ledger in self.state.of_kind(Kind.transfer):
            if ledger.step.startswith(f"transfer-{self.state.round}-") and self.state.met < self.state.round:
                await self.saga.take_back(ledger.step, service_date=workflow.now().date())
                self.saga.exempt(ledger.step, "the need was given up")
        for one in self.state.asked:
            if not one.answer:
                withdrawn = RequestWithdrawn(
                    facility=one.request.facility,
                    source=one.request.source,
                    number=one.request.number,
                    occurred=workflow.now(),
                    supplier=one.request.supplier,
                    basket=one.request.basket,
                    reason="the need was given up",
                )
                await self.write_to(EventType.request_withdrawn, one.request.number, as_data(withdrawn))
        self.know(
            met=self.state.crossed,
            asked=tuple(one.model_copy(update={"answer": one.answer or "withdrawn"}) for one in self.state.asked),
        )
