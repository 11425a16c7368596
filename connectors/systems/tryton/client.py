"""Calls of Tryton's models over its JSON-RPC: `POST /DATABASE/rpc/`, the context as the last parameter."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from canonical.errors import Audience, NotPermitted
from connectors.protocols.answer import Answer
from connectors.protocols.rest import RestClient
from connectors.systems.tryton.refusals import Warned, refusal
from connectors.systems.tryton.session import RPC, Session
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import decoded, encoded

Domain = Sequence[Any]
Row = dict[str, Any]
Stamps = Mapping[str, str]
_BUSY_SECONDS = (0.05, 0.1, 0.2, 0.4)
"""A call that found the database busy is sent again so soon; what lasts longer is for Temporal's retry policy."""
_ANSWERED = (".done", ".check_move_quantity", ".invoice_taxes")
"""How the names of warnings end that the engine has answered for: that goods come or go without an order of Tryton's, that
more came than was ordered (the dock has counted it), that a line is taxed by what the invoice says."""


class TrytonClient:
    """All raise leaves of `canonical.errors`. A write is one transaction of Tryton's: applied whole, or not at all."""

    def __init__(self, rest: RestClient, settings: TrytonSettings) -> None:
        self._rest = rest
        self._session = Session(rest, settings)
        self._reads_within = settings.reads_within

    @property
    def system(self) -> str:
        """The name under which it is configured."""
        return self._rest.system

    async def company(self) -> int:
        """The company that the login works for."""
        await self._session.header()
        return int(self._session.context["company"])

    async def today(self) -> date:
        """The day it is for Tryton."""
        today: date = await self._call("ir.date.today", [], is_write=False)
        return today

    async def user(self) -> int:
        """The id of the login, which Tryton keeps with each record that it created."""
        await self._session.header()
        return self._session.user

    async def rows(
        self, model: str, domain: Domain, fields: Sequence[str], *, context: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """All records of a model that match, the oldest first."""
        params = [domain, 0, None, [["id", "ASC"]], list(fields)]
        found = await self._call(f"{model}.search_read", params, is_write=False, context=context)
        rows: list[Row] = found
        return rows

    async def fields(self, model: str, names: Sequence[str]) -> Mapping[str, Row]:
        """How Tryton defines those fields of a model that it has."""
        found: Mapping[str, Row] = await self._call(f"{model}.fields_get", [list(names)], is_write=False)
        return found

    async def filled(self, model: str, values: Row, names: Sequence[str]) -> Row:
        """A form as Tryton fills it in for a person once these fields are given."""
        filled = await self._call(f"{model}.on_change", [values, list(names)], is_write=False)
        return {**values, **filled}

    async def create(self, model: str, values: Row, *, audience: Audience, as_read: Stamps | None = None) -> int:
        """One record, with what is nested in it; answers its id. Tryton dedupes nothing.

        `as_read` are records that it takes in, each with the `_timestamp` that was read: `Overtaken` where one has changed.
        """
        stamps = {"_timestamp": dict(as_read)} if as_read else None
        made = await self._call(f"{model}.create", [[values]], is_write=True, audience=audience, context=stamps)
        return int(made[0])

    async def press(
        self, model: str, button: str, record: int, *, audience: Audience, answered: Sequence[str] = ()
    ) -> None:
        """A transition; `OutOfTurn` where the record is not in a state from which it leads.

        `answered` are further endings of names of warnings that the caller has answered for.
        """
        told: set[str] = set()
        while True:
            try:
                await self._call(f"{model}.{button}", [[record]], is_write=True, audience=audience)
                return
            except Warned as warned:
                if warned.name in told or not warned.name.endswith((*_ANSWERED, *answered)):
                    raise
                told.add(warned.name)
                await self._call("res.user.warning.skip", [warned.name, False], is_write=True, audience=audience)

    async def write(
        self, model: str, record: int, values: Row, *, audience: Audience, as_read: Stamps | None = None
    ) -> None:
        """Change fields of a record; `as_read` as for `create`."""
        stamps = {"_timestamp": dict(as_read)} if as_read else None
        await self._call(f"{model}.write", [[record], values], is_write=True, audience=audience, context=stamps)

    async def decide(self, wizard: str, model: str, record: int, state: str, told: Row, *, audience: Audience) -> None:
        """Answer what a wizard asks of a record in its first form, if anything, and have it go on to this state."""
        about = {"active_model": model, "active_id": record, "active_ids": [record]}
        name = f"wizard.{wizard}"
        opened = await self._call(f"{name}.create", [], is_write=True, audience=audience, context=about)
        session, asks = opened[0], opened[1]
        answer = [session, {asks: told} if told else {}, state]
        await self._call(f"{name}.execute", answer, is_write=True, audience=audience, context=about)
        await self._call(f"{name}.delete", [session], is_write=True, audience=audience, context=about)

    async def remove(self, model: str, record: int, *, audience: Audience) -> None:
        """Delete a record that never counted."""
        await self._call(f"{model}.delete", [[record]], is_write=True, audience=audience)

    async def close(self) -> None:
        """Give back the connections."""
        await self._rest.close()

    async def version(self) -> str:
        """Tryton's version; asked with the credential, so that a bad one shows."""
        # Of its core Tryton keeps none here; each module has the version of the series.
        [stock] = await self.rows("ir.module", [["name", "=", "stock"]], ["version"])
        return f"Tryton {stock['version']}"

    async def _call(
        self,
        operation: str,
        params: Sequence[Any],
        *,
        is_write: bool,
        audience: Audience = Audience.integration,
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        answer = await self._sent(operation, params, is_write, context or {})
        if answer.status == 401:
            # Refused before anything was done: the session had ended.
            answer = await self._sent(operation, params, is_write, context or {})
        if answer.status == 401:
            raise answer.refused("the session is refused", kind=NotPermitted, audience=Audience.integration)
        for wait in _BUSY_SECONDS:
            # Tryton's word for a database that gave no lock: it has taken back what the call had done.
            if answer.status != 503 or answer.retry_after is not None:
                break
            await asyncio.sleep(wait * (1 + random.random()))
            answer = await self._sent(operation, params, is_write, context or {})
        if answer.status == 503:
            raise answer.not_yet("Tryton's database is busy with another call")
        if not isinstance(answer.body, dict) or not answer.body.keys() & {"result", "error"}:
            raise answer.unreadable()
        if "error" in answer.body:
            raise refusal(answer, answer.body["error"], audience=audience)
        return decoded(answer.body.get("result"))

    async def _sent(self, operation: str, params: Sequence[Any], is_write: bool, context: Mapping[str, Any]) -> Answer:
        header = await self._session.header()
        body = {
            "id": 0,
            "method": operation if operation.startswith("wizard.") else f"model.{operation}",
            "params": encoded([*params, {**self._session.context, **context}]),
        }
        if is_write:
            answer = await self._rest.write(operation, RPC, json=body, headers=header, bare=(401, 503))
        else:
            answer = await self._rest.ask(
                operation, RPC, json=body, headers=header, bare=(401, 503), within=self._reads_within
            )
        if answer.status == 401:
            self._session.forget(header)
        return answer
