"""Reads `hospital.toml` into `Settings`: once, by the entry points."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from canonical.policy import Policy
from suture.problems import ConfigurationError, Problem, problems_of
from suture.secret_files import UnfitSecretFile
from suture.settings import Settings
from suture.webhook_secret import webhook_secret

VARIABLE = "SUTURE_CONFIG"
DEFAULT = "hospital.toml"


def configured_file(environ: Mapping[str, str]) -> Path:
    """The file that `SUTURE_CONFIG` names, `./hospital.toml` where it is unset or blank. For entry points only."""
    return Path(environ.get(VARIABLE, "").strip() or DEFAULT)


def read(file: Path) -> Settings:
    """Read and check the file; `ConfigurationError` tells all that is wrong. Relative paths count from its folder."""
    file = file.absolute()
    text = _text(file)
    try:
        settings = Settings.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise ConfigurationError(*problems_of(error, file=file, model=Settings)) from None
    settings = settings.placed(file)
    _check_secrets(settings, file)
    return settings


def as_json(raw: Mapping[str, Any]) -> str:
    """A parsed table as JSON, so that strict validation takes paths, dates and lists but no number for a string."""

    def plain(value: object) -> object:
        return value.isoformat() if isinstance(value, date) else str(value)

    return json.dumps(raw, default=plain)


def _text(file: Path) -> str:
    """The file as JSON, with what its tables inherit."""
    try:
        # A pipe would be waited for.
        if file.exists() and not file.is_file():
            raise ConfigurationError(Problem(file, "", "", "expected a file, this is a folder, a pipe or a device"))
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        _inherit(raw)
        return as_json(raw)
    except FileNotFoundError:
        expected = f"expected a file, there is none; name one in {VARIABLE}"
    except (OSError, UnicodeDecodeError) as error:
        expected = f"expected a readable text file: {type(error).__name__}"
    except tomllib.TOMLDecodeError as error:
        expected = f"expected TOML: {error}"
    except RecursionError:
        expected = "expected tables and lists that are nested less deeply"
    except ValueError:
        # Python reads and writes whole numbers up to some thousand digits only.
        expected = "expected numbers of an ordinary length"
    raise ConfigurationError(Problem(file, "", "", expected))


def _inherit(raw: dict[str, Any]) -> None:
    """The policy takes its unset parts from the defaults, facilities theirs from the hospital and its policy."""
    if isinstance(raw.get("policy"), dict):
        raw["policy"] = _over(Policy().model_dump(mode="json"), raw["policy"])
    hospital, facilities = raw.get("hospital"), raw.get("facilities")
    if isinstance(hospital, dict) and isinstance(facilities, dict):
        shared = {key: hospital[key] for key in ("legal_entity", "currency") if key in hospital}
        for name, facility in facilities.items():
            if isinstance(facility, dict):
                facilities[name] = {**shared, **facility} | _purchasing(facility, raw.get("policy"))


def _purchasing(facility: dict[str, Any], policy: object) -> dict[str, Any]:
    """What a facility says of purchasing, laid over what the hospital says of it."""
    own = facility.get("purchasing")
    everywhere = policy.get("purchasing") if isinstance(policy, dict) else None
    return {"purchasing": _over(everywhere, own)} if isinstance(own, dict) and isinstance(everywhere, dict) else {}


def _over(default: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in given.items():
        below = default.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _check_secrets(settings: Settings, file: Path) -> None:
    problems = []
    for name, source in settings.sources.items():
        for secret in source.secrets:
            try:
                webhook_secret(secret)
            except UnfitSecretFile as error:
                problems.append(Problem(file, f"sources.{name}", "secrets", str(error)))
    if problems:
        raise ConfigurationError(*problems)
