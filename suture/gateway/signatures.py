"""Checks the signature of a webhook as Standard Webhooks say: HMAC-SHA-256 over id, timestamp and the raw body.

The library `standardwebhooks` decodes the body to text first, so that a well-signed body in another encoding would look
unsigned to it; here the bytes are signed as they came. A test holds that both agree on every body that is text.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence

from suture.settings import Settings
from suture.webhook_secret import SHORTEST, webhook_secret

WINDOW = 300
"""Seconds that the sender's clock may be off, either way."""

_SIGNATURES_AT_MOST = 16


class Signatures:
    """The live secrets of one source."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def prove(self, body: bytes, *, event_id: str, timestamp: str, given: str, now: float) -> bool:
        """Whether one of the given signatures is of one of our secrets, and fresh. Every pair is compared."""
        timely = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
        timely = timely and abs(now - int(timestamp)) <= WINDOW
        # Header bytes arrive decoded as Latin-1; so they become again what was signed.
        message = f"{event_id}.{timestamp}.".encode("latin-1") + body
        candidates = [word[3:].encode("latin-1") for word in given.split(" ") if word.startswith("v1,")]
        proven = False
        for key in self._keys:
            expected = base64.b64encode(hmac.digest(key, message, "sha256"))
            for candidate in candidates[:_SIGNATURES_AT_MOST]:
                proven |= hmac.compare_digest(expected, candidate)
        return bool(event_id) and timely and proven


def signatures_of(settings: Settings) -> dict[str, Signatures]:
    """The signatures of every source that signs; the secrets were looked at when the configuration was checked."""
    signing = {name: source for name, source in settings.sources.items() if source.secret_header is None}
    return {name: Signatures([*map(webhook_secret, source.secrets)]) for name, source in signing.items()}


def unknown_source() -> Signatures:
    """Secrets that nobody has, so that an unknown source costs the same time as a known one."""
    return Signatures([secrets.token_bytes(SHORTEST)])
