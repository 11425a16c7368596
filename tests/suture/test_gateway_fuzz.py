"""Whatever arrives at the webhook door: a clear answer, nothing stored by accident, and never a defect."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from canonical.inbound import InvalidEvent
from suture.gateway.signatures import Signatures
from suture.keys import Keyring
from suture.store.migrate import migrate
from suture.store.store import Store
from suture.strict_json import DEEPEST, read_object
from tests.support.front_door import FrontDoor, captured, signed

SHARED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CLEAR = (202, 409, 413, 422)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=12), below, max_size=4),
    max_leaves=12,
)
tricky: st.SearchStrategy[Any] = st.sampled_from(
    [
        "", " ", "\x00", "\ud800", "\u202e", "é" * 70, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
        "2026-11-02T15:00:00", "NaN", "Infinity", "1e400", "-0", 10**40, -1, 1e308, True, [], {}, None,
        "case_AAAAAAAAAAAAAAAAAAAAAAAAAA", "acct_AAAAAAAAAAAAAAAAAAAAAAAAAA", "northCampus", "SKU-", "SKU-" + "9" * 90,
        "(01)00950000047113(17)261399(10)", "]d2010095000004711317261399\x1d10", "+H", "=/", "../../etc/passwd", "%00",
        "'; DROP TABLE inbox; --", "A" * 300,
    ]
)  # fmt: skip

numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,70})(\.[0-9]{1,70})?([eE][+-]?[0-9]{1,25})?\Z") | st.sampled_from(
    ["1e1000000000000000000", "-1E+999999999999999999999", "0e1000000000000000000", "1e-1000000000000000000", "-0.0"]
)
"""As they stand in a body: what Python would write is not all that a vendor may."""


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[FrontDoor]:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    caught = Caught(logging.ERROR)
    logging.getLogger("suture").addHandler(caught)
    async with Store.open(url, Keyring.make()) as store:
        door = FrontDoor.open(tmp_path, store, url=url)
        async with door.http:
            yield door
    logging.getLogger("suture").removeHandler(caught)
    assert caught.told == []


class Caught(logging.Handler):
    """What was logged as an error: a defect of a translator, or of ours."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.told.append(record.getMessage())


async def answered(door: FrontDoor, body: object, **more: Any) -> int:
    """The status, after what every answer must be."""
    before = len(door.rows)
    answer = await door.send(body, **more)
    told = answer.json()
    if answer.status_code in (200, 202):
        assert set(told) == {"correlation_id", "transaction"}
    else:
        assert {"error", "what_to_do"} <= set(told) <= {"error", "field", "expected", "what_to_do"}
    assert len(door.rows) - before == (answer.status_code == 202)
    return answer.status_code


@SHARED
@given(body=st.binary(max_size=400))
async def test_any_bytes(door: FrontDoor, body: bytes) -> None:
    assert await answered(door, body) == 422


@SHARED
@given(body=anything)
async def test_any_json(door: FrontDoor, body: Any) -> None:
    assert await answered(door, json.dumps(body).encode()) == 422


@SHARED
@given(data=st.data())
async def test_an_event_with_anything_in_any_field(door: FrontDoor, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["use.captured", "use.corrected", "item.approved", "use.unknown"]))
    use = captured()["data"]
    documents = {
        "use.captured": use,
        "use.corrected": {
            "correctionId": "cor-1", "correctsUseId": "U-1", "version": 1, "kind": "wrongItem", "replacement": use,
            "facility": "northCampus", "correctedAt": "2026-11-02T16:00:00+00:00",
        },
        "item.approved": {"sku": "SKU-4739"},
    }  # fmt: skip
    body = captured() | {"eventType": kind, "data": documents.get(kind, use)}
    for _ in range(data.draw(st.integers(1, 3))):
        inner = body["data"] if isinstance(body["data"], dict) and data.draw(st.booleans()) else body
        field = data.draw(st.sampled_from(sorted(inner)) | st.text(max_size=20)) if inner else "x"
        inner[field] = data.draw(tricky | anything)
    assert await answered(door, json.dumps(body).encode()) in CLEAR


@SHARED
@given(number=numbers, field=st.sampled_from(["qty", "version", "useId", "unheardOf"]))
async def test_any_number_in_any_spelling(door: FrontDoor, number: str, field: str) -> None:
    assert await answered(door, f'{{"a":{number}}}'.encode()) == 422
    body = json.dumps(captured(**{field: "here"})).replace('"here"', number)
    assert await answered(door, body.encode()) in CLEAR


@SHARED
@given(barcode=tricky | st.text(max_size=80) | st.from_regex(r"\A(\+|=|\]d2|\(01\))[ -~]{0,60}\Z"))
async def test_any_barcode(door: FrontDoor, barcode: Any) -> None:
    assert await answered(door, captured(barcode=barcode, sku=None, unit=None)) in CLEAR


@SHARED
@given(body=st.text(max_size=60), cut=st.integers(0, 400))
async def test_an_event_cut_short_or_gone_on_with(door: FrontDoor, body: str, cut: int) -> None:
    whole = json.dumps(captured()).encode()
    assert await answered(door, whole[:cut]) == 422
    assert await answered(door, whole + body.encode()) in (202, 422)


header = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=60)


@SHARED
@given(
    event_id=header,
    timestamp=header | st.integers().map(str),
    signature=header | header.map(lambda text: f"v1,{text}"),
    source=st.text(min_size=1, max_size=20),
)
async def test_any_headers(door: FrontDoor, event_id: str, timestamp: str, signature: str, source: str) -> None:
    given_headers = {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in given_headers.items()]
    for name in ("inventory", in_a_path(source)):
        answer = await door.http.post(f"/v1/events/{name}", content=b"{}", headers=headers)
        assert answer.status_code in (401, 404), answer.text
    assert not door.rows


def in_a_path(text: str) -> str:
    """A path segment of any text."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    event_id=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    secret=st.binary(min_size=24, max_size=64),
    change=st.sampled_from(["nothing", "body", "id", "timestamp", "secret", "signature"]),
)
def test_signatures_agree_with_the_standards_library(body: str, event_id: str, secret: bytes, change: str) -> None:
    headers = signed(body.encode(), secret=secret, event_id=event_id)
    raw = body.encode() + (b"!" if change == "body" else b"")
    if change == "id":
        headers["webhook-id"] += "x"
    if change == "timestamp":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    if change == "signature":
        headers["webhook-signature"] = "v1," + "A" * 43 + "="
    key = secret if change != "secret" else bytes(reversed(secret)) + b"x"
    try:
        Webhook(key).verify(raw, headers, json_parse=False)
        theirs = True
    except WebhookVerificationError:
        theirs = False
    ours = Signatures([key]).prove(
        raw,
        event_id=headers["webhook-id"],
        timestamp=headers["webhook-timestamp"],
        given=headers["webhook-signature"],
        now=float(headers["webhook-timestamp"]),
    )
    assert ours == theirs == (change == "nothing")


@settings(max_examples=300, deadline=None)
@given(body=st.dictionaries(st.text(max_size=8), anything, max_size=6))
def test_what_is_json_is_read_as_it_is(body: dict[str, Any]) -> None:
    try:
        raw = json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, UnicodeEncodeError):
        return
    try:
        found = read_object(raw)
    except InvalidEvent as refused:
        # Only what is refused on purpose: numbers that no event has, and NUL.
        assert "number" in refused.expected or "NUL" in refused.expected
        return
    assert found == json.loads(raw, parse_float=lambda text: read_object(f'{{"n":{text}}}'.encode())["n"])


@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST])
def test_nesting_has_an_end(levels: int) -> None:
    raw = b'{"a":' + b"[" * levels + b"]" * levels + b"}"
    if levels < DEEPEST:
        assert read_object(raw)
        return
    with pytest.raises(InvalidEvent, match="nesting"):
        read_object(raw)


def test_brackets_in_text_are_not_nesting() -> None:
    assert read_object(json.dumps({"a": "[{" * 500, "b": '"[' * 500}).encode())
