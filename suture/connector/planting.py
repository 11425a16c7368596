"""Plants the skeleton of a system into a checkout: nothing that is there is overwritten, and all of it or nothing."""

import ast
import tomllib
from pathlib import Path

from suture.connector.skeleton import PEERS, Refused, Skeleton
from suture.connector.verbs import LIMIT

GROUP = '[project.entry-points."suture.systems"]'
SUITE = Path("tests/connectors/contract/conftest.py")
NEEDED = (Path("pyproject.toml"), Path("connectors/systems"), Path(PEERS), SUITE)


def plant(skeleton: Skeleton, root: Path) -> list[Path]:
    """Write every file and both lines by which it is found; answers what was written or changed."""
    absent = [str(needed) for needed in NEEDED if not (root / needed).exists()]
    if absent:
        do = "name the folder of a checkout of suture with --folder"
        raise Refused(f"{root} has no {absent[0]}", do=do)
    files = skeleton.files()
    in_the_way = [name for name in files if (root / name).exists()]
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    if in_the_way or skeleton.kind in tomllib.loads(project)["project"]["entry-points"]["suture.systems"]:
        what = f"{in_the_way[0]} is there" if in_the_way else f"pyproject.toml names a system {skeleton.kind}"
        raise Refused(f"{what} already, nothing was written", do="take another name, or remove what is there")
    changed = {
        "pyproject.toml": with_entry_point(project, skeleton.entry_point),
        str(SUITE): with_peer((root / SUITE).read_text(encoding="utf-8"), skeleton),
    }
    for name, text in (files | changed).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return [root / name for name in (*files, *changed)]


def with_entry_point(project: str, line: str) -> str:
    """The text of pyproject.toml with one more system, after those that it names."""
    before, group, after = project.partition(f"{GROUP}\n")
    if not group:
        raise Refused(f"pyproject.toml has no {GROUP}", do="add it, then repeat this")
    lines = after.split("\n")
    end = next((at for at, each in enumerate(lines) if not each.strip() or each.startswith("[")), len(lines))
    return before + group + "\n".join([*lines[:end], line, *lines[end:]])


def with_peer(suite: str, skeleton: Skeleton) -> str:
    """The text of the suite's conftest with one more peer: its import in its place, its class at the end of `PEERS`."""
    peer = f"{skeleton.name}Peer"
    lines = suite.split("\n")
    assigned = next(
        (
            node
            for node in ast.parse(suite).body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "PEERS"
        ),
        None,
    )
    if assigned is None or not isinstance(assigned.value, ast.Tuple) or assigned.end_lineno is None:
        raise Refused(f"{SUITE} has no tuple PEERS", do="add it, then repeat this")
    names = [*(ast.unparse(each) for each in assigned.value.elts), peer]
    head = f"PEERS: {ast.unparse(assigned.annotation)} = ("
    whole = f"{head}{', '.join(names)})"
    written = [whole] if len(whole) <= LIMIT else [head, *(f"    {name}," for name in names), ")"]
    lines[assigned.lineno - 1 : assigned.end_lineno] = written
    package = PEERS.replace("/", ".")
    line = f"from {package}.{skeleton.package} import {peer}"
    imported = [at for at, each in enumerate(lines) if each.startswith(f"from {package}.")]
    place = next((at for at in imported if lines[at] > line), imported[-1] + 1 if imported else 0)
    return "\n".join([*lines[:place], line, *lines[place:]])
