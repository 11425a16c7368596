"""The folder of a hospital on one machine: made whole or made again, held by one, and never another's emptied."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from suture.configuration import read
from suture.free_port import free_port
from suture.trouble import FolderRefused
from suture.up import folder as folders
from suture.up.folder import alone, clear, furnish
from suture.up.hospital import Ports


def _ports() -> Ports:
    return Ports(**{port.name: free_port() for port in fields(Ports)})


def test_a_folder_whose_making_broke_off_is_emptied_by_a_demo_and_finished_by_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crashed(Exception):
        pass

    def crash(*_: object) -> None:
        raise Crashed

    with monkeypatch.context() as patched, pytest.raises(Crashed):
        patched.setattr(folders.os, "replace", crash)
        furnish(tmp_path, _ports())
    token = (tmp_path / "people" / "ada.token").read_text()
    home = furnish(tmp_path, _ports())
    assert read(home.config).hospital.name == "Mercy General"
    assert home.token_file("ada").read_text() == token
    home.config.unlink()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FolderRefused, match="is no folder of a demonstration"):
        clear(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_what_a_link_in_the_folder_points_to_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    home = furnish(tmp_path / "demo", _ports())
    os.symlink(tmp_path / "elsewhere", home.folder / "link")
    clear(home.folder)
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_a_folder_is_held_by_one_even_while_it_is_emptied_and_free_again_after(tmp_path: Path) -> None:
    home = furnish(tmp_path / "demo", _ports())
    for _ in range(2):
        with alone(home.folder):
            clear(home.folder)
            with pytest.raises(FolderRefused, match="in use by another"), alone(home.folder):
                pass


def test_a_named_server_is_the_one_in_a_fresh_configuration(tmp_path: Path) -> None:
    settings = read(furnish(tmp_path, _ports(), temporal="temporal.example:7233").config)
    assert settings.temporal.address == "temporal.example:7233"
    assert settings.temporal.ui_url == "http://temporal.example:8233"
