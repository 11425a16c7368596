"""A FHIR server as billing's staff see it: its REST API by a client of the demonstration's own."""

import json
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

from suture.demo.real.tryton import PATIENCE, REUSED_WITHIN
from suture.settings import Settings
from suture.trouble import CannotGoOn
from suture.up.folder import Home

Resource = dict[str, Any]


class Fhir:
    """`async with Fhir(settings, home) as fhir`."""

    def __init__(self, settings: Settings, home: Home) -> None:
        # HAPI answers a search again from memory for a minute unless it is told not to.
        headers = {
            "authorization": f"Bearer {home.system_token('fhir').read_text().strip()}",
            "content-type": "application/fhir+json",
            "cache-control": "no-cache",
        }
        self._http = httpx.AsyncClient(
            base_url=str(settings.systems["fhir"].settings["base_url"]),
            headers=headers,
            timeout=PATIENCE,
            limits=REUSED_WITHIN,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def put(self, resource: Resource) -> None:
        """Keep a resource under its own id."""
        await self._asked("PUT", f"/{resource['resourceType']}/{resource['id']}", content=json.dumps(resource))

    async def all(self, kind: str, **params: str) -> list[Resource]:
        """All resources of a kind that fit, page by page."""
        found: list[Resource] = []
        page = await self._asked("GET", f"/{kind}", params={"_count": "200", **params})
        while True:
            found += [entry["resource"] for entry in page.get("entry", ())]
            following = [link["url"] for link in page.get("link", ()) if link["relation"] == "next"]
            if not following:
                return found
            page = await self._asked("GET", following[0])

    async def _asked(self, method: str, path: str, **sent: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **sent)
        except httpx.TransportError as failure:
            raise CannotGoOn(f"the FHIR server does not answer to {method} {path}: {type(failure).__name__}") from None
        if answer.is_error:
            raise CannotGoOn(f"the FHIR server answered {answer.status_code} to {method} {path}: {answer.text[:400]}")
        return json.loads(answer.text, parse_float=Decimal)
