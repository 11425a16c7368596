"""What can go wrong with the store itself.

StoreError
  StoreNotMigrated    its tables are not those of this version: run `suture store migrate`
  StoreUnavailable    it cannot be reached, is locked or full: what was asked may be asked again
"""


class StoreError(Exception):
    """Root of the store's errors; messages are constant words without values."""


class StoreNotMigrated(StoreError):
    """The tables are not those of this version."""

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(
            f"the store is at revision {found or 'none'}, this version needs {expected}; run: suture store migrate"
        )
        self.found = found
        self.expected = expected


class StoreUnavailable(StoreError):
    """The database cannot be reached, is locked or full."""
