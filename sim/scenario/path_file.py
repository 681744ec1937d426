"""A stated path of the economy in a table of its own, beside the scenario.

``macro.path_file`` names a CSV file; it stands for ``[[macro.path]]`` and, where it has a
column ``winter``, for ``[[equity_market.path]]``. With ``macro.path_sha256`` a scenario
says which content it was made for, and another one is refused. The scenario that is
loaded holds the steps themselves, so that a run can be repeated without the table.

==============  =========================================================
column          meaning
==============  =========================================================
``from_years``  start of the step, years from the start date (or ``year``)
``regime``      name of a macro regime
``frailty``     optional: factor on the yearly systematic factor, 1 if empty
``winter``      optional: 1 for a winter of the equity market, 0 for open
==============  =========================================================
"""

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from sim.base.errors import Problem
from sim.scenario.faults import NOTHING, look_up, shown
from sim.scenario.positions import Path
from sim.scenario.read import Place, RawScenario, similar

MACRO, MARKET = "macro", "equity_market"
PATH_FILE, PATH_SHA256 = "path_file", "path_sha256"
DATES = ("from_years", "year")
COLUMNS = (*DATES, "regime", "frailty", "winter")
Rows = list[dict[str, Any]]


@dataclass
class _BadRowError(Exception):
    """What is wrong with the table: line (None for the whole), rule, value and cure."""

    line: int | None
    rule: str
    value: str
    cure: str


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
    found = _table(raw, macro.get(PATH_FILE), macro.get(PATH_SHA256))
    if isinstance(found, Problem):
        return replace(raw, values=values, problems=(*raw.problems, found))
    steps, winters = found
    rest["path"] = steps
    if winters:
        values[MARKET] = {**dict(raw.values.get(MARKET) or {}), "path": winters}
    return replace(raw, values=values, places=_places(raw, len(steps), len(winters)))


def _table(raw: RawScenario, name: Any, wanted: Any) -> tuple[Rows, Rows] | Problem:
    """Read the table, or say why that cannot be done."""
    problem = _misuse(raw, name, wanted)
    if problem is not None:
        return problem
    file = _beside(raw.place((MACRO, PATH_FILE)), str(name))
    try:
        content = file.read_bytes()
    except OSError:
        return _unreadable(raw, file)
    # Line ends are those of the system that checked the file out; the sum is of plain ones.
    found = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
    if wanted is not None and wanted != found:
        return _other_content(raw, file, found, str(wanted))
    try:
        return read_steps(content)
    except _BadRowError as error:
        return Problem(str(file), error.line, "", error.rule, error.value, error.cure)


def read_steps(content: bytes) -> tuple[Rows, Rows]:
    r"""Read the steps of the macro regime and those of the equity market.

    Parameters
    ----------
    content : bytes
        Of a CSV file in UTF-8 with a header.

    Returns
    -------
    two lists of dict
        As ``[[macro.path]]`` and ``[[equity_market.path]]`` would give them; the second
        is empty where there is no column ``winter``.

    Examples
    --------
    >>> read_steps(b"year,regime,winter\n-20,boom,0\n2,bust,1\n")[0]
    [{'from_years': -20.0, 'regime': 'boom'}, {'from_years': 2.0, 'regime': 'bust'}]
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise _BadRowError(None, "must be text in UTF-8", "", "save it as UTF-8") from error
    reader = csv.DictReader(lines, skipinitialspace=True)
    date = _header(reader.fieldnames)
    steps: Rows = []
    winters: Rows = []
    for row in reader:
        line = reader.line_num
        start = _number(row, date, line)
        step: dict[str, Any] = {"from_years": start, "regime": _text(row, "regime", line)}
        if (row.get("frailty") or "").strip():
            step["frailty"] = _number(row, "frailty", line)
        steps.append(step)
        if "winter" in row:
            winters.append({"from_years": start, "winter": _flag(row, line)})
    if not steps:
        raise _BadRowError(None, "must have at least one step", "", "add a row below the header")
    return steps, winters


def _header(names: Any) -> str:
    """Check the columns, and give the name of the one with dates."""
    names = [str(name).strip() for name in names or ()]
    for name in names:
        if name not in COLUMNS:
            near = similar(name, list(COLUMNS))
            cure = f'did you mean "{near}"?' if near else f"use {', '.join(COLUMNS)}"
            raise _BadRowError(1, "is not a column of a path", name, cure)
    dates = [name for name in DATES if name in names]
    if len(dates) != 1 or "regime" not in names:
        rule = "must have the columns from_years (or year) and regime"
        raise _BadRowError(1, rule, ", ".join(names), "add what is missing")
    return dates[0]


def _text(row: Mapping[str, str | None], column: str, line: int) -> str:
    text = (row.get(column) or "").strip()
    if not text:
        raise _BadRowError(line, f"must have a value in the column {column}", "", "fill it in")
    return text


def _number(row: Mapping[str, str | None], column: str, line: int) -> float:
    text = _text(row, column, line)
    try:
        return float(text)
    except ValueError as error:
        raise _BadRowError(line, f"{column} must be a number", text, "write 2.5") from error


def _flag(row: Mapping[str, str | None], line: int) -> bool:
    text = _text(row, "winter", line).lower()
    if text not in ("0", "1", "true", "false"):
        raise _BadRowError(line, "winter must be 0 or 1", text, "write 1 for a winter")
    return text in ("1", "true")


def _misuse(raw: RawScenario, name: Any, wanted: Any) -> Problem | None:
    """Say what is wrong with the two keys themselves."""
    if not isinstance(name, str):
        return _problem(raw, PATH_FILE, "must be the name of a file", name, 'for example "a.csv"')
    if wanted is not None and not isinstance(wanted, str):
        return _problem(raw, PATH_SHA256, "must be a SHA-256 as text", wanted, "put it in quotes")
    if look_up(raw.values, (MACRO, "path")) not in (NOTHING, [], ()):
        cure = "keep one of the two"
        return _problem(raw, PATH_FILE, "must not stand beside macro.path", name, cure)
    return None


def _unreadable(raw: RawScenario, file: FilePath) -> Problem:
    names = sorted(path.name for path in file.parent.glob("*.csv")) if file.parent.is_dir() else []
    near = similar(file.name, names)
    cure = f'did you mean "{near}"?' if near else "the name is relative to the scenario's file"
    rule = f"must be a file that can be read; {file} is not there"
    return _problem(raw, PATH_FILE, rule, NOTHING, cure)


def _other_content(raw: RawScenario, file: FilePath, found: str, wanted: str) -> Problem:
    rule = f"must be the SHA-256 of {file}, which is {found}"
    cure = "restore the table that this scenario was made for, or write the new sum"
    return _problem(raw, PATH_SHA256, rule, wanted, cure)


def _problem(raw: RawScenario, key: str, rule: str, value: Any, cure: str) -> Problem:
    at = raw.place((MACRO, key))
    return Problem(at.file, at.line, f"{MACRO}.{key}", rule, shown(value), cure)


def _beside(at: Place, name: str) -> FilePath:
    """Find a file named in a scenario: relative to the scenario's, or to here for --set."""
    folder = FilePath(at.file).parent if at.line is not None else FilePath()
    return FilePath(os.path.normpath(folder / name))


def _places(raw: RawScenario, steps: int, winters: int) -> dict[Path, Place]:
    """Let every step stand where the table was named."""
    at = raw.place((MACRO, PATH_FILE))
    found: dict[Path, Place] = {(MACRO, "path"): at}
    found |= {(MACRO, "path", n): at for n in range(steps)}
    if winters:
        found |= {(MARKET, "path"): at} | {(MARKET, "path", n): at for n in range(winters)}
    return {**raw.places, **found}
