"""The books of the Tryton under test, as the engine and as a person at work in it see them."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from canonical.identity import wire_key
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.connector import SYSTEM
from connectors.systems.tryton.settings import TrytonSettings
from tests.connectors.contract.peers.tryton_finance import TrytonFinancePeer
from tests.connectors.costs import posting
from tests.connectors.purchases import DAY

HEAD = ["company", "journal", "period", "date", "lines.account"]


def client_of(peer: TrytonFinancePeer, login: str, password_file: Path) -> TrytonClient:
    settings = TrytonSettings(base_url=peer.url, database="suture", login=login, password_file=password_file)
    return TrytonClient(settings.client("tryton", outgoing=dict), settings)


def connected(peer: TrytonFinancePeer, ledger: Mapping[str, Any] | None) -> Any:
    """The connector by a table with another ledger."""
    table = {"base_url": peer.url, "database": "suture", "login": "engine", "password_file": peer.password_file}
    return SYSTEM.build("tryton", SYSTEM.settings.model_validate({**table, "ledger": ledger}), outgoing=dict)


def copied(row: dict[str, Any], *, debits: tuple[int, int]) -> dict[str, Any]:
    """A move on the same accounts as another of forty dollars."""
    entries = [
        {"account": line["account"], "debit": Decimal(debit), "credit": Decimal(40 - debit)}
        for line, debit in zip(row["lines."], debits, strict=True)
    ]
    return {**{name: row[name] for name in HEAD[:4]}, "lines": [["create", entries]]}


def key() -> str:
    return wire_key(uuid4().hex)


async def posted(system: Any, **more: Any) -> tuple[str, str]:
    """A journal of four items, by its key and reference."""
    of = key()
    return of, (await system.post_cost(posting(**more), posting_date=DAY, wire_key=of)).reference


async def moves(client: TrytonClient, domain: list[Any]) -> list[dict[str, Any]]:
    fields = ["state", "date", "description", "lines.debit", "lines.credit", "lines.description"]
    more = ["lines.account.code", "lines.analytic_lines.debit", "lines.analytic_lines.date"]
    return await client.rows("account.move", domain, [*fields, *more, "lines.analytic_lines.account.code"])


def reversals_of(reference: str) -> list[Any]:
    return ["origin", "=", f"account.move,{reference.removeprefix('move-')}"]
