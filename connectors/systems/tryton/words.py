"""What Tryton has no field for, kept in a text of the document as lines `name: value`: people read it, and so do we."""

from collections.abc import Iterable, Mapping

Named = tuple[str, str]


def told(text: str, named: Iterable[Named]) -> str:
    """A text, and below it each name with its value; what is empty is left out."""
    lines = [_on_one_line(text), *(f"{name}: {_on_one_line(value)}" for name, value in named if value)]
    return "\n".join(lines)


def heard(text: str | None, names: Iterable[str]) -> tuple[str, list[Named]]:
    """The text, and what is named below it, in that order; other lines of people's own belong to neither."""
    first, *lines = (text or "").split("\n")
    wanted = tuple(names)
    pairs = (line.partition(": ") for line in lines)
    return first, [(name, value) for name, separator, value in pairs if separator and name in wanted]


def once(named: Iterable[Named]) -> Mapping[str, str]:
    """Each name with its last value."""
    return dict(named)


def _on_one_line(text: str) -> str:
    return " ".join(text.split("\n"))
