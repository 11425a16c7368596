"""`hospital.toml` becomes one frozen model; whatever is wrong is told with file, table, key and what was expected."""

from datetime import date, timedelta
from decimal import Decimal
from os import mkfifo
from pathlib import Path

import pytest
from pydantic import ValidationError

from canonical.documents.charge import CaseStatus
from suture.configuration import configured_file, read
from suture.people import People, digest
from suture.problems import ConfigurationError
from tests.support.hospital import TOKEN, write_hospital


def _refused(folder: Path, old: str, new: str) -> str:
    file = write_hospital(folder, change=(old, new))
    with pytest.raises(ConfigurationError) as caught:
        read(file)
    return str(caught.value).replace(str(folder), "")


def _temporal(line: str) -> tuple[str, str]:
    return "[policy.confirmation]", f"[temporal]\n{line}\n[policy.confirmation]"


def _privacy(form: str) -> tuple[str, str]:
    return "[policy.confirmation]", f"[privacy]\npatient_numbers = ['PT[0-9]+', '{form}']\n[policy.confirmation]"


def test_a_facility_takes_from_the_hospital_what_it_does_not_say(tmp_path: Path) -> None:
    settings = read(write_hospital(tmp_path))
    north = settings.facilities["NORTH"]
    assert (north.legal_entity, north.currency, north.charge_when) == ("MG", "USD", CaseStatus.verified)


def test_the_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(write_hospital(tmp_path))
    with pytest.raises(ValidationError):
        settings.hospital.name = "Another"


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = read(write_hospital(tmp_path))
    assert settings.keys.file == tmp_path / "suture.keys"
    assert settings.store.url == f"sqlite:///{tmp_path / 'suture.db'}"
    assert settings.sources["inventory"].secrets == (tmp_path / "inventory.secret",)
    assert settings.file == tmp_path / "hospital.toml"


def test_a_policy_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    policy = read(write_hospital(tmp_path)).policy_for("NORTH", "usage-to-charge")
    assert policy.confirmation.overdue == timedelta(hours=6)
    assert policy.confirmation.look_again == timedelta(minutes=5)
    assert policy.charge_when is CaseStatus.verified


def test_the_route_is_the_latest_that_has_begun(tmp_path: Path) -> None:
    line = '{ domain = "finance", system = "erp", since = 2026-01-01 },'
    later = line + '\n{ domain = "finance", system = "erp2", since = 2026-07-01 },'
    file = write_hospital(tmp_path, change=(line, later))
    file.write_text(file.read_text() + '\n[systems.erp2]\nkind = "sandbox-erp"\n')
    settings = read(file)
    assert [leg.system for leg in settings.route("NORTH", date(2026, 6, 30))] == ["inventory", "billing", "erp"]
    assert settings.route("NORTH", date(2026, 7, 1))[2].queue == "system-erp2"
    with pytest.raises(KeyError, match="no inventory route on 2025-12-31"):
        settings.route("NORTH", date(2025, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "rate_per_second = 50",
            "rate_per_secnd = 50",
            "[systems.inventory] rate_per_secnd: unknown key; did you mean",
        ),
        (
            "ignore_fields",
            "zzz",
            "[sources.inventory] zzz: unknown key; expected one of ignore_fields, rate_per_second",
        ),
        (
            "rate_per_second = 50",
            'rate_per_second = "50"',
            "[systems.inventory] rate_per_second: expected a valid number",
        ),
        ('currency = "USD"', "", "[hospital] currency: expected a value, the key is missing"),
        ('currency = "USD"', 'currency = "usd"', "[hospital] currency: expected the three capital letters"),
        ("America/Chicago", "America/Nowhere", "[facilities.NORTH] timezone: expected a time zone of the tz database"),
        ('"case-verified"', '"sometime"', "[facilities.NORTH] charge_trigger: expected 'scan', 'case-verified' or"),
        ("since = 2026-01-01", 'since = "soon"', "[facilities.NORTH.routes[0]] since: expected a date, for example"),
        (
            'system = "erp"',
            'system = "epr"',
            "[facilities.NORTH.routes] system: expected one of billing, erp, inventory",
        ),
        (
            'domain = "finance"',
            'domain = "billing"',
            "[facilities.NORTH.routes] since: expected one billing route per day",
        ),
        (
            '{ domain = "finance", system = "erp", since = 2026-01-01 },',
            "",
            "[facilities.NORTH] routes: expected a route for finance",
        ),
        (
            'system = "inventory"\nsecrets',
            'system = "x"\nsecrets',
            "[sources.inventory] system: expected one of billing",
        ),
        ('["inventory.secret"]', "[]", "[sources.inventory] secrets: expected at least 1 item"),
        (
            '"inventory.secret"',
            '"absent"',
            "[sources.inventory] secrets: expected a secret file at /absent, there is none",
        ),
        ('"reader"', '"emperor"', "[people.dana.roles[1]"),
        (
            "[policy.confirmation]",
            "[policy.confirmations]",
            "[policy] confirmations: unknown key; did you mean confirmation",
        ),
        ('overdue = "PT6H"', 'overdue = "soon"', "[policy.confirmation] overdue: expected a duration"),
        (
            "[policy.confirmation]",
            '[policy]\ncharge_when = "open"\n[policy.confirmation]',
            "[policy] charge_when: expected",
        ),
        ("[systems.erp]", "[systems.ERP]", "[systems] ERP: not a name for a table: expected at most 40 small letters"),
        ("[facilities.NORTH]", '[facilities."N O"]', "[facilities] N O: not a name for a table: expected at most 64"),
        (
            '[hospital]\nname = "Mercy General"\nlegal_entity = "MG"\ncurrency = "USD"',
            "",
            "[hospital]: expected this table",
        ),
        (
            "[policy.confirmation]",
            "[facilities.NORTH.purchasing.receiving]\nover = 101\n[policy.confirmation]",
            "[facilities.NORTH.purchasing.receiving] over: expected less than or equal to 100",
        ),
        ("[facilities.NORTH]", "[policy.no_such.thing]", "[facilities.<name>]: expected this table"),
        (*_temporal('address = "nowhere"'), "[temporal] address: expected host:port, for example 127.0.0.1:7233"),
        (*_temporal('ui_url = "foo"'), "[temporal] ui_url: expected a web address, for example http://"),
        (*_temporal('ui_url = "http://"'), "[temporal] ui_url: expected a web address"),
        (*_temporal('ui_url = "http://h:99999"'), "[temporal] ui_url: expected a web address"),
        (*_temporal('ui_url = "http://h/?q"'), "[temporal] ui_url: expected a web address"),
        *(
            (*_privacy(form), "[privacy] patient_numbers[1]: expected a regular expression that asks for a letter")
            for form in ("[0-9", "(MRN)[0-9]+", "[0-9]*", "a(?i)b", "(?x)[0-9] # number", "9{99999999999}")
        ),
        ('name = "Mercy General"', "name = 7\nhospital = 1", "[hospital] hospital: unknown key"),
        ("limit = 2500.50", 'limit = 1\n"two\\nlines" = 1', "[people.dana] two?lines: unknown key"),
        ("[hospital]", "[hospital", "/hospital.toml: expected TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_table_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    message = _refused(tmp_path, old, new)
    assert message.startswith("/hospital.toml: ")
    assert told in message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a = " + "[" * 5000, "nested less deeply"),
        (".".join(["a"] * 5000) + " = 1", "nested less deeply"),
        (".".join(["a"] * 400) + " = 1", "nested less deeply"),
        ("name = " + "9" * 5000, "numbers of an ordinary length"),
        ("name = 0x" + "9" * 5000, "numbers of an ordinary length"),
        ("name = 1e1000000000000000000", "[hospital]: expected this table"),
        ("hospital = 3", "hospital: expected a table"),
        ("name = 'a\0'", "expected TOML"),
    ],
)
def test_a_file_that_no_parser_should_be_given_is_told_in_one_line(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "hospital.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read(file)
    assert told in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    mkfifo(tmp_path / "hospital.toml")
    with pytest.raises(ConfigurationError, match="expected a file, this is a folder, a pipe or a device"):
        read(tmp_path / "hospital.toml")


def test_the_web_ui_is_named_without_a_slash_at_its_end(tmp_path: Path) -> None:
    settings = read(write_hospital(tmp_path, change=_temporal('ui_url = "https://temporal.hospital/ui/"')))
    assert settings.temporal.ui_url == "https://temporal.hospital/ui"


def test_the_hospital_tells_the_forms_of_its_own_patient_numbers(tmp_path: Path) -> None:
    settings = read(write_hospital(tmp_path, change=_privacy("(?i)pat-[0-9]{7}")))
    assert settings.privacy.patient_numbers == ("PT[0-9]+", "(?i)pat-[0-9]{7}")
    assert read(write_hospital(tmp_path)).privacy.patient_numbers == ()


def test_all_problems_are_told_at_once_one_line_each(tmp_path: Path) -> None:
    message = _refused(tmp_path, 'name = "Mercy General"\nlegal_entity = "MG"', 'nam = "Mercy"\nlegal_entity = 7')
    lines = message.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith("/hospital.toml: [") for line in lines)


def test_an_error_never_holds_the_value(tmp_path: Path) -> None:
    planted = "PLANTED-SECRET"
    for old in ('"USD"', '"America/Chicago"', '"sandbox-erp"\n[', '"reader"', '"PT6H"', "2500.50", '"case-verified"'):
        new = f'["{planted}"]' if not old.endswith("[") else f'["{planted}"]\n['
        assert planted not in _refused(tmp_path, old, new)
    url = f'[store]\nurl = "mysql://u:{planted}@h/d"\n[policy.confirmation]'
    assert planted not in _refused(tmp_path, "[policy.confirmation]", url)
    good = url.replace("mysql", "postgresql")
    assert planted not in repr(read(write_hospital(tmp_path, change=("[policy.confirmation]", good))))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = write_hospital(tmp_path)
    (tmp_path / "inventory.secret").chmod(mode)
    with pytest.raises(ConfigurationError, match="readable by its owner only; run: chmod 600"):
        read(file)


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_" + "A" * 8, "words", "\xff\x00"])
def test_a_webhook_secret_that_is_none_is_found_when_the_configuration_is_read(tmp_path: Path, secret: str) -> None:
    file = write_hospital(tmp_path)
    (tmp_path / "inventory.secret").write_text(secret)
    with pytest.raises(ConfigurationError, match="to hold whsec_ and at least 24 bytes in base64"):
        read(file)


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    file = write_hospital(tmp_path)
    (tmp_path / "inventory.secret").write_text("")
    with pytest.raises(ConfigurationError, match="it is empty"):
        read(file)


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SUTURE_CONFIG"):
        read(tmp_path / "absent.toml")


def test_the_variable_names_the_file_and_blank_counts_as_unset() -> None:
    assert configured_file({"SUTURE_CONFIG": "x/y.toml"}) == Path("x/y.toml")
    assert configured_file({"SUTURE_CONFIG": " "}) == Path("hospital.toml")
    assert configured_file({}) == Path("hospital.toml")


async def test_a_person_is_known_by_the_digest_of_their_token(tmp_path: Path) -> None:
    people = People(read(write_hospital(tmp_path)).people)
    person = await people.person(digest(TOKEN))
    assert person is not None
    assert (person.person, person.roles, person.limit) == ("dana", ("revenue-integrity", "reader"), Decimal("2500.50"))
    assert await people.person(digest("another")) is None
    assert await people.person("") is None
