"""Systems are found by their kinds' entry points, built from their own tables, and checked against the routes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pydantic import BaseModel

from canonical import kinds as documents
from canonical.model import Frozen
from canonical.ports import Storeroom
from connectors.systems.tryton.connector import SYSTEM as TRYTON
from suture import assembly
from suture.assembly import PORTS, assemble, kinds, not_kept, offers, serves
from suture.configuration import read
from suture.problems import ConfigurationError
from suture.settings import Settings
from tests.support.hospital import write_hospital


class OwnSettings(Frozen):
    """What a system of the kind below is configured with."""

    address: str
    token_file: Path


@dataclass
class Offering:
    """A system that offers the verbs of some domains, and fails to close where it is told to."""

    name: str
    settings: BaseModel
    verbs: tuple[str, ...]
    stubborn: bool = False
    closed: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name in self.verbs:
            return lambda: None
        raise AttributeError(name)

    async def close(self) -> None:
        self.closed.append(self.name)
        if self.stubborn:
            raise OSError("cannot close")


class Kind:
    """A kind of system that offers these domains."""

    settings = OwnSettings

    def __init__(self, *domains: str) -> None:
        self.verbs = tuple(verb for domain, port in PORTS.items() if domain in domains for verb in vars(port))

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> Offering:
        return Offering(name, settings, self.verbs)


INVENTORY, BILLING, ERP = Kind("inventory"), Kind("billing"), Kind("finance")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The three kinds of the test's hospital, as if installed."""
    points = {
        f"sandbox-{name}": EntryPoint(f"sandbox-{name}", f"{__name__}:{attribute}", assembly.GROUP)
        for name, attribute in (("inventory", "INVENTORY"), ("billing", "BILLING"), ("erp", "ERP"))
    }
    monkeypatch.setattr(assembly, "installed", lambda: points)


def _settings(folder: Path, *, old: str = "", new: str = "") -> Settings:
    file = write_hospital(folder, change=(old, new))
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text("x")
    text = file.read_text()
    for name in ("inventory", "billing", "erp"):
        head = f"[systems.{name}.settings]"
        text = text.replace(f"{head}\n", f'{head}\naddress = "http://{name}"\ntoken_file = "token"\n')
    file.write_text(text)
    return read(file)


def _refused(settings: Settings) -> str:
    with pytest.raises(ConfigurationError) as caught:
        assemble(settings, outgoing=dict)
    return str(caught.value)


@pytest.mark.usefixtures("installed")
async def test_each_domain_holds_the_systems_that_serve_it(tmp_path: Path) -> None:
    built = assemble(_settings(tmp_path), outgoing=dict)
    assert sorted(built.systems) == ["billing", "erp", "inventory"]
    assert [list(domain) for domain in (built.inventory, built.billing, built.finance)] == [
        ["inventory"],
        ["billing"],
        ["erp"],
    ]
    assert built.systems["erp"].settings == OwnSettings(address="http://erp", token_file=tmp_path / "token")  # type: ignore[attr-defined]


@pytest.mark.usefixtures("installed")
def test_a_route_to_a_system_without_the_domain_is_refused(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path, old='domain = "finance", system = "erp"', new='domain = "finance", system = "billing"'
    )
    assert "[facilities.NORTH.routes[2]] system: expected a system that serves finance: erp" in _refused(settings)


@pytest.mark.usefixtures("installed")
def test_a_systems_own_table_is_held_to_its_kinds_model(tmp_path: Path) -> None:
    settings = _settings(tmp_path, old="[systems.erp.settings]\n", new="[systems.erp.settings]\nadress = 7\n")
    told = _refused(settings)
    assert "hospital.toml: [systems.erp.settings] adress: unknown key; did you mean address?" in told


@pytest.mark.usefixtures("installed")
def test_a_secret_of_a_system_is_missing_or_open_to_others(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    (tmp_path / "token").chmod(0o644)
    assert "[systems.billing.settings] token_file: expected" in _refused(settings)
    (tmp_path / "token").unlink()
    assert "there is none" in _refused(settings)


@pytest.mark.usefixtures("installed")
def test_a_kind_that_is_not_installed_is_told_with_those_that_are(tmp_path: Path) -> None:
    settings = _settings(tmp_path, old='kind = "sandbox-erp"', new='kind = "sandbox-epr"')
    expected = (
        "[systems.erp] kind: expected an installed kind of system: sandbox-billing, sandbox-erp, sandbox-inventory"
    )
    assert expected in _refused(settings)


def test_a_kind_that_cannot_be_loaded_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module:SYSTEM", assembly.GROUP)
    names = ("sandbox-inventory", "sandbox-billing", "sandbox-erp")
    monkeypatch.setattr(assembly, "installed", lambda: dict.fromkeys(names, broken))
    assert "no_such_module:SYSTEM: ModuleNotFoundError" in _refused(_settings(tmp_path))


@pytest.mark.usefixtures("installed")
async def test_one_system_that_does_not_close_keeps_no_other_open(tmp_path: Path) -> None:
    built = assemble(_settings(tmp_path), outgoing=dict)
    systems = list(built.systems.values())
    systems[0].stubborn = True  # type: ignore[attr-defined]
    with pytest.raises(ExceptionGroup, match="did not close"):
        await built.close()
    assert [system.closed for system in systems] == [["inventory"], ["billing"], ["erp"]]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("installed")
def test_kinds_are_found_without_building_anything(tmp_path: Path) -> None:
    found: dict[str, object] = {**kinds(_settings(tmp_path))}
    assert found == {"inventory": INVENTORY, "billing": BILLING, "erp": ERP}


def test_purchasing_is_served_only_with_a_book_of_every_document_but_reservations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"base_url": "http://tryton", "database": "d", "login": "engine", "password_file": "/none"}
    tryton = TRYTON.build("tryton", TRYTON.settings.model_validate(table), outgoing=dict)
    assert serves(tryton, "procurement")
    assert "reservation" not in tryton.books()
    assert not_kept(tryton, "procurement") == not_kept(tryton, "finance") == ()
    assert offers(tryton, Storeroom)
    assert not_kept(tryton, "inventory") == ()
    books = {kind: book for kind, book in tryton.books().items() if kind is not documents.Kind.expected}
    monkeypatch.setattr(tryton, "books", lambda: books)
    assert not_kept(tryton, "inventory") == (documents.Kind.expected,)


def test_an_inventory_system_that_is_no_storeroom_keeps_no_book_of_purchasing() -> None:
    shelves = Offering("x", OwnSettings(address="x", token_file=Path("x")), INVENTORY.verbs)
    assert not_kept(shelves, "inventory") == (
        documents.Kind.lots_in,
        documents.Kind.lots_out,
        documents.Kind.transfer,
        documents.Kind.expected,
    )


@pytest.mark.usefixtures("installed")
def test_a_route_to_a_system_without_all_the_books_is_refused_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "not_kept", lambda system, domain: ("receipt",) if domain == "finance" else ())
    told = _refused(_settings(tmp_path))
    assert "[facilities.NORTH.routes[2]] system: expected a system that serves finance: there is none" in told
    assert "erp keeps no receipt" in told


def test_a_system_serves_a_domain_only_with_every_verb() -> None:
    whole = Offering("x", OwnSettings(address="x", token_file=Path("x")), INVENTORY.verbs)
    assert serves(whole, "inventory")
    assert not serves(whole, "billing")
    whole.verbs = whole.verbs[:-1] if not whole.verbs[-1].startswith("_") else ("move",)
    assert not serves(whole, "inventory")
