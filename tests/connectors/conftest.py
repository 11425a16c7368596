"""The order desk, the FHIR server and Tryton, each running for every test of its connector."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from connectors.systems.sandbox_supplier.connector import SandboxSupplier
from tests.connectors.desk import build
from tests.sandbox.supplier_process import Desk, desk
from tests.support import tryton
from tests.support.fhir import FhirServer, end_server, running_server


@pytest_asyncio.fixture(scope="session")
async def supplier(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("supplier")) as started:
        yield started


@pytest_asyncio.fixture
async def order_desk(supplier: Desk) -> AsyncIterator[SandboxSupplier]:
    connector = build(supplier)
    yield connector
    await supplier.system.control("DELETE", "faults")
    await connector.close()


BOOTS_WITHIN = 420
"""Seconds: a FHIR server boots in 20 on an idle machine, and in six times that where much else runs; Tryton in 6."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of a server waits for it."""
    for item in items:
        if "fhir" in item.nodeid or "tryton" in item.nodeid:
            item.add_marker(pytest.mark.timeout(BOOTS_WITHIN))


@pytest.fixture(scope="session", autouse=True)
def fhir_ends() -> Iterator[None]:
    yield
    end_server()


@pytest_asyncio.fixture(scope="session", autouse=True)
async def tryton_ends() -> AsyncIterator[None]:
    yield
    await tryton.end_server()


@pytest_asyncio.fixture(scope="session")
async def fhir(tmp_path_factory: pytest.TempPathFactory) -> FhirServer:
    return await running_server(tmp_path_factory.mktemp("fhir"))
