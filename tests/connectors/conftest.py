"""The order desk and the FHIR server, each running for every test of its connector."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from connectors.systems.sandbox_supplier.connector import SandboxSupplier
from tests.connectors.desk import build
from tests.sandbox.supplier_process import Desk, desk
from tests.support.fhir import FhirServer, running_server


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


@pytest_asyncio.fixture(scope="session")
async def fhir(tmp_path_factory: pytest.TempPathFactory) -> FhirServer:
    return await running_server(tmp_path_factory.mktemp("fhir"))
