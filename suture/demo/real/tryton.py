"""A Tryton as people at work in it see it: its JSON-RPC by a client of the demonstration's own."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

from suture.settings import Settings
from suture.trouble import CannotGoOn

PATIENCE = httpx.Timeout(60.0)
REUSED_WITHIN = httpx.Limits(keepalive_expiry=2.0)
Row = dict[str, Any]


class Tryton:
    """`async with Tryton(settings, login=..., password=...) as tryton`."""

    def __init__(self, settings: Settings, *, login: str, password: str) -> None:
        told = settings.systems["tryton"].settings
        url = f"{told['base_url']}/{told['database']}/rpc/"
        self._http = httpx.AsyncClient(base_url=url, timeout=PATIENCE, limits=REUSED_WITHIN, trust_env=False)
        self._login = login
        self._password = password
        self._context: Row = {}

    async def __aenter__(self) -> Self:
        try:
            user, token, *_ = await self._sent("common.db.login", [self._login, {"password": self._password}, "en"])
            session = base64.b64encode(f"{self._login}:{user}:{token}".encode()).decode()
            self._http.headers["authorization"] = f"Session {session}"
            self._context = await self._sent("model.res.user.get_preferences", [True, {}])
        except BaseException:
            await self._http.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    @property
    def company(self) -> int:
        """The company that this login works for."""
        return int(self._context["company"])

    async def call(self, method: str, *params: Any, **context: Any) -> Any:
        """One call of a model's method, in the context of the login."""
        return await self._sent(f"model.{method}", [*params, self._context | context])

    async def rows(self, model: str, domain: Sequence[Any], fields: Sequence[str], **context: Any) -> list[Row]:
        """The records that fit, with these fields; `field.other` is a field of what it refers to, under `field.`."""
        found: list[Row] = await self.call(f"{model}.search_read", domain, 0, None, None, fields, **context)
        return found

    async def one(self, model: str, domain: Sequence[Any], fields: Sequence[str] = ()) -> Row:
        """The record that fits."""
        found = await self.rows(model, domain, [*fields, "id"])
        if len(found) != 1:
            raise CannotGoOn(f"Tryton has {len(found)} of {model} where {domain}")
        return found[0]

    async def create(self, model: str, values: Row) -> int:
        """One record; answers its id."""
        return int((await self.call(f"{model}.create", [values]))[0])

    async def write(self, model: str, record: int, values: Row) -> None:
        """Change a record."""
        await self.call(f"{model}.write", [record], values)

    async def press(self, model: str, record: int, *buttons: str) -> None:
        """Press buttons of a form, one after the other."""
        for button in buttons:
            await self.call(f"{model}.{button}", [record])

    async def _sent(self, method: str, params: Sequence[Any]) -> Any:
        try:
            answer = await self._http.post("", json={"id": 0, "method": method, "params": _encoded(list(params))})
        except httpx.TransportError as failure:
            raise CannotGoOn(f"Tryton does not answer to {method}: {type(failure).__name__}") from None
        if answer.is_error:
            raise CannotGoOn(f"Tryton answered {answer.status_code} to {method}")
        body = answer.json()
        if error := body.get("error"):
            raise CannotGoOn(f"Tryton refused {method}: {error[0]} {str(error[1])[:400]}")
        return _decoded(body["result"])


def _encoded(value: Any) -> Any:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case Mapping():
            return {name: _encoded(each) for name, each in value.items()}
        case list() | tuple():
            return [_encoded(each) for each in value]
    return value


def _decoded(value: Any) -> Any:
    match value:
        case list():
            return [_decoded(each) for each in value]
        case {"__class__": "Decimal", "decimal": said}:
            return Decimal(said)
        case {"__class__": "date", "year": year, "month": month, "day": day}:
            return date(year, month, day)
        case dict():
            return {name: _decoded(each) for name, each in value.items()}
    return value
