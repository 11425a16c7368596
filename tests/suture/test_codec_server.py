"""The codec server: the Web UI by a path nobody can guess, people by their token, nobody else, no traceback."""

import asyncio
import json
import logging
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from google.protobuf.json_format import MessageToDict, Parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client
from temporalio.worker import Worker

from suture.codec_server.__main__ import PATH
from suture.codec_server.app import LARGEST, create_codec_app, new_secret
from suture.free_port import free_port
from suture.keys import Keyring, load, make_keys
from suture.people import People
from suture.tables import Someone
from suture.temporal.codec import seal
from suture.temporal.plugin import suture_plugin
from suture.temporal.server import Server
from tests.support.hospital import TOKEN, write_hospital
from tests.suture.edge_flows import PLANT, Edge, Shelf, start

ROOT = Path(__file__).parents[2]
KEYRING = Keyring.make()
UI = "http://127.0.0.1:8233"
SECRET = new_secret()
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"4711"')
MARKER = Payload(metadata={"encoding": b"json/plain"}, data=b'{"seq": 1}')


def _people() -> People:
    def someone(token: str, role: str) -> Someone:
        # As a person of any role: which roles the configuration knows is its own matter.
        digest = sha256(token.encode()).hexdigest()
        return Someone.model_construct(name=token, token_sha256=digest, roles=(role,), limit=None)

    people = {"rae": someone("reads", "history-reader"), "sam": someone("supervises", "supervisor")}
    return People(people | {"fin": someone("counts", "finance")})


def _client(app: Starlette, *, host: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(host, 4711), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://codec")


@pytest.fixture
def app() -> Starlette:
    """With both doors."""
    return create_codec_app(KEYRING, register=_people(), ui_secret=SECRET, ui_origin=UI)


def _body(*payloads: Payload) -> str:
    return json.dumps(MessageToDict(Payloads(payloads=payloads)))


def _opened(answer: httpx.Response) -> list[Payload]:
    return list(Parse(answer.text, Payloads()).payloads)


async def test_the_web_ui_gets_payloads_opened_and_what_was_never_sealed_as_it_is(app: Starlette) -> None:
    async with _client(app) as client:
        body = _body(seal(KEYRING, CLEAR), MARKER)
        answer = await client.post(f"/{SECRET}/decode", content=body, headers={"Origin": UI, "X-Namespace": "default"})
    assert answer.status_code == 200 and _opened(answer) == [CLEAR, MARKER]
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["cache-control"] == "no-store"


async def test_a_preflight_is_answered_for_that_origin_only(app: Starlette) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    async with _client(app) as client:
        for origin in (UI, "http://evil.example"):
            answer = await client.options(f"/{SECRET}/decode", headers={"Origin": origin, **asked})
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == UI
            assert {"content-type", "x-namespace"} <= set(answer.headers["access-control-allow-headers"].split(","))


@pytest.mark.parametrize(
    ("path", "headers", "host"),
    [
        pytest.param(f"/{SECRET}/decode", {"Origin": "http://evil.example"}, "127.0.0.1", id="another origin"),
        pytest.param(f"/{SECRET}/decode", {}, "127.0.0.1", id="no origin"),
        pytest.param(f"/{SECRET}/decode", {"Origin": UI}, "10.0.0.7", id="from elsewhere"),
        pytest.param(f"/{SECRET}/encode", {"Origin": UI}, "127.0.0.1", id="to seal"),
        pytest.param(f"/{SECRET[:-1]}/decode", {"Origin": UI}, "127.0.0.1", id="a secret cut short"),
        ("/decode", {"Origin": UI}, "127.0.0.1"),
        ("/decode", {"Authorization": "Bearer wrong"}, "127.0.0.1"),
        ("/decode", {"Authorization": "Bearer "}, "127.0.0.1"),
        ("/decode", {"Authorization": "Basic reads"}, "127.0.0.1"),
        ("/decode", {"Authorization": "Bearer counts"}, "127.0.0.1"),
        ("/encode", {}, "127.0.0.1"),
    ],
)
async def test_nobody_else_gets_anything(app: Starlette, path: str, headers: dict[str, str], host: str) -> None:
    async with _client(app, host=host) as client:
        answer = await client.post(path, content=_body(seal(KEYRING, CLEAR)), headers=headers)
    assert answer.status_code in (401, 403, 404)
    assert set(answer.json()) == {"error"} and "4711" not in answer.text
    # Also on refusals: else a browser hides the reason.
    assert answer.headers["access-control-allow-origin"] == UI


@pytest.mark.parametrize("token", ["reads", "supervises"])
async def test_people_with_the_right_decode_and_encode(app: Starlette, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with _client(app, host="10.0.0.7") as client:
        sealed = _opened(await client.post("/encode", content=_body(CLEAR), headers=headers))
        assert b"4711" not in sealed[0].data
        assert _opened(await client.post("/decode", content=_body(*sealed), headers=headers)) == [CLEAR]


async def test_without_a_secret_there_is_no_door_without_a_token() -> None:
    app = create_codec_app(KEYRING, register=_people())
    async with _client(app) as client:
        assert (await client.post("/None/decode", content=_body(CLEAR))).status_code == 404
        assert (await client.post("//decode", content=_body(CLEAR))).status_code == 404


@pytest.mark.parametrize(("secret", "origin"), [("short", UI), (new_secret(), None)], ids=["short", "any origin"])
def test_a_door_that_could_be_guessed_or_serves_any_origin_is_not_opened(secret: str, origin: str | None) -> None:
    with pytest.raises(ValueError, match="128 bits"):
        create_codec_app(KEYRING, register=_people(), ui_secret=secret, ui_origin=origin)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100 and min(map(len, made)) >= 32


async def test_a_payload_that_cannot_be_opened_is_named_by_its_place(app: Starlette) -> None:
    altered = seal(KEYRING, CLEAR)
    altered.data = altered.data[:-1]
    for broken in (altered, seal(Keyring.make(), CLEAR)):
        async with _client(app) as client:
            body = _body(seal(KEYRING, CLEAR), broken)
            answer = await client.post(f"/{SECRET}/decode", content=body, headers={"Origin": UI})
        assert answer.status_code == 400 and answer.json()["error"].startswith("payload 1: ")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
async def test_any_body_gets_an_answer_without_a_traceback(app: Starlette, body: bytes) -> None:
    async with _client(app) as client:
        answer = await client.post(f"/{SECRET}/decode", content=body, headers={"Origin": UI})
    assert answer.status_code in (200, 400) and "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body",
    ["", "[]", "1", '{"payloads": 1}', "{}", '{"x": 1}', '{"payloads": ' * 5000, "NaN"],
)
async def test_a_body_of_another_form_is_refused_with_words(app: Starlette, body: str) -> None:
    async with _client(app) as client:
        answer = await client.post(f"/{SECRET}/decode", content=body, headers={"Origin": UI})
    assert answer.status_code == 400 and "expected JSON of the form" in answer.json()["error"]


async def test_a_body_too_large_is_refused_while_it_comes(app: Starlette) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 65536 + 2):
            yield b" " * 65536

    async with _client(app) as client:
        answer = await client.post(f"/{SECRET}/decode", content=endless(), headers={"Origin": UI})
    assert answer.status_code == 413


async def test_other_methods_are_refused(app: Starlette) -> None:
    async with _client(app) as client:
        answer = await client.get(f"/{SECRET}/decode", headers={"Origin": UI})
    assert answer.status_code == 405 and answer.json() == {"error": "expected POST"}


async def test_a_defect_is_told_without_its_text(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall_over(*_: object) -> None:
        raise RuntimeError("4711")

    monkeypatch.setattr("suture.codec_server.app.unseal", fall_over)
    async with _client(app) as client:
        answer = await client.post(f"/{SECRET}/decode", content=_body(seal(KEYRING, CLEAR)), headers={"Origin": UI})
    assert answer.status_code == 500 and answer.json() == {"error": "cannot be answered"}
    assert answer.headers["access-control-allow-origin"] == UI


@asynccontextmanager
async def _served(folder: Path, *, secret: str) -> AsyncIterator[tuple[str, list[str]]]:
    """The real process; yields its address and, once it has ended, what it logged."""
    port = free_port()
    file = write_hospital(folder)
    file.write_text(file.read_text() + f'\n[codec]\nport = {port}\n[keys]\nfile = "suture.keys"\n')
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "suture.codec_server"),
        cwd=ROOT,
        env={**os.environ, "SUTURE_CONFIG": str(file), PATH: secret},
        stderr=asyncio.subprocess.PIPE,
    )
    logged: list[str] = []
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(20), httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(url)
                    break
                except httpx.TransportError:
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
        yield url, logged
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
        logged += err.decode().splitlines()
    assert process.returncode == 0


async def test_the_process_opens_a_real_history_for_the_web_ui_and_keeps_its_path_out_of_the_log(
    temporal: Server, tmp_path: Path
) -> None:
    make_keys(tmp_path / "suture.keys")
    plugin = suture_plugin(load(tmp_path / "suture.keys"))
    client = await Client.connect(temporal.address, namespace=temporal.namespace, plugins=[plugin])
    number = uuid.uuid4().hex[:8]
    payload = start(number, number)
    async with Worker(client, task_queue=number, workflows=[Edge], activities=Shelf().all, build_id="test"):
        handle = await client.start_workflow(Edge.run, payload, id=payload.context.workflow_id, task_queue=number)
        await handle.result()
    events = (await handle.fetch_history()).events
    (order,) = (
        event.activity_task_scheduled_event_attributes.input
        for event in events
        if event.HasField("activity_task_scheduled_event_attributes")
    )
    secret = new_secret()
    async with _served(tmp_path, secret=secret) as (url, logged), httpx.AsyncClient() as browser:
        body = json.dumps(MessageToDict(order))
        assert PLANT not in body
        answer = await browser.post(f"{url}/{secret}/decode", content=body, headers={"Origin": UI})
        assert PLANT in _opened(answer)[0].data.decode()
        # Dana of this hospital decides about charges, and does not read histories.
        refused = await browser.post(f"{url}/decode", content=body, headers={"Authorization": f"Bearer {TOKEN}"})
        assert refused.status_code == 403
    assert logged and secret not in "".join(logged) and PLANT not in "".join(logged)


async def test_the_process_does_not_serve_the_web_ui_to_other_machines(tmp_path: Path) -> None:
    make_keys(tmp_path / "suture.keys")
    file = write_hospital(tmp_path)
    file.write_text(file.read_text() + '\n[codec]\nhost = "0.0.0.0"\n[keys]\nfile = "suture.keys"\n')
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "suture.codec_server"),
        cwd=ROOT,
        env={**os.environ, "SUTURE_CONFIG": str(file), PATH: new_secret()},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode().splitlines() == [
        f"codec: [codec] host: expected a loopback address while {PATH} is set, or {PATH} unset"
    ]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The defect above is logged on purpose."""
    logging.getLogger("suture.codec").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("suture.codec").setLevel(logging.NOTSET)
