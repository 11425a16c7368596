"""The inventory system's own table in `hospital.toml`."""

from collections.abc import Mapping

from connectors.protocols.rest_settings import RestSettings


class InventorySettings(RestSettings):
    """Also the campus of each facility; of one that is not named it is `<facility>Campus`, in lower case."""

    campuses: Mapping[str, str] = {}
