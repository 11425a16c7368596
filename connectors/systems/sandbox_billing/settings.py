"""The billing system's own table in `hospital.toml`."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class SandboxBillingSettings(BaseModel):
    """Where the system answers, its credential, and the longest time in which a posting may still be applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://")
    token_file: Path
    timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta(0))
    in_flight: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0))
    max_connections: int = Field(default=50, ge=1, le=1000)
