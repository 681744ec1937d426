"""From a scenario file, and the files it extends, to one set of raw values.

Values of a file stand over those of the file that it extends; tables are merged key by
key, anything else is replaced. Every value remembers the file and line it came from.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from sim.base.errors import Problem
from sim.scenario.positions import Path
from sim.scenario.syntax import Parsed, parse

EXTENDS = "extends"


@dataclass(frozen=True)
class Place:
    """A file, and a line in it; no line for values from the command line."""

    file: str
    line: int | None


@dataclass(frozen=True)
class RawScenario:
    """Values as they were written, not yet checked.

    Parameters
    ----------
    values : dict
        Nested tables, all files merged.
    places : dict of path to Place
        Where each table, key and element was written; ``()`` is the scenario itself.
    problems : tuple of Problem
        What went wrong while reading.
    is_whole : bool
        False if so much is missing that checking the rest would mislead.
    """

    values: dict[str, Any]
    places: dict[Path, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True

    def place(self, path: Path) -> Place:
        """Find where a key, or else the nearest table around it, was written."""
        for depth in range(len(path), -1, -1):
            if path[:depth] in self.places:
                return self.places[path[:depth]]
        return Place("scenario", None)

    def over(self, base: "RawScenario") -> "RawScenario":
        """Lay these values over those of a base."""
        replaced: list[Path] = []
        values = _merge(base.values, self.values, (), replaced)
        kept = {p: at for p, at in base.places.items() if not is_beneath(p, replaced)}
        return RawScenario(
            values=values,
            places={**kept, **self.places},
            problems=(*self.problems, *base.problems),
            is_whole=self.is_whole and base.is_whole,
        )


def resolve(path: str | os.PathLike[str]) -> RawScenario:
    """Read a scenario file and all that it extends.

    Parameters
    ----------
    path : str or path
        The scenario file; ``extends`` in it is relative to the file itself.

    Returns
    -------
    RawScenario
        With every mistake of reading in ``problems``: a missing file, a circle of files,
        broken grammar. Nothing is raised, so that the mistakes in the values can be told
        in the same go.
    """
    return _read_chain(FilePath(path), asked_by=None, seen=())


def is_beneath(path: Path, roots: list[Path]) -> bool:
    """Say whether a path is one of some places or lies beneath one of them.

    Examples
    --------
    >>> is_beneath(("a", "b", 0), [("a", "b")]), is_beneath(("a",), [("a", "b")])
    (True, False)
    """
    return any(path[: len(root)] == root for root in roots)


def similar(word: str, known: list[str]) -> str | None:
    """Find the known word that a misspelt one was probably meant to be.

    Examples
    --------
    >>> similar("warant", ["none", "warrant"])
    'warrant'
    """
    lowered = {other.lower(): other for other in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def did_you_mean(word: str, known: list[str], otherwise: str) -> str:
    """Give the cure of a misspelt word: the one that was probably meant, or else another.

    Examples
    --------
    >>> did_you_mean("warant", ["none", "warrant"], "leave it out")
    'did you mean "warrant"?'
    """
    near = similar(word, known)
    return f'did you mean "{near}"?' if near else otherwise


def _read_chain(
    path: FilePath, asked_by: Problem | None, seen: tuple[FilePath, ...]
) -> RawScenario:
    """Read one file over the files that it extends.

    ``asked_by`` is the problem to report, but for its rule and cure, if this file cannot
    be read: it stands where the file was asked for.
    """
    file = str(path)
    asked_by = asked_by or Problem(file, None, "", "", "", "")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        return _unreadable(asked_by, _not_there(path), _nearest_file(path))
    except UnicodeDecodeError as error:
        rule = f"{file} must be text in UTF-8; byte {error.start} is not"
        return _unreadable(asked_by, rule, "save the file with the encoding UTF-8")
    own = _own_values(parse(text, file), file)
    base = own.values.pop(EXTENDS, None)
    if base is None:
        return own
    where = own.place((EXTENDS,))
    problem = Problem(where.file, where.line, EXTENDS, "", "", "")
    if not isinstance(base, str):
        below = _unreadable(problem, "must be the name of a file", "put one name in quotes")
        return own.over(below)
    base_path = FilePath(os.path.normpath(path.parent / base))
    seen = (*seen, path.resolve())
    if base_path.resolve() in seen:
        circle = " -> ".join(p.name for p in (*seen, base_path))
        below = _unreadable(problem, f"goes in a circle: {circle}", "cut the circle here")
        return own.over(below)
    return own.over(_read_chain(base_path, problem, seen))


def _own_values(parsed: Parsed, file: str) -> RawScenario:
    places = {path: Place(file, line) for path, line in parsed.lines.items()}
    places[()] = Place(file, None)
    return RawScenario(parsed.values, places, parsed.problems, parsed.is_whole)


def _unreadable(at: Problem, rule: str, cure: str) -> RawScenario:
    problem = Problem(at.file, at.line, at.key, rule, "", cure)
    return RawScenario({}, problems=(problem,), is_whole=False)


def _not_there(path: FilePath) -> str:
    if path.is_dir():
        return f"must be a file; {path} is a folder"
    return f"must be a file that can be read; {path} is not there"


def _nearest_file(path: FilePath) -> str:
    folder = path if path.is_dir() else path.parent
    names = sorted(p.name for p in folder.glob("*.toml"))
    near = similar(path.name, names)
    if near:
        return f'did you mean "{folder / near}"?'
    if names:
        return f"scenarios in {folder}: {', '.join(names)}"
    return f"there is no scenario in {folder}; give the path of a .toml file"


def _merge(
    base: Mapping[str, Any], over: Mapping[str, Any], path: Path, replaced: list[Path]
) -> dict[str, Any]:
    """Merge tables key by key; note in ``replaced`` what of the base is gone."""
    if "kind" in base and over.get("kind", base["kind"]) != base["kind"]:
        # The keys of one kind mean nothing to another.
        replaced.append(path)
        return dict(over)
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _merge(old, value, (*path, key), replaced)
        else:
            replaced.append((*path, key))
            merged[key] = value
    return merged
