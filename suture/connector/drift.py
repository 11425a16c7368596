"""What a system says of its fields, beside what was recorded when its connector was written."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from canonical.model import Frozen

RECORD = "schema.json"
"""The record lies under this name in the connector's own folder."""
NEEDED = ", required"
"""A type ends so where the field must be given."""


class Schema(Frozen):
    """The fields of one version of a system, each by its place, with its type."""

    version: str
    fields: Mapping[str, str]


class Unreadable(Exception):
    """The record is not what `write` has written."""


class Drift(Frozen):
    """One field that is not as it was recorded; none stands for a field that is not there."""

    field: str
    was: str | None
    now: str | None

    @property
    def words(self) -> str:
        """Added, removed, or of another type."""
        if self.was is None:
            return f"{self.field}: added ({self.now})"
        if self.now is None:
            return f"{self.field}: removed (was {self.was})"
        return f"{self.field}: changed from {self.was} to {self.now}"

    @property
    def breaks(self) -> bool:
        """Whether what the connector sends or reads may no longer fit; a new field that may be left out harms nobody."""
        return self.was is not None or (self.now or "").endswith(NEEDED)


def drifts(recorded: Schema, live: Schema) -> Iterator[Drift]:
    """Field by field, in the order of their places."""
    for field in sorted(recorded.fields.keys() | live.fields.keys()):
        was, now = recorded.fields.get(field), live.fields.get(field)
        if was != now:
            yield Drift(field=field, was=was, now=now)


def read(folder: Path) -> Schema | None:
    """The record in a connector's folder; none where nothing was recorded."""
    file = folder / RECORD
    if not file.exists():
        return None
    try:
        return Schema.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise Unreadable(f"{file} is not a record of a schema") from None


def write(folder: Path, schema: Schema) -> Path:
    """Record a schema anew; answers its file."""
    file = folder / RECORD
    file.write_text(schema.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return file
