"""The headers of the causing request that travel on with its events."""

from typing import Annotated

from fastapi import Header

from sandbox.supplier.outbox import Origin


async def origin_of(
    traceparent: Annotated[str | None, Header()] = None, x_correlation_id: Annotated[str | None, Header()] = None
) -> Origin:
    return Origin(traceparent=traceparent, correlation_id=x_correlation_id)
