"""Reads a request's body, counting while it arrives: no header is believed."""

import asyncio

from starlette.requests import Request

from suture.gateway.problem import too_large, too_slow

LONGEST_BODY = 256 * 1024
_WITHIN = 30.0
# A sender that is still sending does not listen: so much is read and dropped, that it may hear the refusal.
_DROPPED_AT_MOST = 4 * 1024 * 1024


async def read_body(request: Request, *, longest: int = LONGEST_BODY, within: float = _WITHIN) -> bytes:
    """The body as it came; `Refused` where it is too large or does not arrive, `ClientDisconnect` where it is cut."""
    if _declared(request) > _DROPPED_AT_MOST:
        raise too_large(longest)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                size += len(chunk)
                if size > _DROPPED_AT_MOST:
                    break
                if size <= longest:
                    chunks.append(chunk)
                else:
                    chunks.clear()
    except TimeoutError:
        raise too_slow() from None
    if size > longest:
        raise too_large(longest)
    return b"".join(chunks)


def _declared(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
