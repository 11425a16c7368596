"""The sandbox systems of a household: how each is started, and where it answers then."""

import sys
from dataclasses import dataclass

from suture.up.folder import Home

ERP_NEWS = ("material.approved", "purchase_order.created", "purchase_order.changed")


@dataclass(frozen=True)
class SandboxAddress:
    """Where a sandbox system answers, with the engine's credential and the one that sets faults."""

    url: str
    token: str
    control_token: str


def sandbox_system(name: str, home: Home, *, url: str, gateway_url: str, collector: str | None) -> list[str]:
    """The command of one; it tells the gateway what happens in it."""
    options = {
        "--port": url.rsplit(":", 1)[1],
        "--database": home.folder / "systems" / f"{name}.db",
        "--seed": 1,
        "--scale": 1,
        "--hooks-url": f"{gateway_url}/v1/events/{name}",
        "--hook-secret-file": home.hook_secret(name),
        "--tokens-file": home.tokens_table(name),
    }
    words = [str(word) for pair in options.items() for word in pair]
    # The ERP tells of every posting, and only news of materials and of orders concern a run.
    words += ["--hook-events", ",".join(ERP_NEWS)] if name == "erp" else []
    words += ["--otlp-endpoint", collector] if collector else []
    return [sys.executable, "-m", f"sandbox.{name}", *words]
