"""A house for workflow tests, on the session's Temporal server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.temporal.server import Server
from tests.support.house import House


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A migrated store of the test's own."""
    url = f"sqlite:///{tmp_path / 'suture.db'}"
    migrate(url)
    async with Store.open(url, Keyring.make()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def client(temporal: Server) -> Client:
    """A client with the engine's own converter and sandbox."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(
        "canonical", "activities", "connectors", "workflows.kit"
    )
    plugin = SimplePlugin(
        "test",
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        workflow_failure_exception_types=[ValidationError],
    )
    return await Client.connect(temporal.address, plugins=[plugin])


@pytest.fixture
async def house(client: Client, store: Store) -> AsyncIterator[House]:
    """The house, open."""
    async with House(client=client, store=store).open() as opened:
        yield opened
