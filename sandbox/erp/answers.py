"""How this vendor answers: refusals as a RETURN table, amounts and quantities as text."""

import json
from decimal import Decimal
from typing import Any


class Refusal(Exception):
    """A refusal with the vendor's message class and number; V1 and V2 are the message's variables."""

    def __init__(
        self,
        status: int,
        message_id: str,
        number: str,
        message: str,
        *,
        v1: str = "",
        v2: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "RETURN": [
                {
                    "TYPE": "E",
                    "ID": message_id,
                    "NUMBER": number,
                    "MESSAGE": message,
                    "MESSAGE_V1": v1,
                    "MESSAGE_V2": v2,
                }
            ]
        }
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


def encoded(body: Any) -> bytes:
    """The bytes of an answer."""
    return json.dumps(body, separators=(",", ":")).encode()


def amount_text(cents: int) -> str:
    """1234567 as 12345.67."""
    return str((Decimal(cents) / 100).quantize(Decimal("0.01")))


def quantity_text(milli: int) -> str:
    """1500 as 1.500."""
    return str((Decimal(milli) / 1000).quantize(Decimal("0.001")))
