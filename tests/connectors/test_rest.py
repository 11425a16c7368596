"""The REST client against a real socket that answers raw bytes: what each outcome says about what was applied."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import httpx
import pytest
from pydantic import BaseModel

from canonical.errors import BusinessRefusal, Failure, Misread, NotPermitted, Rejected, Transient, Uncertain
from connectors.protocols.answer import seconds_named
from connectors.protocols.rest import RestClient

Call = Callable[[RestClient], Awaitable[object]]


class Body(BaseModel):
    amount: Decimal


@asynccontextmanager
async def answering(*parts: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that reads one request a connection, writes the parts, and closes; with the requests it has read."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def client(url: str) -> AsyncIterator[RestClient]:
    rest = RestClient(
        system="vendor",
        base_url=url,
        token="secret-token",
        outgoing=lambda: {"X-Correlation-Id": "cor-1", "traceparent": "00-aa-bb-01"},
        timeout=timedelta(seconds=0.5),
    )
    try:
        yield rest
    finally:
        await rest.close()


def http(status: int, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def read(rest: RestClient) -> object:
    return await rest.read("look", "/things", params={"q": "1"})


async def write(rest: RestClient) -> object:
    return await rest.write("make", "/things", json={"a": 1}, headers={"X-Key": "k"})


SOON = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "of_read", "of_write"),
    [
        (http(400), BusinessRefusal, BusinessRefusal),
        (http(404, b"no json"), BusinessRefusal, BusinessRefusal),
        (http(401), NotPermitted, NotPermitted),
        (http(403), NotPermitted, NotPermitted),
        (http(408), Transient, Uncertain),
        (http(429), Transient, Transient),
        (http(500), Transient, Uncertain),
        (http(502, b"<html>"), Transient, Uncertain),
        (http(503), Transient, Uncertain),
        (http(503, b"{}", "retry-after: 7"), Transient, Transient),
        (http(503, b"{}", f"retry-after: {SOON}"), Transient, Transient),
        (http(307, b"", "location: /elsewhere"), Transient, Uncertain),
        (http(200, b'{"half": '), Transient, Uncertain),
        (b"HTTP/1.1 200 X\r\ncontent-length: 90\r\n\r\n{", Transient, Uncertain),
        (b"this is not HTTP\r\n\r\n", Transient, Uncertain),
        (b"", Transient, Uncertain),
    ],
)
async def test_an_outcome_is_told_by_what_may_have_been_applied(
    answer: bytes, of_read: type[Failure], of_write: type[Failure]
) -> None:
    async with answering(answer) as (url, heads), client(url) as rest:
        calls: tuple[tuple[Call, type[Failure]], ...] = ((read, of_read), (write, of_write))
        for call, leaf in calls:
            with pytest.raises(Failure) as caught:
                await call(rest)
            assert type(caught.value) is leaf
            assert caught.value.system == "vendor"
        assert len(heads) == 2, "a request of which bytes were sent is never repeated here"


async def test_the_headers_of_the_moment_and_the_credential_go_along() -> None:
    async with answering(http(201)) as (url, heads), client(url) as rest:
        await write(rest)
    for header in ("authorization: bearer secret-token", "x-correlation-id: cor-1", "traceparent: 00-aa-bb-01"):
        assert header in heads[0]
    assert "x-key: k" in heads[0]


async def test_amounts_are_read_exactly() -> None:
    async with answering(http(200, b'{"amount": 0.10}')) as (url, _), client(url) as rest:
        assert (await rest.read("look", "/things")).parse(Body).amount.as_tuple().exponent == -2


async def test_a_success_of_another_form_is_misread_for_a_read_and_uncertain_for_a_write() -> None:
    async with answering(http(200, b'{"other": 1}')) as (url, _), client(url) as rest:
        with pytest.raises(Misread):
            (await rest.read("look", "/things")).parse(Body)
        with pytest.raises(Uncertain):
            (await rest.write("make", "/things")).parse(Body)


async def test_a_status_asked_for_is_answered_and_its_text_stays_evidence() -> None:
    async with answering(http(409, b'{"why": "Jane Doe"}')) as (url, _), client(url) as rest:
        answer = await rest.write("make", "/things", also=(409,))
        assert (answer.ok, answer.body) == (False, {"why": "Jane Doe"})
        with pytest.raises(BusinessRefusal) as caught:
            await write(rest)
    assert "Jane" in caught.value.evidence
    assert "Jane" not in str(caught.value)
    assert "Jane" not in repr(answer)


async def test_a_write_without_an_answer_in_time_is_uncertain() -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server, client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as rest:
        with pytest.raises(Uncertain):
            await write(rest)


async def test_a_refused_connection_is_tried_again_quickly_and_then_transient() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    tries = 0

    class Counting(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal tries
            tries += 1
            return await super().handle_async_request(request)

    rest = RestClient(system="vendor", base_url=f"http://127.0.0.1:{port}", token="t", transport=Counting())
    with pytest.raises(Transient):
        await write(rest)
    await rest.close()
    assert tries == 3


async def test_a_call_that_cannot_be_formed_is_rejected() -> None:
    async with client("ftp://127.0.0.1") as rest:
        with pytest.raises(Rejected):
            await read(rest)


def test_seconds_are_read_from_a_number_or_a_date() -> None:
    assert seconds_named("12") == 12
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < (seconds_named(in_an_hour) or 0) <= 3600
    assert seconds_named("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert seconds_named("soon") is None
    assert seconds_named(None) is None
