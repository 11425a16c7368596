"""What people of purchasing type during the day, because what comes next depends on it."""

from datetime import UTC, datetime, timedelta

from canonical.documents.work_item import Cause, Decision
from canonical.identity import REQUEST_PROCESS
from suture.demo.purchasing.moves import Approve, Ask, Decide, Delegate, Phone, Purchase
from suture.demo.purchasing.standing import PurchaseWatch, basket_today
from suture.demo.purchasing.until import until
from suture.demo.shell import shown
from suture.demo.telling import Say
from suture.demo.typist import Typist
from suture.store.work_items import Listed
from suture.up.folder import Home


class Commands:
    """Each is said before it is typed, by the person whose token it takes."""

    def __init__(self, watch: PurchaseWatch, *, home: Home, say: Say) -> None:
        self._watch = watch
        self._typist = Typist(home, say)

    async def approve(self, purchase: Purchase, order: str, move: Approve) -> None:
        """Somebody lets its order pass, or does not, once asked. `order`: its number, once there is one."""
        asked: list[Listed] = []

        async def is_asked() -> bool:
            found = await self._watch.questions(purchase, order, Cause.approval)
            asked[:] = [one for one in found if Decision.approve in one.item.decisions]
            return bool(asked)

        await until(is_asked, f"{purchase.number}: an approval")
        item = asked[0].item.item_id
        words = ("reject", item, "--reason", move.reject) if move.reject else ("approve", item)
        await self._typist.type(("approvals", *words), by=move.person)

    async def decide(self, purchase: Purchase, order: str, move: Decide) -> None:
        """Somebody decides about it, once asked."""
        asked: list[Listed] = []

        async def is_asked() -> bool:
            asked[:] = await self._watch.questions(purchase, order, move.cause)
            return bool(asked)

        await until(is_asked, f"{purchase.number}: question {move.cause}")
        await self._typist.type(("work", "resolve", asked[0].item.item_id, *move.options), by=move.person)

    async def delegate(self, move: Delegate) -> None:
        """Somebody goes away until tomorrow."""
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
        await self._typist.type(("approvals", "delegate", move.deputy, "--until", tomorrow), by=move.absent)

    async def ask(self, purchase: Purchase, move: Ask) -> None:
        """A need that no movement of stock tells of."""
        need = {
            "facility": purchase.facility,
            "number": f"ASK-{purchase.number}",
            "occurred": datetime.now(UTC).isoformat(),
            "location": move.location,
            "item": str(move.item),
        }
        file = self._typist.written(need, name=f"ask-{purchase.number}")
        await self._typist.type(("start", REQUEST_PROCESS, "--file", shown(file), "--source", "inventory"), by=move.by)

    async def phone(self, purchase: Purchase, move: Phone) -> None:
        """The confirming order of what was phoned, handed to the supplier's basket."""
        basket = basket_today(purchase)
        request = {
            "facility": purchase.facility,
            "number": f"RUSH-{purchase.number}",
            "occurred": datetime.now(UTC).isoformat(),
            "kind": "rush",
            "supplier": str(purchase.supplier),
            "basket": basket.number,
            "item": str(move.item),
            "quantity": str(move.quantity),
            "unit": move.unit,
            "location": move.location,
            "cost_centre": "4120",
            "requested_by": move.by,
            "rush_reference": move.reference,
            "factors": [{"unit": "box", "per": "each", "factor": "5", "since": "2026-01-01"}],
        }
        file = self._typist.written(request, name=f"rush-{purchase.number}")
        told = ("--file", shown(file), "--type", "item.requested", "--source", "inventory")
        await self._typist.type(("signal", basket.business_key, *told), by=move.by)
