"""Patients that never lived: names, record numbers and birth dates drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

_LAST = (
    "ABERNATHY BLACKWOOD CASTELLANO DUVALIER ECHEVERRIA FITZWILLIAM GREENSTEIN HALVERSON IBARRURI JANKOWSKI KOWALCZYK "
    "LINDQVIST MONTEVERDE NAKAMURA OKONKWO PELLETIER QUIMBY ROSENTHAL SZYMANSKI THORVALDSEN UNDERHILL VILLANUEVA "
    "WESTERGAARD XAVIER YOSHIMURA ZELENKA"
).split()
_FIRST = (
    "ADELAIDE BARTHOLOMEW CORDELIA DESMOND EUGENIA FERDINAND GWENDOLYN HORATIO ISADORA JEREMIAH KATHARINA LEOPOLD "
    "MARGUERITE NATHANIEL OPHELIA PERCIVAL QUENTIN ROSALIND SEBASTIAN THEODORA ULYSSES VERONICA WINIFRED XIMENA "
    "YEVGENY ZACHARIAH"
).split()


@dataclass(frozen=True)
class Patient:
    """Who an account belongs to."""

    mrn: str
    last: str
    first: str
    birth_dt: str


def patient(*, seed: int, number: int) -> Patient:
    """The patient of the case with this number; the same for the same seed."""
    drawn = random.Random(f"patient/{seed}/{number}")
    born = date(1931, 1, 1) + timedelta(days=drawn.randrange(32000))
    return Patient(
        mrn=f"MRN{70000000 + (number * 7919 + seed * 104729) % 9999991:08d}",
        last=drawn.choice(_LAST),
        first=drawn.choice(_FIRST),
        birth_dt=born.isoformat(),
    )
