"""How a kind of system that is reached over REST is configured, built and listened to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from canonical.inbound import Inbound
from canonical.ports import System
from connectors.protocols.rest import RestClient
from connectors.protocols.rest_settings import RestSettings

S = TypeVar("S", bound=RestSettings)


@dataclass(frozen=True, kw_only=True)
class RestKind(Generic[S]):
    """A `SystemKind`: `settings` is the model of its table in `hospital.toml`, `bodies` what its webhooks say.

    `connector` makes it under its configured name, `inbound` an event of a webhook's body, both by the table.
    """

    settings: type[S]
    bodies: tuple[type[BaseModel], ...]
    connector: Callable[[str, S, RestClient], System]
    inbound: Callable[[Mapping[str, Any], S], Inbound]

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> System:
        """The connector under its configured name."""
        own = cast(S, settings)
        return self.connector(name, own, own.client(name, outgoing=outgoing))

    def translate(self, body: Mapping[str, Any], settings: BaseModel) -> Inbound:
        """A webhook body as an `Inbound`."""
        return self.inbound(body, cast(S, settings))
