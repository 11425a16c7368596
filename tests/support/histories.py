"""Kept histories as people can read and compare them: payloads decoded, and nothing of the machine that made them."""

import base64
import json
from typing import Any

MACHINE = {"identity": "worker", "stackTrace": "", "binaryChecksum": "", "buildId": "test"}


def readable(part: Any) -> Any:
    """The history with JSON payloads in clear under `json`, and without traces of the machine."""
    if isinstance(part, list):
        return [readable(one) for one in part]
    if not isinstance(part, dict):
        return part
    if set(part) >= {"metadata", "data"} and _text(part["metadata"].get("encoding", "")) == "json/plain":
        metadata = {name: _text(value) for name, value in part["metadata"].items() if name != "encoding"}
        return {"json": json.loads(_text(part["data"])), "metadata": metadata}
    return {name: MACHINE.get(name, readable(value)) for name, value in part.items()}


def payloads(part: Any) -> Any:
    """The inverse, for the replayer."""
    if isinstance(part, list):
        return [payloads(one) for one in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"json", "metadata"}:
        metadata = {name: _base64(value) for name, value in part["metadata"].items()}
        data = json.dumps(part["json"], separators=(",", ":"))
        return {"metadata": {"encoding": _base64("json/plain"), **metadata}, "data": _base64(data)}
    return {name: payloads(value) for name, value in part.items()}


def _text(value: str) -> str:
    return base64.b64decode(value).decode()


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
