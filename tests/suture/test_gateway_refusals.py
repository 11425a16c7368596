"""Signed bodies that are no events: refused by field, without the value, and not remembered."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel

from canonical.inbound import Inbound, InvalidEvent
from canonical.model import Frozen
from connectors.systems.sandbox_inventory.connector import SYSTEM as INVENTORY
from suture.store.store import Store
from tests.support.front_door import KINDS, FrontDoor, captured


@pytest.fixture
async def door(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[FrontDoor]:
    door = FrontDoor.open(tmp_path, store, url=store_url)
    async with door.http:
        yield door


async def stored(door: FrontDoor, event_id: str) -> Any:
    return await door.store.inbox.find(source="inventory", event_id=event_id)


INVALID = {
    "no JSON": (b"use: captured", "body"),
    "empty": (b"", "body"),
    "no object": (b"[1, 2]", "body"),
    "a number": (b"17", "body"),
    "not UTF-8": (b'{"a": "\xff"}', "body"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "body"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "body"),
    "a key twice": (b'{"eventId": "a", "eventId": "b"}', "body"),
    "NaN": (b'{"a": NaN}', "body"),
    "Infinity": (b'{"a": -Infinity}', "body"),
    "too deep": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body"),
    "too deep, not closed": (b'{"a":' * 40_000, "body"),
    "half a surrogate pair": (b'{"a": "\\ud800"}', "body"),
    "NUL": (b'{"a": "\\u0000"}', "body"),
    "a number beyond all size": (b'{"a": 1e999999999}', "body"),
    "a number of many digits": (b'{"a": ' + b"9" * 5000 + b"}", "body"),
    "no fields": (b"{}", "eventId"),
}


@pytest.mark.parametrize("case", INVALID)
async def test_a_signed_body_that_is_no_event_is_refused_by_field(door: FrontDoor, case: str) -> None:
    body, field = INVALID[case]
    answer = await door.send(body, event_id="msg-9")
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["expected"]
    assert await stored(door, "msg-9") is None


PLANT = "MRN-77001"
WRONG_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "facility": ({"facility": PLANT}, "data.facility"),
    "quantity": ({"qty": PLANT}, "data.qty"),
    "no quantity": ({"qty": 0}, "data.qty"),
    "time": ({"scannedAt": PLANT}, "data.scannedAt"),
    "time without offset": ({"scannedAt": "2026-11-02T15:00:00"}, "data.scannedAt"),
    "disposition": ({"disposition": PLANT}, "data.disposition"),
    "location": ({"location": f"{PLANT} {PLANT}"}, "data.location"),
    "barcode": ({"barcode": PLANT, "sku": None}, "data.barcode"),
    "lot": ({"lot": "L 1 \u00e9"}, "data.lot"),
    "an event of no kind": ({}, "eventType"),
    "a case that is a list": ({"surgicalCaseNumber": [PLANT]}, "data.surgicalCaseNumber"),
    "an unheard-of facility": ({"facility": "westCampus"}, "facility"),
    "a blank case": ({"surgicalCaseNumber": "  "}, "data.surgical_case"),
}


@pytest.mark.parametrize("case", WRONG_FIELDS)
async def test_a_wrong_field_is_named_and_its_value_never_told(door: FrontDoor, case: str) -> None:
    changes, field = WRONG_FIELDS[case]
    body = captured(**changes)
    if case == "an event of no kind":
        body["eventType"] = PLANT
    answer = await door.send(body, event_id="msg-10")
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["expected"]
    assert PLANT not in answer.text
    assert await stored(door, "msg-10") is None


async def test_a_rejected_event_is_not_remembered(door: FrontDoor) -> None:
    assert (await door.send(captured(qty=-1), event_id="msg-11")).status_code == 422
    assert (await door.send(captured(qty=1), event_id="msg-11")).status_code == 202


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
async def test_a_time_beyond_the_calendar_is_refused(door: FrontDoor, moment: str) -> None:
    for body in (captured(scannedAt=moment), captured() | {"emittedAt": moment}):
        answer = await door.send(body)
        assert answer.status_code == 422
        assert moment not in answer.text


SSN = "123-45-6789"


class Quotes(Frozen):
    """Takes nothing but numbers, under any name, and quotes what it does not take."""

    counts: dict[str, int] = {}
    name: Annotated[str, AfterValidator(lambda text: int(text))] = "1"


class Quoting:
    """A kind of system whose translator leaves its own names, and its words, to whoever called it."""

    settings = INVENTORY.settings
    bodies = (Quotes,)
    build = INVENTORY.build

    def translate(self, body: Mapping[str, Any], settings: BaseModel) -> Inbound:
        """Refuse."""
        Quotes.model_validate(body)
        raise InvalidEvent(next(iter(body)), "expected nothing")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"counts": {SSN: "x"}}, "counts.*"),
        ({"counts": {"RosaPlanted": "x"}}, "counts.*"),
        ({"counts": {f"a.{SSN}": "x"}}, "counts.a.*"),
        ({"name": SSN}, "name"),
        ({SSN: 1}, "*"),
    ],
)
async def test_a_name_or_a_word_that_may_be_a_value_is_never_told(
    tmp_path: Path, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any], field: str
) -> None:
    monkeypatch.setitem(KINDS, "inventory", Quoting())
    door = FrontDoor.open(tmp_path, store, url=store_url)
    async with door.http:
        answer = await door.send(body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert SSN not in answer.text and "Rosa" not in answer.text
