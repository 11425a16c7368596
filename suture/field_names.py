"""Which names of fields may be told: those that a model of ours has. Any other may itself be a value."""

from collections.abc import Collection, Sequence
from re import fullmatch

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema


def shown(part: int | str, *, known: Collection[str] = ()) -> str:
    """A part of a field's place: an index, a name of our own form, or one of `known`; `*` for everything else."""
    ours = isinstance(part, int) or part in known or fullmatch("[a-z_]{1,40}", part)
    return str(part) if ours else "*"


def shown_path(path: str, *, known: Collection[str]) -> str:
    """A dotted place, each part of it as `shown`."""
    return ".".join(part if fullmatch(r"[0-9]{1,3}", part) else shown(part, known=known) for part in path.split("."))


def names_of(models: Sequence[type[BaseModel]]) -> frozenset[str]:
    """Every name that a field of these models, or of one below them, has outside."""
    _, found = models_json_schema([(model, "validation") for model in models])
    return frozenset(name for schema in found.get("$defs", {}).values() for name in schema.get("properties", ()))
