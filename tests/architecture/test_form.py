"""Files stay small, name no machine, and hold no secret."""

import re
from pathlib import Path

import pytest

from tests.architecture.repository import PACKAGES, ROOT, kept_files, modules

LONGEST = 300
REASON = "# long because"
# Written in pieces, so that this file does not hold what it looks for.
SECRETS = (re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----"), re.compile("whsec_" + "[A-Za-z0-9+/]{24,}"))
ADDRESS = re.compile("(--index-url|--extra-index-url|--find-links|https?:)")


def too_long(text: str) -> bool:
    """Whether a module exceeds the limit without saying why."""
    return len(text.splitlines()) > LONGEST and REASON not in text


def machine_paths(text: str, places: tuple[str, ...]) -> list[str]:
    """The places of this machine that a text names."""
    return [place for place in places if re.search(rf"(?<![\w./-]){re.escape(place)}(?=/|\b)", text)]


def _texts() -> list[tuple[str, str]]:
    texts = []
    for file in kept_files():
        try:
            texts.append((file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


def test_no_file_is_long_without_a_reason() -> None:
    long = [name for file, name in modules(ROOT, *PACKAGES, "bench", "tests") if too_long(file.read_text())]
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for file, name in modules(ROOT, *PACKAGES, "bench", "tests")
        if (text := file.read_text()).strip() and not text.startswith('"""')
    ]
    assert not silent


def test_no_file_names_a_place_of_this_machine() -> None:
    places = tuple({str(ROOT), str(Path.home())} - {"/"})
    found = [(name, place) for name, text in _texts() for place in machine_paths(text, places)]
    assert not found


def test_no_file_holds_a_secret() -> None:
    found = [(name, pattern.pattern) for name, text in _texts() for pattern in SECRETS if pattern.search(text)]
    assert not found


def test_the_lock_has_a_hash_for_everything_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not ADDRESS.search(lock)
    pinned = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert pinned
    assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)


def test_a_long_file_is_caught_unless_it_says_why() -> None:
    assert too_long("x = 1\n" * (LONGEST + 1))
    assert not too_long("x = 1\n" * LONGEST)
    assert not too_long("# long because of the table below\n" + "x = 1\n" * LONGEST)


@pytest.mark.parametrize("text", ["FILE = '{place}/x'", "see {place}", "cd {place};"])
def test_a_place_of_this_machine_is_caught(text: str) -> None:
    assert machine_paths(text.format(place="/some/home"), ("/some/home",))


def test_a_path_that_only_ends_like_one_is_not() -> None:
    assert not machine_paths("curl host/some/home and /some/homes", ("/some/home",))


def test_a_secret_is_caught() -> None:
    planted = ("-----BEGIN EC PRIVATE" + " KEY-----", "whsec_" + "A" * 32)
    assert all(pattern.search(text) for pattern, text in zip(SECRETS, planted, strict=True))
