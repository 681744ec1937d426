"""Write a fitted economy into copies of its scenario files, line by line.

Comments, order and sources stay as they are; only the lines of free numbers change, and
the source of each says in which range it was moved and for which target.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from sim.base.errors import Problem, ScenarioError
from sim.scenario.dump import value_text
from sim.scenario.model import Scenario
from sim.scenario.positions import find_positions, quoted_key, split_key
from sim.scenario.read import EXTENDS, resolve
from sim.scenario.sources import SOURCES
from sim.scenario.syntax import parse
from sim.study.calibration_plan import Parameter, Plan, value_at

BELIEF = "belief.default.default_rate"
_VALUE = r"(\[[^\]]*\]|\"(?:\\.|[^\"\\])*\"|[^,\s}#\]]+)"


def fitted_files(plan: Plan, file: Path, fitted: Scenario) -> dict[Path, str]:
    """The texts of the scenario files with the fitted numbers in place.

    Parameters
    ----------
    plan : Plan
    file : Path
        The scenario that was calibrated; numbers that stand in a file that it extends are
        changed there.
    fitted : Scenario

    Returns
    -------
    dict of Path to str
        New text by file, for the files that change.

    Raises
    ------
    ScenarioError
        If a number does not stand in a line of its own.
    """
    texts: dict[Path, list[str]] = {}
    for key, source in _changes(plan, fitted).items():
        place = _file_of(file, key)
        lines = texts.setdefault(place, place.read_text(encoding="utf-8").splitlines())
        _replace(place, lines, key, value_at(fitted, key), source)
    return {place: "\n".join(lines) + "\n" for place, lines in texts.items()}


def write_files(texts: Mapping[Path, str], root: Path, folder: Path) -> list[Path]:
    """Write the texts below a folder, as they lie below `root`.

    Returns
    -------
    list of Path
        The files written.
    """
    written = []
    for place, text in texts.items():
        target = folder / os.path.relpath(place, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        written.append(beside.replace(target))
    return written


def source_text(free: list[Parameter], value: object) -> str:
    """What the sources say of a number, or of a list whose elements are free.

    Examples
    --------
    >>> one = Parameter(key="a.b", low=0.1, high=0.4, stage="s", why="survival (MK37)")
    >>> source_text([one], 0.2)
    'fitted 0.1 to 0.4: survival (MK37)'
    >>> two = [Parameter(key=f"a.c[{n}]", low=0.1, high=0.4, stage="s", why="x") for n in (0, 1)]
    >>> source_text(two, (0.2, 0.25))
    'fitted x0.5 to x1.6 each: x'
    """
    why = "; ".join(dict.fromkeys(one.why for one in free))
    if not isinstance(value, list | tuple):
        return f"fitted {free[0].low:g} to {free[0].high:g}: {why}"
    pairs = [(one, float(value[int(one.key.partition("[")[2].rstrip("]"))])) for one in free]
    # One range for the whole list: what every free element may do.
    low = max((one.low / at for one, at in pairs if at), default=0.5)
    high = min((one.high / at for one, at in pairs if at), default=2.0)
    low, high = min(round(low, 2), 1.0), max(round(high, 2), 1.0)
    return f"fitted x{low:g} to x{high:g} each: {why}"


def _changes(plan: Plan, fitted: Scenario) -> dict[str, str]:
    """The keys to write, whole lists, with the text of each one's source."""
    groups: dict[str, list[Parameter]] = {}
    for free in plan.parameter:
        for key in (free.key, *free.also):
            one = free.model_copy(update={"key": key})
            groups.setdefault(key.partition("[")[0], []).append(one)
    found = {head: source_text(free, value_at(fitted, head)) for head, free in groups.items()}
    found[BELIEF] = "fitted x0.5 to x1.6 each: realised default by stage (ST04, LB47)"
    return found


def _file_of(file: Path, key: str) -> Path:
    """The file of a chain in which a key stands."""
    path = split_key(key)
    place = resolve(file).place(path)
    while True:
        parsed = parse(file.read_text(encoding="utf-8"), str(file))
        if path in parsed.lines:
            return file
        base = parsed.values.get(EXTENDS)
        if not isinstance(base, str):
            rule = "must stand in a line of its own in a scenario file"
            problem = Problem(place.file, place.line, key, rule, "", "write it out, then fit it")
            raise ScenarioError([problem])
        file = Path(os.path.normpath(file.parent / base))


def _replace(place: Path, lines: list[str], key: str, value: object, source: str) -> None:
    """Put a value and its source in place of the old ones."""
    _put(place, lines, key, value_text(value))
    quoted = f'{SOURCES}."{key}"'
    if split_key(quoted) in find_positions("\n".join(lines)):
        _put(place, lines, quoted, value_text(source))


def _put(place: Path, lines: list[str], key: str, text: str) -> None:
    """Replace the value of one key, in a line of its own or in an inline table."""
    path = split_key(key)
    row = find_positions("\n".join(lines))[path] - 1
    name = re.escape(quoted_key(str(path[-1])))
    found = list(re.finditer(rf"(?<![\w.-]){name}\s*=\s*{_VALUE}", lines[row]))
    if len(found) != 1:
        rule = "must stand once, with its value, in one line"
        problem = Problem(str(place), row + 1, key, rule, lines[row].strip(), "give it a line")
        raise ScenarioError([problem])
    start, end = found[0].span(1)
    lines[row] = lines[row][:start] + text + lines[row][end:]
