"""What a command works with: the configuration, and the keys, store and Temporal client that it names."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import BaseModel
from temporalio.client import Client

from canonical.identity import RunName
from suture.cli.failures import Ending, Failed
from suture.configuration import configured_file, read
from suture.dispatch import Dispatcher
from suture.keys import Keyring, KeysError, load
from suture.settings import Settings
from suture.starting import Starter
from suture.store.store import Store
from suture.temporal.client import TemporalUnreachable, connect
from suture.temporal.plugin import suture_plugin

T = TypeVar("T")
ANSWERS_WITHIN = timedelta(seconds=5)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end. What it logs is for services, not for the person at the keyboard."""
    if not logging.getLogger().handlers and not os.environ.get("SUTURE_DEBUG", "").strip():
        logging.getLogger().addHandler(logging.NullHandler())
    return asyncio.run(work)


def configuration_file(context: typer.Context) -> Path:
    """The file of `--config`, of SUTURE_CONFIG, or `./hospital.toml`."""
    named = context.find_root().params.get("config")
    return named if isinstance(named, Path) else configured_file(os.environ)


def configured(context: typer.Context) -> Settings:
    """The configuration; `ConfigurationError` tells what is wrong with it."""
    return read(configuration_file(context))


def keyring_of(settings: Settings) -> Keyring:
    """The engine's keys; `KeysError` names the file, table and key that led to them too."""
    try:
        return load(settings.keys.file)
    except KeysError as unfit:
        raise KeysError(f"{settings.file}: [keys] file: {unfit.what}", do=unfit.do) from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The store, open."""
    keyring = keyring_of(settings)
    async with await asyncio.to_thread(Store.open, settings.store.url, keyring) as store:
        yield store


async def connected(settings: Settings, keyring: Keyring) -> Client:
    """A client of the Temporal server; fails within seconds where none answers."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
            return await connect(settings.temporal, plugins=[suture_plugin(keyring)], patience=timedelta(seconds=1))
    except (TemporalUnreachable, TimeoutError):
        where = f"{settings.temporal.address}, namespace {settings.temporal.namespace}"
        raise Failed(
            f"Temporal does not answer at {where}", do="start it, then repeat this", ending=Ending.unreachable
        ) from None


async def dispatcher(settings: Settings, store: Store) -> Dispatcher:
    """What hands stored events to their runs."""
    return Dispatcher(client=await connected(settings, store.keyring), store=store, start=start_of_run(settings))


def start_of_run(settings: Settings) -> Callable[..., BaseModel]:
    """Builds the start payload of a run; where no time is given, for an event of now."""
    starter = Starter(settings)

    def start(
        name: RunName, correlation_id: str, closing: str | None, at: datetime | None = None, kept_in: str | None = None
    ) -> BaseModel:
        return starter(name, correlation_id, closing, at or datetime.now(UTC), kept_in)

    return start
