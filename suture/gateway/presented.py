"""The secret that a source presents in a header of its own, where its system cannot sign: FHIR subscriptions, for one."""

import hmac
from collections.abc import Sequence
from pathlib import Path

from suture.settings import Settings
from suture.webhook_secret import webhook_secret


class Presented:
    """The header of one source, and its live secrets: each as it stands in its file, its prefix included."""

    def __init__(self, header: str, secrets: Sequence[str]) -> None:
        self.header = header
        self._secrets = tuple(secret.encode() for secret in secrets)

    def prove(self, given: str) -> bool:
        """Whether this is one of the secrets. Every one is compared, in constant time."""
        proven = False
        for secret in self._secrets:
            proven |= hmac.compare_digest(secret, given.encode("utf-8", "replace"))
        return proven


def presented_of(settings: Settings) -> dict[str, Presented]:
    """Of every source that presents its secret; the secrets were looked at when the configuration was checked."""
    return {
        name: Presented(source.secret_header, [*map(_text, source.secrets)])
        for name, source in settings.sources.items()
        if source.secret_header is not None
    }


def _text(file: Path) -> str:
    webhook_secret(file)
    return file.read_text(encoding="ascii").strip()
