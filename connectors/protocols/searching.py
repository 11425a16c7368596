"""Look-ups of many keys: no more in one call than the vendor takes."""

from collections.abc import Iterator, Sequence

KEYS_PER_SEARCH = 100


def portions(keys: Sequence[str], *, most: int = KEYS_PER_SEARCH) -> Iterator[Sequence[str]]:
    """The keys, so many at a time."""
    for start in range(0, len(keys), most):
        yield keys[start : start + most]
