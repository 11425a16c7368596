"""What every system that is reached over REST is configured with."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from connectors.protocols.rest import RestClient


class RestSettings(BaseModel):
    """Where the system answers, its credential, and the longest time in which a write may still be applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://")
    token_file: Path
    timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta(0))
    in_flight: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0))
    max_connections: int = Field(default=50, ge=1, le=1000)

    def client(self, system: str, *, outgoing: Callable[[], Mapping[str, str]]) -> RestClient:
        """The system's door, with its credential read from the file."""
        return RestClient(
            system=system,
            base_url=self.base_url,
            token=self.token_file.read_text(encoding="utf-8").strip(),
            outgoing=outgoing,
            timeout=self.timeout,
            max_connections=self.max_connections,
        )
