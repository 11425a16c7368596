"""The ERP's own table in `hospital.toml`."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}$")]


class Plant(BaseModel):
    """What the ERP calls a facility: its plant, and the company code whose books it is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: Code
    company_code: Code


class ErpSettings(BaseModel):
    """Where the system answers, its credential, how long its promises hold, and its names for ours.

    A cost centre that `cost_centres` does not name is taken as `<plant><cost centre>00`; one of ten digits as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://")
    token_file: Path
    timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta(0))
    in_flight: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0))
    # The vendor keeps keys for 24 hours; an hour less leaves room for two clocks that differ.
    idempotent_for: timedelta = Field(default=timedelta(hours=23), ge=timedelta(0))
    max_connections: int = Field(default=50, ge=1, le=1000)
    plants: Mapping[str, Plant] = {
        "NORTH": Plant(plant="1000", company_code="US01"),
        "SOUTH": Plant(plant="2000", company_code="US02"),
    }
    storage_locations: Mapping[str, Code] = {
        "OR-1": "OR01",
        "OR-2": "OR02",
        "CATH": "CATH",
        "ED-CART": "EDCT",
        "ICU-CART": "ICUC",
        "CABINET-9": "CAB9",
    }
    cost_centres: Mapping[str, str] = {}
