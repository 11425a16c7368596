"""An interface engine between inventory and the gateway that sends on what it should not, signed as the vendor signs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from suture.demo.vendors import PATIENCE
from suture.trouble import CannotGoOn
from suture.up.household import Household


class Forwarder:
    """Sends reports of uses to the gateway of a household."""

    def __init__(self, house: Household) -> None:
        self._url = f"{house.gateway_url}/v1/events/inventory"
        self._webhook = Webhook(house.home.hook_secret("inventory").read_text().strip())

    async def forward(self, event_id: str, use: Mapping[str, Any], *, answered: int) -> None:
        """Send a use as captured, under an event id; the gateway must answer so."""
        now = datetime.now(UTC)
        event = {"eventId": event_id, "eventType": "use.captured", "emittedAt": now.isoformat(), "data": dict(use)}
        body = json.dumps(event)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(event_id, now, body),
        }
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
                answer = await client.post(self._url, content=body, headers=headers)
        except httpx.TransportError as failure:
            raise CannotGoOn(f"the gateway does not answer: {type(failure).__name__}") from None
        if answer.status_code != answered:
            raise CannotGoOn(f"the gateway answered {answer.status_code} to {event_id}, expected {answered}")
