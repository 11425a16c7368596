"""The FHIR billing system's own table in `hospital.toml`: where it is, and the systems that its codes and numbers are of."""

from collections.abc import Mapping

from connectors.protocols.rest_settings import RestSettings


class FhirBillingSettings(RestSettings):
    """`base_url` is the FHIR base, such as `https://host/fhir`. `organizations` names the Organization of each facility.

    Each `..._system` is the URI under which the server keeps those numbers or codes. `payers` names our payer for a code
    of Coverage.type; a code that is not named is taken as it is, in lower case. Charges are taken in `currencies` alone.
    """

    organizations: Mapping[str, str] = {}
    account_system: str = "urn:hospital:account"
    case_system: str = "urn:hospital:surgical-case"
    item_system: str = "urn:hospital:item"
    master_system: str = "urn:hospital:charge-master"
    payers: Mapping[str, str] = {}
    currencies: tuple[str, ...] = ("USD",)
