"""Logs: one JSON object a line on stderr (plain words on a terminal), with the correlation id on every line."""

import json
import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from canonical.errors import Failure
from canonical.evidence import Evidence
from suture.telemetry.context import here
from suture.telemetry.scrub import Mask, bare

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
_FRAMES = 8
_HERE = "_suture_here"


def start_logs(
    service: str,
    *,
    level: int = logging.INFO,
    mask: Iterable[str] = (),
    stream: TextIO | None = None,
    plain: bool | None = None,
) -> None:
    """Send all logs of this process to one place. `mask` are the forms of the hospital's own patient numbers."""
    stream = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(stream)
    handler.addFilter(_whereabouts)
    handler.addFilter(_told_before)
    words = stream.isatty() if plain is None else plain
    handler.setFormatter((_Plain if words else _Json)(service, Mask(mask)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    # These write the details of a run or attempt into the message itself; here they are fields.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    for name in _UVICORN:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").addFilter(_without_query)
    # httpx logs whole URLs at INFO, alembic two lines for each look at the revision.
    for name in ("httpx", "httpcore", "urllib3", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _whereabouts(record: logging.LogRecord) -> bool:
    """Put the correlation id and place of the moment on the record, while it is still the moment."""
    if not hasattr(record, _HERE):
        correlation, place = here()
        # As one attribute: a record has a `process` of its own.
        found = {"facility": place.facility, "process": place.process, "system": place.system}
        found |= {"correlation_id": correlation, "operation": place.operation}
        setattr(record, _HERE, {key: value for key, value in found.items() if value})
    return True


def _told_before(record: logging.LogRecord) -> bool:
    """The SDK logs a failed attempt with its text; our interceptor has told it without."""
    return getattr(record, "__temporal_error_identifier", "") != "ActivityFailure"


def _without_query(record: logging.LogRecord) -> bool:
    """uvicorn's access line: client, method, path with query, HTTP version, status."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, version, status = record.args
        record.args = (client, method, bare(str(path)), version, status)
    return True


class _Fields(logging.Formatter):
    def __init__(self, service: str, mask: Mask) -> None:
        super().__init__()
        self._service = service
        self._mask = mask

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the record says beside its words: scalars only, so that no document is ever among them."""
        given = {key: value for key, value in vars(record).items() if key not in _OF_EVERY_RECORD}
        for details in (given.pop("temporal_workflow", None), given.pop("temporal_activity", None)):
            if isinstance(details, dict):
                given |= {key: details[key] for key in ("workflow_id", "run_id") if key in details}
        kept: dict[str, Any] = dict(getattr(record, _HERE, {})) | {
            key: self._mask(value) if isinstance(value, str) else value
            for key, value in given.items()
            if isinstance(value, str | int | float) and value != "" and not key.startswith("_")
        }
        if record.exc_info and record.exc_info[1]:
            kept["exceptions"] = [_described(error) for error in _chain(record.exc_info[1])]
        return kept

    def words(self, record: logging.LogRecord) -> str:
        """The message."""
        return self._mask(record.getMessage())


class _Json(_Fields):
    def format(self, record: logging.LogRecord) -> str:
        """One object."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.words(record),
            "service": self._service,
            "correlation_id": "",
        }
        return json.dumps(line | self.fields(record), default=str, ensure_ascii=False)


class _Plain(_Fields):
    def format(self, record: logging.LogRecord) -> str:
        """Words first, then the fields."""
        fields = self.fields(record)
        errors = fields.pop("exceptions", [])
        told = " ".join(f"{key}={value}" for key, value in fields.items())
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        lines = [f"{clock} {record.levelname:<7} {self.words(record)}  {told}".rstrip()]
        lines += [f"    {error['type']} {error.get('summary', '')} at {error['at']}" for error in errors]
        return "\n".join(lines)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what led to it."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return chain


def _described(error: BaseException) -> dict[str, Any]:
    """Type and place. The text of an exception may quote a document or a vendor, and is kept out, but for our own."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    at = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    described: dict[str, Any] = {"type": type(error).__qualname__, "at": at}
    if isinstance(error, Failure):
        described |= {"summary": error.summary, "category": error.category, "system": error.system}
    elif isinstance(error, ApplicationError) and error.details and isinstance(error.details[0], Evidence):
        described |= {"summary": error.message, "category": error.type or ""}
    return described
