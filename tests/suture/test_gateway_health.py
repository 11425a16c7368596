"""Health: the process lives; it is ready when its store is; Temporal's absence is told and changes nothing."""

from pathlib import Path

import pytest

from suture.gateway.serve import reached
from suture.keys import Keyring
from suture.store.errors import StoreUnavailable
from suture.store.store import Store
from suture.tables import Temporal
from suture.temporal.client import connect
from tests.support.front_door import FrontDoor


async def test_the_process_lives(tmp_path: Path, store: Store, store_url: str) -> None:
    door = FrontDoor.open(tmp_path, store, url=store_url)
    answer = await door.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize("reachable", [True, False])
async def test_events_are_accepted_with_temporal_or_without(
    tmp_path: Path, store: Store, store_url: str, reachable: bool
) -> None:
    door = FrontDoor.open(tmp_path, store, url=store_url, reachable=reachable)
    answer = await door.http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert answer.json()["temporal"].startswith("reachable" if reachable else "not reachable")


async def test_a_store_that_does_not_answer_is_not_ready(
    tmp_path: Path, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise StoreUnavailable("the store cannot be read now")

    monkeypatch.setattr(store, "ping", away)
    answer = await FrontDoor.open(tmp_path, store, url=store_url).http.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["store"] == "the store cannot be read now"


async def test_a_store_of_another_version_is_not_ready(tmp_path: Path, store: Store, keyring: Keyring) -> None:
    other = tmp_path / "other"
    other.mkdir()
    door = FrontDoor.open(other, store, url=f"sqlite:///{other}/never-migrated.db")
    answer = await door.http.get("/readyz")
    assert answer.status_code == 503
    assert "suture store migrate" in answer.json()["store"]
    assert "there is no store" in answer.json()["store"]


async def test_a_temporal_server_that_is_not_there_is_not_reached() -> None:
    client = await connect(Temporal(address="127.0.0.1:9"), plugins=[], lazy=True)
    assert await reached(client) is False
