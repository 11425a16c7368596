"""Tryton by our connector and by bare calls: reads, a movement, an order, a receipt, and a whole purchase."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from bench.real import documents
from bench.real.bare_tryton import BareTryton
from bench.real.peers import DATABASE, LOGIN, Peer
from bench.real.turns import Verb
from bench.real.wire import Wire, Write
from canonical.identity import wire_key
from canonical.kinds import Kind
from connectors.protocols.rest import RestClient
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.connector import Tryton
from connectors.systems.tryton.settings import TrytonSettings

_ON_THE_SHELF = 1_000_000
_PURCHASE = "purchase.purchase"


class Both:
    """Our connector and bare calls at one Tryton, each with a wire of its own."""

    def __init__(self, peer: Peer) -> None:
        table = {"base_url": peer.url, "database": DATABASE, "login": LOGIN, "password_file": str(peer.secret_file)}
        settings = TrytonSettings.model_validate_json(json.dumps(table), strict=True)
        self.wire, self.bare = Wire(connections=settings.max_connections), BareTryton(peer.url)
        # Nobody repeats a call here: eight clients may wait longer for eight connections than an engine would have them.
        patient = settings.timeout * 3
        rest = RestClient(
            system="tryton",
            base_url=f"{peer.url}/{DATABASE}/",
            timeout=patient,
            connect_timeout=patient,
            transport=self.wire,
        )
        self.ours = Tryton("tryton", settings, TrytonClient(rest, settings))
        self._run = uuid4().hex[:6]
        self._writes: dict[str, tuple[Write, ...]] = {}
        self._place = self._product = 0

    async def open(self) -> None:
        """Log in, fill the shelf, and see once what our connector writes, for the bare calls to write the same."""
        await self.bare.open()
        await self.ours.books()[Kind.lots_in].post(documents.stocked(_ON_THE_SHELF), wire_key=_key())
        number = self._number(0)
        await self._recorded("movement", lambda: self.ours.move(documents.movement(), wire_key=_key()))
        await self._recorded("order", lambda: self._post(Kind.order, documents.order(number)))
        await self._recorded("receipt", lambda: self._post(Kind.receipt, documents.receipt(number)))
        await self._recorded("put away", lambda: self._post(Kind.lots_in, documents.put_away(number)))
        await self._recorded("payable", lambda: self._post(Kind.payable, documents.payable(number)))
        movement = self._writes["movement"][0].values or {}
        self._place = movement["warehouse_storage"]
        self._product = movement["moves"][0][1][0]["product"]

    async def close(self) -> None:
        """Give back the connections."""
        await self.ours.close()
        await self.bare.close()

    def verbs(self) -> tuple[Verb, ...]:
        """What is measured."""
        return (
            Verb(what="item and stock look-up", ours=self._look_up, bare=self._bare_look_up, pieces=64),
            Verb(
                what="movement",
                ours=lambda _: self.ours.move(documents.movement(), wire_key=_key()),
                bare=lambda _: self._replayed("movement"),
            ),
            Verb(
                what="order",
                ours=lambda n: self._post(Kind.order, documents.order(self._number(n))),
                bare=lambda n: self._replayed("order", number=self._number(n)),
            ),
            Verb(
                what="receipt",
                ours=lambda n: self._post(Kind.receipt, documents.receipt(self._number(n))),
                bare=self._bare_receipt,
                before=self._ordered,
            ),
            Verb(what="whole purchase", ours=self._purchase, bare=self._bare_purchase, pieces=8),
        )

    async def _look_up(self, _: int) -> None:
        found = await self.ours.look_up(
            facility=documents.FACILITY,
            location=documents.PLACE,
            item=documents.ITEM,
            device_identifier=None,
            lot=None,
            serial=None,
        )
        if found.item is None or found.lot is None or not found.lot.on_hand:
            raise RuntimeError("the item is not on hand")

    async def _bare_look_up(self, _: int) -> None:
        fields = ["code", "name", "default_uom.name", "quantity"]
        code = ["code", "=", documents.ITEM]
        [found] = await self.bare.rows("product.product", [code], fields, locations=[self._place])
        if not found["quantity"]:
            raise RuntimeError("the item is not on hand")

    async def _purchase(self, number: int) -> None:
        """Order, receipt, shelf, payable, and how many are on hand then."""
        name = self._number(number)
        await self._post(Kind.order, documents.order(name))
        await self._post(Kind.receipt, documents.receipt(name))
        await self._post(Kind.lots_in, documents.put_away(name))
        await self._post(Kind.payable, documents.payable(name))
        await self._look_up(number)

    async def _bare_purchase(self, number: int) -> None:
        await self._replayed("order", number=self._number(number))
        await self._bare_receipt(number)
        await self._replayed("put away")
        line = await self._line(number)
        arrived = [move["id"] for move in line["moves."] if move["state"] == "done"]

        def billed(values: dict[str, Any]) -> dict[str, Any]:
            goods = values["lines"][0][1][0] | {"origin": f"purchase.line,{line['id']}"}
            lines = [["create", [goods | {"stock_moves": [["add", arrived]]}]]]
            return values | {"reference": f"INV-{number}", "description": f"payable {_key()}", "lines": lines}

        await self.bare.replay(self._writes["payable"], lambda _, values: billed(values))
        await self._bare_look_up(number)

    async def _bare_receipt(self, number: int) -> None:
        line = await self._line(number)
        [awaited] = [move["id"] for move in line["moves."] if move["state"] == "draft"]

        def arriving(values: dict[str, Any]) -> dict[str, Any]:
            content = values["incoming_moves"][-1][2]
            return {"incoming_moves": [["add", [awaited]], ["write", [awaited], content]], "reference": _key()}

        await self.bare.replay(self._writes["receipt"], lambda _, values: values | arriving(values))

    async def _line(self, number: int) -> dict[str, Any]:
        of = ["purchase.description", "=", self._number(number)]
        [line] = await self.bare.rows("purchase.line", [of], ["moves.state"])
        return line

    async def _ordered(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            await self._replayed("order", number=self._number(number))

    async def _replayed(self, what: str, *, number: str | None = None) -> None:
        def change(model: str, values: dict[str, Any]) -> dict[str, Any]:
            named = {"description": number} if model == _PURCHASE else {}
            return values | {"reference": _key()} | named

        await self.bare.replay(self._writes[what], change)

    async def _post(self, kind: Kind, document: Any) -> None:
        await self.ours.books()[kind].post(document, wire_key=_key())

    async def _recorded(self, what: str, work: Callable[[], Awaitable[object]]) -> None:
        self.wire.writes, self.wire.recording = [], True
        await work()
        self.wire.recording = False
        self._writes[what] = tuple(self.wire.writes)

    def _number(self, number: int) -> str:
        return f"B-{self._run}-{number}"


@asynccontextmanager
async def both_at(peer: Peer) -> AsyncIterator[Both]:
    """Both, for as long as they are needed."""
    both = Both(peer)
    try:
        await both.open()
        yield both
    finally:
        await both.close()


def _key() -> str:
    return wire_key(uuid4().hex)
