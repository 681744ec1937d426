"""Change single values of a scenario, by dotted key, with the checks of a file."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from sim.base.errors import Problem, ScenarioError
from sim.scenario.check import validate
from sim.scenario.declared import NOTHING, look_up, shown, values_of
from sim.scenario.limits import MOST_DEPTH, over_limit
from sim.scenario.read import Place, RawScenario, did_you_mean, with_path_file
from sim.scenario.toml_text import KeyPath, join_key, split_key

Model = TypeVar("Model", bound=BaseModel)

ORIGIN = "--set"
"""What stands for the file in messages about values that are set."""


def with_values(model: Model, values: Mapping[str, Any]) -> Model:
    """Give a copy of a scenario or group with some values changed, checked like a file.

    Values stand by dotted key, such as ``"arrangement.swap.upside.coverage"`` or, for one
    element of a list, ``"lifecycle.progress_hazard[2]"``. A new ``kind`` replaces the whole
    clause. Raises ScenarioError with every unknown key and illegal value.

    Examples
    --------
    >>> from sim.base.parameter import Frozen
    >>> class Loan(Frozen):
    ...     rate: float = 0.04
    >>> with_values(Loan(), {"rate": 0.05})
    Loan(rate=0.05)
    """
    base = RawScenario(model.model_dump(mode="python"), {(): Place(ORIGIN, None)})
    return validate(with_path_file(assign(base, values)), type(model))


def value_of(model: BaseModel, key: str) -> Any:
    """Find the value, or the group of values, at a dotted key.

    Raises ScenarioError, with a key near to it, if there is none.

    >>> from sim.base.parameter import Frozen
    >>> class Loan(Frozen):
    ...     rate: float = 0.04
    >>> value_of(Loan(), "rate")
    0.04
    """
    found: Any = model
    try:
        for part in split_key(key):
            found = getattr(found, str(part)) if isinstance(found, BaseModel) else found[part]
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        cure = did_you_mean(key, keys_of(model), "for example experiment.replications")
        problem = Problem("scenario", None, key, "is no key of this scenario", "", cure)
        raise ScenarioError([problem]) from None
    return found


def keys_of(model: BaseModel) -> list[str]:
    """Give the dotted key of every value."""
    return [join_key(path) for path, _, _ in values_of(model)]


def assign(base: RawScenario, values: Mapping[str, Any]) -> RawScenario:
    """Lay values by dotted key over raw values, such as those of a file."""
    tree: dict[str, Any] = {}
    places: dict[KeyPath, Place] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        try:
            raw = value.model_dump(mode="python") if isinstance(value, BaseModel) else value
            path, whole = _whole_list(base.values, tree, _parts_of(key), raw)
        except (ValueError, IndexError) as error:
            problems.append(_no_key(key, error, value))
            continue
        _put(tree, path, whole)
        places |= {path[: k + 1]: Place(ORIGIN, None) for k in range(len(path))}
    return RawScenario(tree, places, tuple(problems)).over(base)


def assign_texts(base: RawScenario, texts: Iterable[str]) -> RawScenario:
    """Lay values written as ``key=value`` over raw values; of two of a key the last counts."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        try:
            key, value = parse_assignment(text)
        except ScenarioError as error:
            problems += error.problems
        else:
            values[key] = value
    raw = assign(base, values)
    return replace(raw, problems=(*problems, *raw.problems))


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read ``key=value`` as on the command line: TOML, but text may go without quotes.

    Raises ScenarioError if there is no ``=`` or no key.

    Examples
    --------
    >>> parse_assignment("experiment.seed=7")
    ('experiment.seed', 7)
    >>> parse_assignment("experiment.footing=equal_lending")
    ('experiment.footing', 'equal_lending')
    """
    key, sign, value = (part.strip() for part in text.partition("="))
    if not (key and sign and value):
        cure = "for example --set experiment.replications=20"
        raise ScenarioError([Problem(ORIGIN, None, "", "must be written key=value", text, cure)])
    if found := over_limit(f".{text}"):
        raise ScenarioError([Problem(ORIGIN, None, "", found[1], text, found[2])])
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        # Shells eat quotes; a bare word is meant as text.
        return key, value


def _parts_of(key: str) -> KeyPath:
    """Split a dotted key of not too many parts; ValueError if it is none."""
    path = split_key(key)
    if len(path) > MOST_DEPTH:
        raise ValueError(f"must have at most {MOST_DEPTH} parts")
    return path


def _no_key(key: str, error: Exception, value: Any) -> Problem:
    if isinstance(error, IndexError):
        return Problem(ORIGIN, None, key, str(error), shown(value), "count elements from 0")
    cure = "for example experiment.replications, or lifecycle.progress_hazard[2]"
    return Problem(ORIGIN, None, "", "must be a dotted key", key, cure)


def _whole_list(
    base: Mapping[str, Any], tree: dict[str, Any], path: KeyPath, value: Any
) -> tuple[KeyPath, Any]:
    """Turn a change of one element into a change of the whole list around it."""
    for depth, part in enumerate(path):
        if isinstance(part, int):
            head = path[:depth]
            old = look_up(tree, head)
            old = look_up(base, head) if old is NOTHING else old
            return head, _with_element(old, path[depth:], value)
    return path, value


def _with_element(old: Any, path: KeyPath, value: Any) -> Any:
    """Copy a list with the value at a path inside it changed."""
    if not path:
        return value
    part = path[0]
    if isinstance(part, str):
        table = dict(old) if isinstance(old, Mapping) else {}
        return {**table, part: _with_element(table.get(part), path[1:], value)}
    items = list(old) if isinstance(old, list | tuple) else []
    if part >= len(items):
        raise IndexError(f"is beyond the list, which has {len(items)} elements")
    items[part] = _with_element(items[part], path[1:], value)
    return items


def _put(tree: dict[str, Any], path: KeyPath, value: Any) -> None:
    table = tree
    for part in path[:-1]:
        inner = table.get(str(part))
        if not isinstance(inner, dict):
            inner = table[str(part)] = {}
        table = inner
    table[str(path[-1])] = value
