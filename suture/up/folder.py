"""The folder of a hospital on one machine: configuration, keys, tokens and secrets, each made once, for its owner only."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from suture.keys import make_keys
from suture.people import digest
from suture.up.hospital import PEOPLE, Ports, hospital_toml

SCOPES: Mapping[str, tuple[str, ...]] = {
    "erp": ("FI_DISP", "FI_POST", "MM_DISP"),
    "inventory": ("catalog:read", "catalog:approve", "stock:read", "stock:write", "uses:read", "uses:write"),
    "billing": ("acct.read", "cdm.read", "chg.read", "chg.write"),
}
"""What the engine's credential may do in each sandbox system, in the vendor's own words."""


@dataclass(frozen=True)
class Home:
    """Where one hospital keeps its files."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "hospital.toml"

    def token_file(self, person: str) -> Path:
        """The token of a person."""
        return self.folder / "people" / f"{person}.token"

    def system_token(self, system: str) -> Path:
        """The engine's credential at a system."""
        return self.folder / "systems" / f"{system}.token"

    def control_token(self, system: str) -> Path:
        """The credential that may set faults in a sandbox system."""
        return self.folder / "systems" / f"{system}.control"

    def hook_secret(self, system: str) -> Path:
        """The secret with which a system signs its webhooks."""
        return self.folder / "systems" / f"{system}.hook-secret"

    def tokens_table(self, system: str) -> Path:
        """The sandbox system's own table of tokens and scopes."""
        return self.folder / "systems" / f"{system}.tokens.json"

    def log(self, process: str) -> Path:
        """The log of a process."""
        return self.folder / "logs" / f"{process}.log"


def furnish(folder: Path, ports: Ports) -> Home:
    """Make the sandbox hospital where there is no configuration yet; a hospital that is there is left as it is."""
    home = Home(folder.absolute())
    if home.config.exists():
        return home
    for sub in ("people", "systems", "logs", ".suture"):
        (home.folder / sub).mkdir(mode=0o700, parents=True, exist_ok=True)
    for system, scopes in SCOPES.items():
        token = _secret(home.system_token(system), secrets.token_urlsafe(24))
        control = _secret(home.control_token(system), secrets.token_urlsafe(24))
        _secret(home.hook_secret(system), "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
        _secret(home.tokens_table(system), json.dumps({token: scopes, control: ["control"]}))
    tokens = {person: _secret(home.token_file(person), secrets.token_urlsafe(24)) for person in PEOPLE}
    _secret(home.folder / ".suture" / "token", next(iter(tokens.values())))
    make_keys(home.folder / "suture.keys")
    digests = {person: digest(token) for person, token in tokens.items()}
    home.config.write_text(hospital_toml(ports, digests), encoding="utf-8")
    return home


def _secret(file: Path, content: str) -> str:
    """Write a secret that only its owner can read, unless there is one; answers what the file holds."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(content)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    return content
