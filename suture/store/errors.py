"""What can go wrong with the store itself.

StoreError
  StoreNotMigrated    its tables are not those of this version: run `suture store migrate`
  StoreUnavailable    it cannot be reached, is locked, full or damaged: what was asked may be asked again
"""

MIGRATE = "suture store migrate"


class StoreError(Exception):
    """Root of the store's errors; messages are constant words without values."""


class StoreNotMigrated(StoreError):
    """There is no store, or its tables are not those of this version: what is wrong, and what to do."""

    def __init__(self, found: str | None, expected: str, *, newer: bool = False) -> None:
        if found is None:
            self.what = "there is no store where [store] url says"
            self.do = "is its volume mounted? else restore it from its backup; only for a new installation: " + MIGRATE
        elif newer:
            self.what = f"the store is at revision {found}, which this version does not know; it knows {expected}"
            self.do = "a newer version has migrated it: run that version, or restore the store from before"
        else:
            self.what = f"the store is at revision {found}, this version needs {expected}"
            self.do = f"stop gateway and worker, then run: {MIGRATE}"
        super().__init__(f"{self.what}; {self.do}")
        self.found = found
        self.expected = expected


class StoreUnavailable(StoreError):
    """The database cannot be reached, is locked, full or damaged."""
