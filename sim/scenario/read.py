"""From a scenario file, and the files it extends, to one set of raw values.

Values of a file stand over those of the file that it extends; tables are merged key by
key, anything else is replaced. Every value remembers the file and line it came from.
"""

import csv
import difflib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from pathlib import Path as FilePath
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.base.named_files import (
    UnfitFileError,
    allowed_folders,
    check_allowed,
    read_named,
    real_place,
)
from sim.base.shipped import PREFIX, beside, name_of, scenario_path, shipped_names
from sim.scenario.declared import NOTHING, look_up, shown
from sim.scenario.toml_text import KeyPath, join_key, parse, split_key, top_keys

EXTENDS = "extends"
MOST_FILES = 16
"""Files that may extend one another, the first among them."""
MOST_TOLD = 100
"""Mistakes of a table that are told in one go."""


@dataclass(frozen=True)
class Place:
    """A file, and a line in it; no line for values from the command line."""

    file: str
    line: int | None


@dataclass(frozen=True)
class RawScenario:
    """Values as they were written, all files merged, not yet checked.

    It knows where each table, key and element was written (``()`` is the scenario itself) and
    what went wrong while reading. It is not whole if so much is missing that checking the rest
    would mislead. `tops` are the keys at the top of each file, by which one tells a scenario from
    another text; `folders` those in which files may lie that are named in it.
    """

    values: dict[str, Any]
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True
    tops: Mapping[str, frozenset[str]] = field(default_factory=dict)
    folders: tuple[FilePath, ...] = ()

    def place(self, path: KeyPath) -> Place:
        """Find where a key, or else the nearest table around it, was written."""
        for depth in range(len(path), -1, -1):
            if path[:depth] in self.places:
                return self.places[path[:depth]]
        return Place("scenario", None)

    def over(self, base: "RawScenario") -> "RawScenario":
        """Lay these values over those of a base."""
        replaced: list[KeyPath] = []
        values = _merge(base.values, self.values, (), replaced)
        values = _without_paths(values, self.values, replaced)
        kept = {p: at for p, at in base.places.items() if not is_beneath(p, replaced)}
        return RawScenario(
            values=values,
            places={**kept, **self.places},
            problems=(*self.problems, *base.problems),
            is_whole=self.is_whole and base.is_whole,
            tops={**base.tops, **self.tops},
            folders=self.folders or base.folders,
        )


def resolve(path: str | os.PathLike[str]) -> RawScenario:
    """Read a scenario file and all that it extends, relative to the file or ``shipped:NAME``.

    The file itself may be named so, too; see :func:`sim.base.shipped.scenario_path`.
    Every mistake of reading stands in ``problems``: a missing file, one that may not be read (see
    :mod:`sim.base.named_files`), a circle of files, broken grammar. Nothing is raised, so that
    mistakes in the values can be told in the same go.
    """
    first = scenario_path(path)
    folders = allowed_folders(first)
    return replace(_read_chain(first, None, (), folders), folders=folders)


def is_beneath(path: KeyPath, roots: list[KeyPath]) -> bool:
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
    path: FilePath,
    asked_by: Problem | None,
    seen: tuple[FilePath, ...],
    folders: tuple[FilePath, ...],
) -> RawScenario:
    """Read one file over the files that it extends.

    ``asked_by`` is the problem to report, but for its rule and cure, if this file cannot
    be read: it stands where the file was asked for.
    """
    file = name_of(path)
    try:
        text = _text_of(path, folders if asked_by else None)
    except UnfitFileError as error:
        at = asked_by or Problem(file, None, "", "", "", "")
        return _unreadable(at, error.rule, error.cure)
    parsed = parse(text, file)
    places = {(): Place(file, None), **{at: Place(file, n) for at, n in parsed.lines.items()}}
    tops = {file: top_keys(text)}
    own = RawScenario(parsed.values, places, parsed.problems, parsed.is_whole, tops)
    base = own.values.pop(EXTENDS, None)
    if base is None:
        return own
    where = own.place((EXTENDS,))
    problem = Problem(where.file, where.line, EXTENDS, "", "", "")
    if not isinstance(base, str):
        below = _unreadable(problem, "must be the name of a file", "put one name in quotes")
        return own.over(below)
    base_path = beside(path, base)
    seen = (*seen, real_place(path))
    if real_place(base_path) in seen:
        circle = " -> ".join(p.name for p in (*seen, base_path))
        below = _unreadable(problem, f"goes in a circle: {circle}", "cut the circle here")
    elif len(seen) == MOST_FILES:
        rule = f"must not go through more than {MOST_FILES} files"
        below = _unreadable(problem, rule, "put some of them together")
    else:
        below = _read_chain(base_path, problem, seen, folders)
    return own.over(below)


def _text_of(path: FilePath, folders: tuple[FilePath, ...] | None) -> str:
    """Read a file in one of some folders, or anywhere; UnfitFileError if it cannot be read."""
    try:
        if folders is not None:
            check_allowed(path, folders)
        return read_named(path, ".toml").decode("utf-8-sig")
    except OSError:
        rule = f"must be a file that can be read; {name_of(path)} is not there"
        raise UnfitFileError(rule, _nearest_file(path)) from None
    except UnicodeDecodeError as error:
        rule = f"{name_of(path)} must be text in UTF-8; byte {error.start} is not"
        raise UnfitFileError(rule, "save the file with the encoding UTF-8") from None


def _unreadable(at: Problem, rule: str, cure: str) -> RawScenario:
    problem = Problem(at.file, at.line, at.key, rule, "", cure)
    return RawScenario({}, problems=(problem,), is_whole=False)


def _nearest_file(path: FilePath) -> str:
    if not path.suffix:
        near = similar(path.name, shipped_names())
        if near:
            return f'did you mean "{PREFIX}{near}"?'
    folder = path.parent
    names = sorted(p.name for p in folder.glob("*.toml"))
    near = similar(path.name, names)
    if near:
        return f'did you mean "{folder / near}"?'
    if names:
        return f"scenarios in {folder}: {', '.join(names)}"
    return f"there is no scenario in {folder}; give the path of a .toml file"


_TIED: dict[KeyPath, str] = {("experiment", "arrangements"): "neighbours"}
"""Keys of a base that say nothing once another is given anew: neighbours of other arrangements."""


def _merge(
    base: Mapping[str, Any], over: Mapping[str, Any], path: KeyPath, replaced: list[KeyPath]
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
        tied = _TIED.get((*path, key))
        if tied is not None and tied in merged and tied not in over:
            replaced.append((*path, tied))
            del merged[tied]
    return merged


DATED = "dated"


def _without_paths(
    merged: dict[str, Any], over: Mapping[str, Any], replaced: list[KeyPath]
) -> dict[str, Any]:
    """Drop the dated path of a base where the value itself is given anew: it then holds always.

    What its source says goes with it.
    """
    paths, own, sources = merged.get(DATED), over.get(DATED), merged.get("sources")
    if not isinstance(paths, Mapping):
        return merged
    gone = [
        key
        for key in paths
        if not (isinstance(own, Mapping) and key in own) and _is_given(over, key)
    ]
    replaced += [(DATED, key) for key in gone]
    kept = {DATED: {key: path for key, path in paths.items() if key not in gone}}
    if isinstance(sources, Mapping):
        told = [join_key((DATED, key)) for key in gone]
        kept["sources"] = {key: text for key, text in sources.items() if key not in told}
    return {**merged, **kept}


def _is_given(values: Mapping[str, Any], key: str) -> bool:
    try:
        return look_up(values, split_key(key)) is not NOTHING
    except ValueError:
        # A key that cannot be read is told where paths are checked.
        return False


# --- A stated path of the economy in a table of its own, beside the scenario ---------------------
# ``macro.path_file`` names a CSV file; it stands for ``[[macro.path]]`` and, where it has a
# column ``winter``, for ``[[equity_market.path]]``. With ``macro.path_sha256`` a scenario
# says which content it was made for, and another one is refused. The scenario that is
# loaded holds the steps themselves, so that a run can be repeated without the table. What a
# step may be is checked where steps are declared, and told with the line of the table.
# ====================  ==============================================================
# column                meaning
# ====================  ==============================================================
# ``date``              day from which the step holds, such as 2027-07-01
# ``years_from_start``  instead of it: years from the start date
# ``regime``            name of a macro regime
# ``frailty``           optional: factor on the yearly systematic factor, 1 if empty
# ``winter``            optional: 1 for a winter of the equity market, 0 for open
# ====================  ==============================================================


MACRO, MARKET = "macro", "equity_market"
PATH_FILE, PATH_SHA256 = "path_file", "path_sha256"
DATES = ("date", "years_from_start")
MOST_STEPS = 20_000
"""Rows of a table of steps."""
COLUMNS = (*DATES, "regime", "frailty", "winter")


@dataclass(frozen=True)
class Steps:
    """What a table holds: ``[[macro.path]]``, ``[[equity_market.path]]``, and a line for each.

    The second is empty where there is no column ``winter``.
    """

    macro: list[dict[str, Any]]
    market: list[dict[str, Any]]
    lines: list[int]


def with_path_file(raw: RawScenario) -> RawScenario:
    """Put the steps of a path's table in the place of its two keys.

    There is a problem where the table cannot be read, has another content than the scenario
    says, or stands beside steps that are written out.
    """
    macro = raw.values.get(MACRO)
    if not isinstance(macro, Mapping) or not {PATH_FILE, PATH_SHA256} & set(macro):
        return raw
    rest = {key: value for key, value in macro.items() if key not in (PATH_FILE, PATH_SHA256)}
    values: dict[str, Any] = {**raw.values, MACRO: rest}
    try:
        file, content = _content(raw, macro)
        found = read_steps(content, file)
    except ScenarioError as error:
        return replace(raw, values=values, problems=(*raw.problems, *error.problems))
    rest["path"] = found.macro
    market = raw.values.get(MARKET, {})
    # What is no table is told where values are checked.
    if found.market and isinstance(market, Mapping):
        values[MARKET] = {**market, "path": found.market}
    return replace(raw, values=values, places=raw.places | _places(file, found.lines))


def read_steps(content: bytes, file: str) -> Steps:
    r"""Read the steps of the macro regime and those of the equity market.

    The content is that of a CSV file in UTF-8 with a header. Raises ScenarioError with every row
    that cannot be read.

    Examples
    --------
    >>> table = b"years_from_start,regime,winter\n-5,boom,0\n2,bust,1\n"
    >>> read_steps(table, "path.csv").market[1]
    {'years_from_start': 2.0, 'winter': True}
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _bad(file, None, "must be text in UTF-8", "", "save it as UTF-8") from None
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    try:
        found, problems = _steps_of(reader, _header(file, next(reader, [])), file)
    except csv.Error as error:
        cure = "close quotes, and leave out cells of more than 100,000 letters"
        raise _bad(file, reader.line_num, f"cannot be read: {error}", "", cure) from None
    if problems:
        raise ScenarioError(problems)
    if not 1 <= len(found.macro) <= MOST_STEPS:
        rule, cure = "must have at least one step", "add a row below the header"
        if found.macro:
            rule, cure = f"must have at most {MOST_STEPS:,} steps", "leave some out"
        raise _bad(file, None, rule, "", cure)
    return found


def _steps_of(reader: Any, names: list[str], file: str) -> tuple[Steps, list[Problem]]:
    """Read the rows below the header, and what is wrong with them."""
    found, problems = Steps([], [], []), list[Problem]()
    for cells in reader:
        if any(cell.strip() for cell in cells) and len(problems) < MOST_TOLD:
            try:
                _row(names, cells, (file, reader.line_num)).add_to(found)
            except ScenarioError as error:
                problems += error.problems
    return found, problems


@dataclass(frozen=True)
class _Row:
    """The cells of one line, by column."""

    where: tuple[str, int]
    cells: dict[str, str]

    def add_to(self, found: Steps) -> None:
        start = self.start()
        step: dict[str, Any] = {**start, "regime": self.text("regime")}
        if self.cells.get("frailty"):
            step["frailty"] = self.number("frailty")
        if "winter" in self.cells:
            winter = self.text("winter").lower()
            if winter not in ("0", "1", "true", "false"):
                raise _bad(*self.where, "winter must be 0 or 1", winter, "write 1 for a winter")
            found.market.append({**start, "winter": winter in ("1", "true")})
        found.macro.append(step)
        found.lines.append(self.where[1])

    def start(self) -> dict[str, Any]:
        """When the step comes into force, as `sim.base.calendar.Dated` has it."""
        if "years_from_start" in self.cells:
            return {"years_from_start": self.number("years_from_start")}
        text = self.text("date")
        try:
            return {"date": Date.fromisoformat(text)}
        except ValueError:
            cure = "write it as 2027-07-01, or name the column years_from_start"
            raise _bad(*self.where, "date must be a day of the calendar", text, cure) from None

    def number(self, column: str) -> float:
        text = self.text(column)
        try:
            return float(text)
        except ValueError:
            cure = "write it with a point, such as 2.5"
            raise _bad(*self.where, f"{column} must be a number", text, cure) from None

    def text(self, column: str) -> str:
        if not self.cells[column]:
            rule = f"must have a value in the column {column}"
            raise _bad(*self.where, rule, "", "fill it in")
        return self.cells[column]


def _row(names: list[str], cells: list[str], where: tuple[str, int]) -> _Row:
    """Give the cells of a line by column; each must have its own."""
    if len(cells) != len(names):
        rule = f"must have {len(names)} cells, one for each column, and has {len(cells)}"
        cure = "write decimals with a point, and put a comma for a cell that is empty"
        raise _bad(*where, rule, ",".join(cells), cure)
    return _Row(where, {name: cell.strip() for name, cell in zip(names, cells, strict=True)})


def _header(file: str, cells: list[str]) -> list[str]:
    """Check the names of the columns."""
    names = [cell.strip() for cell in cells]
    rule = "must have the columns date (or years_from_start) and regime, with commas between them"
    if not set(names) & set(COLUMNS):
        # Of what is no table of a path nothing is shown.
        raise _bad(file, 1, rule, "", "write them in the first line")
    for n, name in enumerate(names):
        if name not in COLUMNS and len(names) > 1:
            cure = did_you_mean(name, list(COLUMNS), f"use {', '.join(COLUMNS)}")
            raise _bad(file, 1, "is not a column of a path", name, cure)
        if name in names[:n]:
            raise _bad(file, 1, "must have each column once", name, "remove one of them")
    if sum(name in names for name in DATES) != 1 or "regime" not in names:
        cure = "add what is missing, and only one of the dates"
        raise _bad(file, 1, rule, ", ".join(names), cure)
    return names


def _bad(file: str, line: int | None, rule: str, value: str, cure: str) -> ScenarioError:
    return ScenarioError([Problem(file, line, "", rule, value, cure)])


def _content(raw: RawScenario, macro: Mapping[str, Any]) -> tuple[str, bytes]:
    """Name and content of the table, or what is wrong with the two keys."""
    name, wanted = macro.get(PATH_FILE), macro.get(PATH_SHA256)
    if not isinstance(name, str):
        raise _misuse(raw, PATH_FILE, "must be the name of a file", name, 'for example "a.csv"')
    if wanted is not None and not isinstance(wanted, str):
        raise _misuse(raw, PATH_SHA256, "must be a SHA-256 as text", wanted, "put it in quotes")
    if macro.get("path"):
        cure = "keep one of the two"
        raise _misuse(raw, PATH_FILE, "must not stand beside macro.path", name, cure)
    at = raw.place((MACRO, PATH_FILE))
    file = _beside(at, name)
    try:
        if at.line is not None:
            check_allowed(file, raw.folders)
        content = read_named(file, ".csv")
    except UnfitFileError as error:
        raise _misuse(raw, PATH_FILE, error.rule, name, error.cure) from None
    except OSError:
        names = sorted(path.name for path in file.parent.glob("*.csv"))
        cure = did_you_mean(file.name, names, "the name is relative to the scenario's file")
        rule = f"must be a file that can be read; {file} is not there"
        raise _misuse(raw, PATH_FILE, rule, NOTHING, cure) from None
    # Line ends are those of the system that checked the file out; the sum is of plain ones.
    found = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
    if wanted not in (None, found):
        rule = f"must be the SHA-256 of {file}, which is {found}"
        cure = "restore the table that this scenario was made for, or write the new sum"
        raise _misuse(raw, PATH_SHA256, rule, wanted, cure)
    return str(file), content


def _misuse(raw: RawScenario, key: str, rule: str, value: Any, cure: str) -> ScenarioError:
    at = raw.place((MACRO, key))
    problem = Problem(at.file, at.line, f"{MACRO}.{key}", rule, shown(value), cure)
    return ScenarioError([problem])


def _beside(at: Place, name: str) -> FilePath:
    """Find a file named in a scenario: relative to the scenario's, or to here for --set."""
    folder = FilePath(at.file).parent if at.line is not None else FilePath()
    return FilePath(os.path.normpath(folder / name))


def _places(file: str, lines: list[int]) -> dict[KeyPath, Place]:
    """Let every step stand in its line of the table."""
    found: dict[KeyPath, Place] = {}
    for table in (MACRO, MARKET):
        found[table, "path"] = Place(file, lines[0])
        found |= {(table, "path", n): Place(file, line) for n, line in enumerate(lines)}
    return found
