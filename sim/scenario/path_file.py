"""A stated path of the economy in a table of its own, beside the scenario.

``macro.path_file`` names a CSV file; it stands for ``[[macro.path]]`` and, where it has a
column ``winter``, for ``[[equity_market.path]]``. With ``macro.path_sha256`` a scenario
says which content it was made for, and another one is refused. The scenario that is
loaded holds the steps themselves, so that a run can be repeated without the table. What a
step may be is checked where steps are declared, and told with the line of the table.

==============  ====================================================================
column          meaning
==============  ====================================================================
``from_years``  start of the step, years from the start date
``year``        instead: start of the step, a calendar year (2027.5 is the middle of it)
``regime``      name of a macro regime
``frailty``     optional: factor on the yearly systematic factor, 1 if empty
``winter``      optional: 1 for a winter of the equity market, 0 for open
==============  ====================================================================
"""

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from pathlib import Path as FilePath
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.clauses.policy import years_between
from sim.scenario.faults import NOTHING, look_up, shown
from sim.scenario.positions import Path
from sim.scenario.read import Place, RawScenario, did_you_mean

MACRO, MARKET = "macro", "equity_market"
PATH_FILE, PATH_SHA256 = "path_file", "path_sha256"
START_DATE = ("experiment", "start_date")
DATES = ("from_years", "year")
COLUMNS = (*DATES, "regime", "frailty", "winter")
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Numbers outside are no calendar years; years from the start date are smaller."""


@dataclass(frozen=True)
class Steps:
    """What a table holds.

    Parameters
    ----------
    macro, market : list of dict
        As ``[[macro.path]]`` and ``[[equity_market.path]]`` would give them; the second
        is empty where there is no column ``winter``.
    lines : list of int
        In which line of the table each step stands.
    """

    macro: list[dict[str, Any]]
    market: list[dict[str, Any]]
    lines: list[int]


def with_path_file(raw: RawScenario) -> RawScenario:
    """Put the steps of a path's table in the place of its name.

    Parameters
    ----------
    raw : RawScenario

    Returns
    -------
    RawScenario
        Without the two keys; with a problem where the table cannot be read, has another
        content than the scenario says, or stands beside steps that are written out.
    """
    macro = raw.values.get(MACRO)
    if not isinstance(macro, Mapping) or not {PATH_FILE, PATH_SHA256} & set(macro):
        return raw
    rest = {key: value for key, value in macro.items() if key not in (PATH_FILE, PATH_SHA256)}
    values: dict[str, Any] = {**raw.values, MACRO: rest}
    try:
        file, content = _content(raw, macro)
        first = look_up(raw.values, START_DATE)
        found = read_steps(content, file, first if isinstance(first, Date) else None)
    except ScenarioError as error:
        return replace(raw, values=values, problems=(*raw.problems, *error.problems))
    rest["path"] = found.macro
    if found.market:
        values[MARKET] = {**dict(raw.values.get(MARKET) or {}), "path": found.market}
    return replace(raw, values=values, places=raw.places | _places(file, found.lines))


def read_steps(content: bytes, file: str, first: Date | None = None) -> Steps:
    r"""Read the steps of the macro regime and those of the equity market.

    Parameters
    ----------
    content : bytes
        Of a CSV file in UTF-8 with a header.
    file : str
        Name for messages.
    first : date, optional
        First day of the experiment, for calendar years.

    Raises
    ------
    ScenarioError
        With every row that cannot be read.

    Examples
    --------
    >>> table = b"year,regime,winter\n2020,boom,0\n2027,bust,1\n"
    >>> read_steps(table, "path.csv", Date(2025, 1, 1)).macro
    [{'from_years': -5.0, 'regime': 'boom'}, {'from_years': 2.0, 'regime': 'bust'}]
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _bad(file, None, "must be text in UTF-8", "", "save it as UTF-8") from None
    reader = csv.reader(lines, skipinitialspace=True)
    names = _header(file, next(reader, []))
    found, problems = Steps([], [], []), list[Problem]()
    for cells in reader:
        if any(cell.strip() for cell in cells):
            try:
                _row(names, cells, (file, reader.line_num)).add_to(found, first)
            except ScenarioError as error:
                problems += error.problems
    if problems:
        raise ScenarioError(problems)
    if not found.macro:
        raise _bad(file, None, "must have at least one step", "", "add a row below the header")
    return found


@dataclass(frozen=True)
class _Row:
    """The cells of one line, by column."""

    where: tuple[str, int]
    cells: dict[str, str]

    def add_to(self, found: Steps, first: Date | None) -> None:
        start = self.start(first)
        step: dict[str, Any] = {"from_years": start, "regime": self.text("regime")}
        if self.cells.get("frailty"):
            step["frailty"] = self.number("frailty")
        if "winter" in self.cells:
            winter = self.text("winter").lower()
            if winter not in ("0", "1", "true", "false"):
                raise _bad(*self.where, "winter must be 0 or 1", winter, "write 1 for a winter")
            found.market.append({"from_years": start, "winter": winter in ("1", "true")})
        found.macro.append(step)
        found.lines.append(self.where[1])

    def start(self, first: Date | None) -> float:
        """Years from the first day to the start of the step."""
        if "from_years" in self.cells:
            return self.number("from_years")
        year = self.number("year")
        if not FIRST_YEAR <= year < LAST_YEAR:
            rule = f"year must be a calendar year from {FIRST_YEAR} to {LAST_YEAR - 1}"
            cure = "name the column from_years for years from the start date"
            raise _bad(*self.where, rule, self.text("year"), cure)
        if first is None:
            cure = "give experiment.start_date, a date"
            raise _bad(*self.where, "year needs the first day of the experiment", "", cure)
        return years_between(first, Date(int(year), 1, 1)) + year % 1.0

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
    for n, name in enumerate(names):
        if name not in COLUMNS and len(names) > 1:
            cure = did_you_mean(name, list(COLUMNS), f"use {', '.join(COLUMNS)}")
            raise _bad(file, 1, "is not a column of a path", name, cure)
        if name in names[:n]:
            raise _bad(file, 1, "must have each column once", name, "remove one of them")
    if sum(name in names for name in DATES) != 1 or "regime" not in names:
        rule = "must have the columns from_years (or year) and regime, with commas between them"
        raise _bad(
            file, 1, rule, ", ".join(names), "add what is missing, and only one of the dates"
        )
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
    file = _beside(raw.place((MACRO, PATH_FILE)), name)
    try:
        content = file.read_bytes()
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


def _places(file: str, lines: list[int]) -> dict[Path, Place]:
    """Let every step stand in its line of the table."""
    found: dict[Path, Place] = {}
    for table in (MACRO, MARKET):
        found[table, "path"] = Place(file, lines[0])
        found |= {(table, "path", n): Place(file, line) for n, line in enumerate(lines)}
    return found
