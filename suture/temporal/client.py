"""Client: connects to the Temporal server of the configuration, patiently at boot; and leaves the process cleanly."""

import logging
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from temporalio.client import Client, Plugin
from temporalio.runtime import Runtime
from temporalio.service import GrpcCompression, RPCError
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from suture.tables import Temporal

AT_BOOT = timedelta(seconds=30)
_log = logging.getLogger("suture.temporal")


class TemporalUnreachable(Exception):
    """No Temporal server answers at the configured address."""

    def __init__(self, temporal: Temporal) -> None:
        super().__init__(
            f"no Temporal server answers at {temporal.address} (namespace {temporal.namespace}): "
            "start it, or correct [temporal] address"
        )


async def connect(
    temporal: Temporal,
    *,
    plugins: Sequence[Plugin],
    runtime: Runtime | None = None,
    lazy: bool = False,
    patience: timedelta = AT_BOOT,
) -> Client:
    """Connect, trying again for as long as `patience`; `TemporalUnreachable` after that.

    A lazy client connects with its first call and so never fails here: for the gateway, which serves without Temporal.
    It cannot back a worker.
    """
    trying = AsyncRetrying(
        stop=stop_after_delay(patience),
        wait=wait_exponential_jitter(multiplier=0.1, max=2, jitter=0.2),
        # The SDK raises RuntimeError where nothing listens, and RPCError where something does not answer.
        retry=retry_if_exception_type((RPCError, RuntimeError)),
        before_sleep=before_sleep_log(_log, logging.DEBUG),
        reraise=True,
    )
    try:
        return await trying(
            Client.connect,
            temporal.address,
            namespace=temporal.namespace,
            plugins=list(plugins),
            runtime=runtime,
            lazy=lazy,
            # Nearly all that is sent are sealed payloads, which no compression makes smaller.
            grpc_compression=GrpcCompression.NONE,
        )
    except (RPCError, RuntimeError) as refused:
        raise TemporalUnreachable(temporal) from refused


def exit_clean(code: int = 0) -> NoReturn:
    """End the process once everything is closed and told.

    The SDK's threads may touch an interpreter that is being torn down, and crash it after all went well
    (temporalio/sdk-python issue 300): so it is not torn down. Nothing registered with `atexit` runs.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            # Whoever read our output has left, or closed it: nobody is left to tell.
            code = code or 1
    os._exit(code)
