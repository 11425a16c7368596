"""The two facilities of the hospital, as each system names them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Campus:
    """What ERP, order desk and inventory call a facility."""

    plant: str
    account: str
    name: str


CAMPUSES = {"NORTH": Campus("1000", "70010", "northCampus"), "SOUTH": Campus("2000", "70020", "southCampus")}
