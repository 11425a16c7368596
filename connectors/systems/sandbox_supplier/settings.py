"""The order desk's own table in `hospital.toml`."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from canonical.documents.document import Code
from connectors.protocols.rest_settings import RestSettings

MAKERS = ("alpen", "braunfels", "cardo", "delta", "eichen", "falken", "granit", "helix")


class SupplierSettings(RestSettings):
    """Also how long a key holds, and the desk's names for ours.

    `partners` by the supplier's number in our books, `accounts` by facility: where the desk sends its goods.
    """

    # The vendor keeps keys for 24 hours; an hour less leaves room for two clocks that differ.
    idempotent_for: timedelta = Field(default=timedelta(hours=23), ge=timedelta(0))
    partners: Mapping[Code, str] = {str(100000 + index): maker for index, maker in enumerate(MAKERS)}
    accounts: Mapping[Code, str] = {"NORTH": "70010", "SOUTH": "70020"}
