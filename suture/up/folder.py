"""The folder of a hospital on one machine: configuration, tokens and secrets, each made once, for its owner only."""

import base64
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from suture.people import digest
from suture.trouble import FolderRefused
from suture.up.hospital import PEOPLE, Ports, hospital_toml
from suture.up.plan import SANDBOX, Plan

SCOPES: Mapping[str, tuple[str, ...]] = {
    "erp": ("FI_DISP", "FI_POST", "MM_DISP"),
    "inventory": ("catalog:read", "catalog:approve", "stock:read", "stock:write", "uses:read", "uses:write"),
    "billing": ("acct.read", "cdm.read", "chg.read", "chg.write"),
    "supplier": ("trade", "inquire"),
}
"""What the engine's credential may do in each sandbox system, in the vendor's own words."""

CONFIG = "hospital.toml"
UNFINISHED = {"people", "systems", "logs", ".suture", f"{CONFIG}.new"}
"""All that a folder can hold before its configuration."""


@dataclass(frozen=True)
class Home:
    """Where one hospital keeps its files."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / CONFIG

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


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder, made where it is absent, for one household at a time; given up with the process, however it ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The folder itself is what is locked: a file in it would go when it is cleared.
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            flock(held, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise FolderRefused(f"{folder} is in use by another suture up or demo: stop that one first") from None
        yield
    finally:
        os.close(held)


def clear(folder: Path) -> None:
    """Empty the folder of an earlier demonstration; refuses one that does not look like one."""
    found = {path.name for path in folder.iterdir()}
    if CONFIG not in found and not found <= UNFINISHED:
        raise FolderRefused(f"{folder} is no folder of a demonstration: move it away, or choose another one")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def furnish(folder: Path, ports: Ports, *, temporal: str = "", plan: Plan = SANDBOX) -> Home:
    """Make the hospital of the plan where there is no configuration yet; a hospital that is there is left as it is.

    `temporal` is the address of the server to use; without it, one of our own.
    """
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
    for peer in plan.peers:
        _secret(home.system_token(peer), secrets.token_urlsafe(24))
    tokens = {person: _secret(home.token_file(person), secrets.token_urlsafe(24)) for person in PEOPLE}
    _secret(home.folder / ".suture" / "token", next(iter(tokens.values())))
    digests = {person: digest(token) for person, token in tokens.items()}
    new = home.folder / f"{CONFIG}.new"
    new.write_text(hospital_toml(ports, digests, temporal=temporal, plan=plan), encoding="utf-8")
    os.replace(new, home.config)
    return home


def _secret(file: Path, content: str) -> str:
    """Write a secret that only its owner can read, unless there is one; answers what the file holds."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(content)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    return content
