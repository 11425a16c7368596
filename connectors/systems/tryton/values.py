"""Tryton's typed values in JSON: decimals, days and moments are objects that name their class."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def encoded(value: Any) -> Any:
    """A value as Tryton's JSON-RPC takes it."""
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case Mapping():
            return {name: encoded(each) for name, each in value.items()}
        case str():
            return value
        case Sequence():
            return [encoded(each) for each in value]
    return value


def decoded(value: Any) -> Any:
    """A value of Tryton's as ours; what has a class that is not known here stays as it came."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            day = datetime(value["year"], value["month"], value["day"])
            parts = {part: value.get(part, 0) for part in ("hour", "minute", "second", "microsecond")}
            return day.replace(**parts)
    return {name: decoded(each) for name, each in value.items()}


def number(quantity: Decimal) -> float:
    """A quantity as Tryton keeps it: a double, which holds every quantity of ours to the last digit (15 digits)."""
    return float(quantity)


def exact(quantity: Any) -> Decimal:
    """A quantity as it was said: the shortest decimal that is this double."""
    said = Decimal(str(quantity))
    return said.normalize() if said != said.to_integral_value() else said.quantize(Decimal(1))
