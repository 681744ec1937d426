"""Scenarios, facts and examples that come with the program: in a checkout or an installed copy.

A checkout has them at its top, an installed copy inside the package. Commands and files name a
shipped scenario ``shipped:NAME``, without the ending of its file.

Examples
--------
>>> scenario_path("shipped:base/china_technology").name
'china_technology.toml'
>>> scenario_path("mine.toml").name
'mine.toml'
"""

import os
from pathlib import Path

PREFIX = "shipped:"
SCENARIOS, FACTS = "scenarios", "seeds/facts.toml"
"""Where a project has its scenarios and published figures, from its top."""

_PACKAGE = Path(__file__).parents[1]
_PACKED = _PACKAGE / "shipped"
"""What an installed copy holds, and a checkout does not."""


def top() -> Path:
    """Give the folder that holds what is shipped."""
    return _PACKED if _PACKED.is_dir() else _PACKAGE.parent


def at_hand(name: str) -> Path:
    """Give a file or folder of the project one stands in, else the one that is shipped."""
    here = Path(name)
    return here if here.exists() else top() / name


def scenario_folders() -> list[Path]:
    """List the folders of scenarios: that of the project at hand where there is one, the shipped.

    Standing in a checkout, the two are one.
    """
    own, packed = Path(SCENARIOS), top() / SCENARIOS
    here = [own] if own.is_dir() else []
    return here if here and own.samefile(packed) else [*here, packed]


def shipped_names() -> list[str]:
    """List the names of the shipped scenarios, as ``shipped:`` takes them."""
    folder = top() / SCENARIOS
    return sorted(f.relative_to(folder).with_suffix("").as_posix() for f in folder.rglob("*.toml"))


def scenario_path(path: str | os.PathLike[str]) -> Path:
    """Give the file of a scenario: a path, ``shipped:NAME``, or the bare name of a shipped one.

    A bare name stands for what is shipped only where no file of that name is.
    """
    text = os.fspath(path)
    name = text.removeprefix(PREFIX)
    packed = top() / SCENARIOS / f"{name.removesuffix('.toml')}.toml"
    if name != text:
        return packed
    is_bare = not Path(text).suffix and not Path(text).exists() and name in shipped_names()
    return packed if is_bare else Path(text)


def beside(file: Path, name: str) -> Path:
    """Give the file that another one names: shipped, or relative to the file itself."""
    if name.startswith(PREFIX):
        return scenario_path(name)
    return Path(os.path.normpath(file.parent / name))


def name_of(path: Path) -> str:
    """Name a file for its reader: ``shipped:NAME`` where it lies inside an installed copy."""
    folder = _PACKED / SCENARIOS
    if path.is_relative_to(folder):
        return PREFIX + path.relative_to(folder).with_suffix("").as_posix()
    return str(path)
