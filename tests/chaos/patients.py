"""Two patients who never lived, and everything by which they could be known, for the scan that looks for it."""

from dataclasses import dataclass
from datetime import date

from tests.support.scan import Plant


@dataclass(frozen=True)
class Patient:
    """Numbers are of letters and digits that a token may hold, so that a tokeniser switched off can leave them clear."""

    last: str
    first: str
    born: date
    mrn: str
    account: str
    case: str

    @property
    def block(self) -> dict[str, str]:
        """The demographics that the inventory system sends along without being asked."""
        return {"mrn": self.mrn, "name": f"{self.last}, {self.first}", "birthDate": self.born.isoformat()}

    @property
    def described(self) -> str:
        """As people write of somebody when they should not."""
        return f"{self.last}, {self.first}, born {self.born:%m/%d/%Y}, {self.mrn}"

    @property
    def plants(self) -> tuple[Plant, ...]:
        """What the scan looks for."""
        return (
            Plant.text(f"name of {self.case}", self.last),
            Plant.text(f"first name of {self.case}", self.first),
            Plant.day(f"birth date of {self.case}", self.born),
            Plant.text(f"record number of {self.case}", self.mrn),
            Plant.text(f"account of {self.case}", self.account),
            Plant.text(f"case number {self.case}", self.case),
        )


ROSA = Patient(
    "ÇELEBÍOĞLU-QUETZALBY", "WILHELMINA-JOSEPHA", date(1937, 4, 19), "MRN7654326", "A2673452764", "CQ7ZXKW4N2P"
)
OTTO = Patient("ÅSTRÖM-VANDERQUIST", "BARTHOLOMÉUS", date(1948, 12, 23), "MRN5263747", "A7526347263", "CW6YVJT5R3K")
PATIENTS = (ROSA, OTTO)
PLANTS = (*ROSA.plants, *OTTO.plants)
