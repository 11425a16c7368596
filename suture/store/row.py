"""The base of every table: one metadata of our own, with constraint names that migrations can rely on."""

from typing import cast

from sqlalchemy import MetaData, Table
from sqlalchemy import inspect as mapping_of
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """A row of the store. Tables are declared as models; the hot path runs prepared statements on their tables."""


def table_of(model: type[Row]) -> Table:
    """The table behind a model."""
    return cast(Table, mapping_of(model).local_table)
