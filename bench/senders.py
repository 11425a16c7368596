"""Many clients of the gateway: `python -m bench.senders URL SECRET EVENTS CLIENTS` sends, and prints what it measured.

The clients speak bare HTTP over sockets that they keep, with requests signed beforehand: on a small machine a whole
HTTP library would take more CPU than the gateway that is measured.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from bench.figures import Figures, Latency
from bench.hospital import numbers, webhook

ACCEPTED = 202


class Sent(Figures):
    """What came of it."""

    accepted: int
    seconds: float
    latency: Latency


async def main(url: str, secret: Path, events: int, clients: int) -> Sent:
    """Send all events, each once, by so many clients side by side."""
    where = urlsplit(url)
    host, port = where.hostname or "127.0.0.1", where.port or 80
    hook = Webhook(secret.read_text(encoding="ascii"))
    requests = iter([_request(hook, number, host=where.netloc) for number in numbers(events)])
    streams = [await asyncio.open_connection(host, port) for _ in range(clients)]
    latencies: list[float] = []
    began = perf_counter()
    statuses = await asyncio.gather(*(_client(*stream, requests, latencies) for stream in streams))
    seconds = perf_counter() - began
    for _, writer in streams:
        writer.close()
    accepted = sum(status == ACCEPTED for of_one in statuses for status in of_one)
    return Sent(accepted=accepted, seconds=seconds, latency=Latency.of(latencies))


async def _client(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Iterator[bytes], latencies: list[float]
) -> list[int]:
    statuses = []
    for request in requests:
        began = perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        latencies.append(perf_counter() - began)
        statuses.append(int(head.split(b" ", 2)[1]))
    return statuses


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without its length")


def _request(hook: Webhook, number: str, *, host: str) -> bytes:
    body, now = json.dumps(webhook(number)), datetime.now(UTC)
    event = f"e-{number}"
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "Content-Length": str(len(body.encode())),
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": hook.sign(event, now, body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /v1/events/inventory HTTP/1.1\r\n{lines}\r\n{body}".encode()


if __name__ == "__main__":
    _, gateway, signed_with, count, at_once = sys.argv
    print(asyncio.run(main(gateway, Path(signed_with), int(count), int(at_once))).model_dump_json())
