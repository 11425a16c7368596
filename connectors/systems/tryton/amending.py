"""Amends purchases: an amendment says lines anew, and counts once it is validated."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.systems.tryton.amended import CHANGE, ORDER, takes_back
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.kept_orders import came
from connectors.systems.tryton.refusals import OutOfTurn, refused
from connectors.systems.tryton.values import exact, number

_INSTANT = timedelta(microseconds=1)
"""Tryton's history answers as of a moment, that moment included."""
_CONTENT = ("product", "product_supplier", "quantity", "unit", "unit_price", "description")
"""What an amendment says of a line: what it leaves out, the line has no more."""


class Amending:
    """Creating and validating are a transaction each, so that a draft may be left behind; what is refused is removed."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    async def amend(self, purchase: Row, lines: Sequence[Row], *, description: str, on: date | None) -> int:
        """Say these lines anew, each by its `line`; refused where more has come of one than is left. Answers the id.

        Where no day is said it is Tryton's own.
        """
        of = {line["id"]: line for line in purchase["lines."]}
        for line in lines:
            before, wanted = of[line["line"]], exact(line["quantity"])
            if wanted < min(came(before), exact(before["quantity"])):
                raise refused(
                    self._client.system, CHANGE.model, "more was received or billed than the change leaves", _OWNER
                )
        # Tryton holds the supplier's product of a line against the party that the line itself names.
        said = [{**line, "action": "line", "party": purchase["party"]} for line in lines]
        values = {"purchase": purchase["id"], "description": description, "lines": [["create", said]]}
        dated = {} if on is None else {"date": on}
        record = await self._client.create(CHANGE.model, {**values, **dated}, audience=_OWNER)
        await self.validate(record)
        return record

    async def validate(self, record: int) -> None:
        """Let it count. Two who do so at once press twice what counts once."""
        try:
            with suppress(OutOfTurn):
                await self._client.press(CHANGE.model, CHANGE.buttons["draft"], record, audience=_OWNER)
        except Rejected:
            # Where that fails too it is a draft still, which the next look-up meets.
            with suppress(Failure):
                await self._client.remove(CHANGE.model, record, audience=_OWNER)
            raise

    async def finish(self, records: Sequence[int]) -> None:
        """Let count what was left as a draft; what Tryton refuses of it is gone, and never was."""
        for record in records:
            with suppress(BusinessRefusal):
                await self.validate(record)

    async def want_nothing(self, purchase: Row, *, on: date) -> None:
        """Take an order back that Tryton works on: it cancels none."""
        lines = [unwanted(line) for line in purchase["lines."] if line["type"] == "line"]
        await self.amend(purchase, lines, description=takes_back(ORDER.reference(purchase["id"])), on=on)

    async def lines_before(self, purchase: int, moment: datetime) -> list[Row]:
        """The lines as they were just before a moment, to be said anew."""
        then = {"_datetime": moment - _INSTANT}
        domain = [["purchase", "=", purchase], ["type", "=", "line"]]
        rows = await self._client.rows("purchase.line", domain, _CONTENT, context=then)
        return [_anew(row) for row in rows]


def unwanted(line: Row) -> Row:
    """A line of which nothing is wanted any more; all else of it stays."""
    return {**_anew(line), "quantity": number(Decimal(0))}


def _anew(line: Row) -> Row:
    return {**{name: line[name] for name in _CONTENT}, "line": line["id"]}


_OWNER = Audience.buyer
