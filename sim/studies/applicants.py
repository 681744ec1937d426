"""Applicants as a user describes them: words on the command line, a mapping, or a small table."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.base.named_files import UnfitFileError, read_named
from sim.model.firms.record import STAGES
from sim.scenario.scenario import Scenario
from sim.studies.applicant_world import Applicant, selling
from sim.studies.request import nearest

FIRM, TABLE = "--firm", "--applicants"
"""What stands for the file in messages about one applicant, and about their table."""
MOST = 100
"""Applicants of one study."""
_MOST_MONEY = 1e6
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class UnreadableError(Exception):
    """A value that is none of its key: the rule that it breaks, and the cure."""

    def __init__(self, rule: str, cure: str) -> None:
        super().__init__(rule, cure)
        self.rule, self.cure = rule, cure


@dataclass(frozen=True)
class Described:
    """An applicant with its name."""

    name: str
    who: Applicant


def _number(low: float, high: float, least: bool = True) -> Callable[[str], float]:
    """Give a reader of numbers between two ends, the lower one left out if it is not `least`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise UnreadableError("must be a number", "for example 12.5") from None
        if not math.isfinite(value) or value > high or value < low or (value == low and not least):
            lower = f"at least {low:g}" if least else f"above {low:g}"
            cure = "money in CNY million, time in years"
            raise UnreadableError(f"must be {lower} and at most {high:g}", cure)
        return value

    return read


def _answer(text: str) -> bool:
    if text.lower() not in _ANSWERS:
        raise UnreadableError("must be yes or no", "give one of the two")
    return _ANSWERS[text.lower()]


def _stage(text: str) -> int:
    if text not in STAGES:
        raise UnreadableError("is no stage", nearest(text, STAGES))
    return STAGES.index(text)


_MONEY = _number(0.0, _MOST_MONEY)
READERS: dict[str, Callable[[str], Any]] = {
    "stage": _stage, "sales": _number(0.0, _MOST_MONEY, least=False), "cash": _MONEY,
    "tangible": _MONEY, "assets": _number(0.0, _MOST_MONEY, least=False), "venture": _answer,
    "age": _number(0.0, 200.0), "last_round": _MONEY, "high_tech": _answer,
    "quality": _number(-5.0, 5.0),
}  # fmt: skip
"""How each key is read; ``name`` and ``sector`` are words."""
NEEDED = ("stage", "sales")
KNOWN = ("name", "sector", *READERS)
assert {one.name for one in fields(Applicant)} == {"sector", *READERS}


def described(
    scenario: Scenario, firms: Iterable[str | Mapping[str, Any]] = (), table: Path | None = None
) -> tuple[Described, ...]:
    """Read applicants, and refuse what none can be, all mistakes at once.

    Parameters
    ----------
    firms
        Each a text such as ``"stage=growth,sales=20,venture=yes"``, or a mapping of the same.
    table
        A CSV file whose columns are such keys, one row an applicant.

    Raises
    ------
    ScenarioError
        For keys that there are not, values that cannot be, and applicants without a stage or
        sales.

    Examples
    --------
    >>> from sim.scenario.scenario import load_scenario
    >>> one, = described(load_scenario("three_arrangements"), ["stage=growth, sales=20"])
    >>> one.name, one.who.stage, one.who.sales
    ('applicant 1', 1, 20.0)
    """
    told = [(FIRM, None, one) for one in firms]
    given = [*told, *(_rows(table) if table is not None else ())]
    problems: list[Problem] = []
    found = []
    for number, (file, line, one) in enumerate(given, 1):
        try:
            found.append(_applicant(scenario, file, line, _pairs(file, line, one), number))
        except ScenarioError as error:
            problems += error.problems
    problems += _as_many(found, len(given))
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def _as_many(found: list[Described], given: int) -> Iterator[Problem]:
    """Refuse no applicants, too many, and two of one name."""
    if not given:
        cure = 'for example --firm "stage=growth,sales=20"'
        yield Problem(FIRM, None, "", "or --applicants must describe an applicant", "none", cure)
    if given > MOST:
        yield Problem(
            TABLE, None, "", f"must be at most {MOST} applicants", str(given), "give less"
        )
    names = [one.name for one in found]
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        yield Problem(FIRM, None, "name", "is given twice", name, "give each its own name")


def _rows(table: Path) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Give the rows of a table with the line of each; empty cells are left out."""
    try:
        text = read_named(table, ".csv").decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except UnfitFileError as error:
        raise ScenarioError([Problem(TABLE, None, "", error.rule, "", error.cure)]) from None
    except (UnicodeDecodeError, csv.Error) as error:
        cure = "save it as CSV in UTF-8"
        raise ScenarioError([Problem(str(table), None, "", str(error), "", cure)]) from None
    except OSError as error:
        what = (error.strerror or "cannot be read").lower()
        raise ScenarioError([Problem(str(table), None, "", what, "", "check the path")]) from None
    heads = [head.strip() for head in rows[0]] if rows else []
    for line, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            if len(row) != len(heads):
                rule, got = f"must have {len(heads)} cells", str(len(row))
                raise ScenarioError([Problem(str(table), line, "", rule, got, "mend the line")])
            pairs = zip(heads, (cell.strip() for cell in row), strict=True)
            yield str(table), line, {head: cell for head, cell in pairs if cell}


def _pairs(file: str, line: int | None, given: str | Mapping[str, Any]) -> dict[str, str]:
    """Give keys and values as texts."""
    if isinstance(given, Mapping):
        return {str(key).replace("-", "_"): _text(value) for key, value in given.items()}
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in given.split(","))):
        key, is_there, value = (word.strip() for word in part.partition("="))
        if not (key and is_there and value):
            cure = "for example stage=growth,sales=20"
            raise ScenarioError([Problem(file, line, "", "must be KEY=VALUE,...", part, cure)])
        if key.replace("-", "_") in found:
            raise ScenarioError([Problem(file, line, key, "is given twice", value, "give one")])
        found[key.replace("-", "_")] = value
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _applicant(
    scenario: Scenario, file: str, line: int | None, pairs: dict[str, str], number: int
) -> Described:
    """Read one applicant; raises ScenarioError with all that is wrong with it."""
    problems, values = [], dict[str, Any]()
    for key, text in pairs.items():
        try:
            values[key] = _read(scenario, key, text)
        except UnreadableError as error:
            problems.append(Problem(file, line, key, error.rule, text, error.cure))
    for key in NEEDED:
        if key not in pairs:
            cure = f"for example {key}={'growth' if key == 'stage' else '20'}"
            problems.append(Problem(file, line, key, "must be given", "", cure))
    name = values.pop("name", f"applicant {number}")
    if not problems:
        problems += _misfits(scenario, file, line, values)
    if problems:
        raise ScenarioError(problems)
    return Described(name, Applicant(**values))


def _read(scenario: Scenario, key: str, text: str) -> Any:
    if key in READERS:
        return READERS[key](text)
    if key == "sector":
        if text not in scenario.sector:
            raise UnreadableError("is no sector of the scenario", nearest(text, scenario.sector))
        return list(scenario.sector).index(text)
    if key == "name":
        if len(text) > 60 or not text.isprintable():
            raise UnreadableError("must be at most 60 letters", "give a shorter name")
        return text
    raise UnreadableError("describes no applicant", nearest(key, KNOWN))


def _misfits(
    scenario: Scenario, file: str, line: int | None, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Refuse what is legal alone and cannot be together, or in this economy."""
    cap, stage = scenario.sme_register.sales_cap, values["stage"]
    if values["sales"] > cap:
        cure = "give a firm on the register; arrangements are open to no larger one"
        rule = f"must be at most the register's cap of {cap:g}"
        yield Problem(file, line, "sales", rule, f"{values['sales']:g}", cure)
    codes, names = selling(scenario, stage), list(scenario.sector)
    if values.get("sector", codes[0] if codes else 0) not in codes:
        sector = names[values["sector"]] if "sector" in values else "any sector"
        cure = f"give a later stage, or one of: {', '.join(names[code] for code in codes)}"
        yield Problem(file, line, "sector", f"sells nothing at {STAGES[stage]}", sector, cure)
