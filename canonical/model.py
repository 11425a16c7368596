"""The form that every canonical model has: frozen, and closed against fields nobody declared."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that never changes after it was made; an unknown field is an error, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")
