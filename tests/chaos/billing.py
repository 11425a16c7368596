"""What happens in billing while the engine is not looking."""

from tests.chaos.uses import Use
from tests.support.engine import Engine


async def final_bill(engine: Engine, use: Use) -> None:
    """Bill the account of a use, and open it again: its charges can be credited, and no longer voided."""
    billing, account = engine.sandbox.billing, f"accounts/{use.account_number}"
    await engine.order(billing, f"{account}/bill")
    await engine.order(billing, f"{account}/status", {"status": "open"})
