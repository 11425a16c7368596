"""One write on its way: its transaction, its key, its moment, and the request that caused it."""

import sqlite3
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from sandbox.erp.hooks import Cause


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What every document is written with."""

    change: sqlite3.Connection
    key: str
    stamp: str
    cause: Cause


def cents(amount: str) -> int:
    """12345.67 as 1234567."""
    return int(Decimal(amount) * 100)


def milli(quantity: str) -> int:
    """1.500 as 1500."""
    return int(Decimal(quantity) * 1000)


def rounded(amount: Decimal) -> int:
    """To the nearest whole number, half to even."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))
