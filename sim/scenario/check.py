"""Check raw values against the declared groups, and tell all problems in one go.

The validator skips the rules of a group as long as one of its fields is wrong. So faults
are mended in a copy and the copy is checked again, until nothing new comes up; rules that
depend on a mended value are not reported.
"""

import copy
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.base.errors import Problem, ScenarioError
from sim.scenario.explain import REQUIRED, explain
from sim.scenario.faults import NOTHING, Fault, look_up, shown
from sim.scenario.positions import Path, join_key
from sim.scenario.read import RawScenario, is_beneath

Model = TypeVar("Model", bound=BaseModel)

MAX_PASSES = 5
"""How many times mended values are checked again."""


def validate(raw: RawScenario, model: type[Model]) -> Model:
    """Check raw values and build the frozen scenario.

    Parameters
    ----------
    raw : RawScenario
        As ``resolve`` gives it.
    model : type of BaseModel
        The group at the top.

    Raises
    ------
    ScenarioError
        With every problem of reading and of checking, sorted by file and line.
    """
    if not raw.problems:
        try:
            return model.model_validate(raw.values)
        except ValidationError:
            pass  # explained below, together with what hides behind it
    faults = _all_faults(raw, model) if raw.is_whole else []
    found = [_problem(fault, raw) for fault in faults]
    raise ScenarioError(_in_order([*raw.problems, *found]))


def _all_faults(raw: RawScenario, model: type[BaseModel]) -> list[Fault]:
    values = copy.deepcopy(raw.values)
    found: list[Fault] = []
    mended: list[Path] = []
    for _ in range(MAX_PASSES):
        faults = list(_faults(values, model))
        if not faults:
            break
        found += _joined([f for f in faults if _is_news(f, found, mended)])
        mended += [_mend(values, fault.path, fault.instead) for fault in faults]
    if raw.problems:
        # A key may be missing only because its line could not be read.
        found = [fault for fault in found if fault.rule != REQUIRED]
    return found


def _faults(values: dict[str, Any], model: type[BaseModel]) -> Iterator[Fault]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            yield from explain(details, model, values)


def _is_news(fault: Fault, found: list[Fault], mended: list[Path]) -> bool:
    """Whether a fault is new and cannot come from a value that was put in."""
    if is_beneath(fault.path, mended) or any(fault.path == f.path for f in found):
        return False
    if fault.group is None:
        return True
    # A rule sees all of its group; only of the group at the top it sees what it names.
    seen = [fault.path, *([fault.group] if fault.group else [])]
    return not any(is_beneath(path, seen) for path in mended)


def _joined(faults: list[Fault]) -> list[Fault]:
    """Make one fault of those that say what the members of a union would have liked."""
    by_path: dict[tuple[Path, Path | None], list[Fault]] = {}
    for fault in faults:
        by_path.setdefault((fault.path, fault.group), []).append(fault)
    return [joined for same in by_path.values() for joined in _one_of(same)]


def _one_of(faults: list[Fault]) -> list[Fault]:
    first = faults[0]
    rules = list(dict.fromkeys(fault.rule for fault in faults))
    if len(rules) == 1:
        return [first]
    if first.group is not None or not all(rule.startswith("must be ") for rule in rules):
        return faults
    rule = "must be " + " or ".join(rule.removeprefix("must be ") for rule in rules)
    return [Fault(first.path, rule, first.cure, first.value, instead=first.instead)]


def _mend(values: dict[str, Any], path: Path, instead: Any) -> Path:
    """Put a legal value in the place of a wrong one, or take it out; say where."""
    if not path:
        return path
    table, key = look_up(values, path[:-1]), path[-1]
    if isinstance(table, list | tuple):
        if instead is NOTHING:
            # A list without one of its elements would have another meaning.
            return _mend(values, path[:-1], NOTHING)
        return _mend(values, path[:-1], [*table[: int(key)], instead, *table[int(key) + 1 :]])
    if isinstance(table, dict) and instead is not NOTHING:
        table[key] = instead
    elif isinstance(table, dict):
        table.pop(key, None)
    return path


def _problem(fault: Fault, raw: RawScenario) -> Problem:
    at = raw.place(fault.path)
    key = join_key(fault.path)
    return Problem(at.file, at.line, key, fault.rule, shown(fault.value), fault.cure)


def _in_order(problems: list[Problem]) -> list[Problem]:
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda p: (files.index(p.file), p.line or 0))
