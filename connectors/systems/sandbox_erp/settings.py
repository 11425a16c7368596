"""The ERP's own table in `hospital.toml`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.protocols.rest_settings import RestSettings

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}$")]


class Plant(BaseModel):
    """What the ERP calls a facility: its plant, and the company code whose books it is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: Code
    company_code: Code


class ErpSettings(RestSettings):
    """Also how long a key holds, and the system's names for ours.

    A cost centre that `cost_centres` does not name is taken as `<plant><cost centre>00`; one of ten digits as it is.
    """

    # The vendor keeps keys for 24 hours; an hour less leaves room for two clocks that differ.
    idempotent_for: timedelta = Field(default=timedelta(hours=23), ge=timedelta(0))
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
