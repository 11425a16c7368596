"""The four sandbox systems as their staff see them: each vendor's API by the engine's token, and its control desk."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from suture.trouble import CannotGoOn
from suture.up.household import Household
from suture.up.sandbox import SandboxAddress

PATIENCE = httpx.Timeout(30.0)
REUSED_WITHIN = httpx.Limits(keepalive_expiry=2.0)
"""Well before the systems close a connection that is idle: a request must not meet its closing."""


class Vendor:
    """One system. Its staff use `control`; what is compared in the end is read with the engine's own rights."""

    def __init__(self, name: str, address: SandboxAddress) -> None:
        self.name = name
        self._api = _client(address.url, address.token)
        self._desk = _client(address.url, address.control_token)

    async def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Any:
        """A read by the vendor's API."""
        return await self._asked(self._api, "GET", path, params=httpx.QueryParams(tuple(params)))

    async def send(self, path: str, body: dict[str, Any], *, method: str = "POST") -> Any:
        """What somebody enters into the system, at the point of care."""
        return await self._asked(self._api, method, path, json=body)

    async def control(self, path: str, body: dict[str, Any], *, method: str = "POST") -> Any:
        """What the system's own staff do, or what befalls the system."""
        return await self._asked(self._desk, method, f"/_control/{path}", json=body)

    async def desk(self, path: str) -> Any:
        """What the system's own staff see."""
        return await self._asked(self._desk, "GET", f"/_control/{path}")

    async def _asked(self, client: httpx.AsyncClient, method: str, path: str, **sent: Any) -> Any:
        try:
            response = await client.request(method, path, **sent)
        except httpx.TransportError as failure:
            raise CannotGoOn(f"{self.name} does not answer to {method} {path}: {type(failure).__name__}") from None
        if response.is_error:
            raise CannotGoOn(f"{self.name} answered {response.status_code} to {method} {path}: {response.text[:400]}")
        return response.json()

    async def close(self) -> None:
        """Give back the connections."""
        await self._api.aclose()
        await self._desk.aclose()


class Vendors:
    """The four systems of a household: `async with Vendors(house) as vendors`."""

    def __init__(self, house: Household) -> None:
        self.inventory = Vendor("inventory", house.systems["inventory"])
        self.billing = Vendor("billing", house.systems["billing"])
        self.erp = Vendor("erp", house.systems["erp"])
        self.supplier = Vendor("supplier", house.systems["supplier"])
        self._all = (self.inventory, self.billing, self.erp, self.supplier)

    def named(self, name: str) -> Vendor:
        """One of the four."""
        return {vendor.name: vendor for vendor in self._all}[name]

    async def unspent(self) -> tuple[str, ...]:
        """Faults that were arranged and never struck: then the day was not the one that is told."""
        found = []
        for vendor in self._all:
            left = await vendor.desk("faults")
            found += [f"{vendor.name} {fault['operation']} {fault['kind']}" for fault in left["faults"]]
        return tuple(found)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for vendor in self._all:
            await vendor.close()


def _client(url: str, token: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE, limits=REUSED_WITHIN, trust_env=False)
