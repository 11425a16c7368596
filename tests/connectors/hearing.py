"""Hears a system's webhooks as the door does, by a table that names nothing of its own unless a test says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canonical.inbound import Inbound
from canonical.ports import SystemKind


def hear(kind: SystemKind, body: Mapping[str, Any], **names: Any) -> Inbound:
    """The body as an event of the engine."""
    table = {"base_url": "http://127.0.0.1:9", "token_file": Path("token"), **names}
    return kind.translate(body, kind.settings.model_validate(table))
