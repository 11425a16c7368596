"""The billing system's own table in `hospital.toml`."""

from collections.abc import Mapping

from connectors.protocols.rest_settings import RestSettings


class SandboxBillingSettings(RestSettings):
    """Also the billing system's hospital of each facility."""

    hospitals: Mapping[str, str] = {"NORTH": "NTH", "SOUTH": "STH"}
