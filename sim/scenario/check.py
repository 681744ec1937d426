"""Check raw values against the declared groups, and tell all problems in one go.

The validator skips the rules of a group as long as one of its fields is wrong. So faults
are mended in a copy and the copy is checked again, until nothing new comes up; rules that
depend on a mended value are not reported.
"""

import copy
import itertools
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.base.errors import Problem, ScenarioError
from sim.base.parameter import OUT_OF_RANGE, Broken, RefusedError, range_in_words
from sim.scenario.declared import (
    KIND,
    NOTHING,
    Fault,
    Spot,
    choices,
    is_group,
    kinds,
    legal_keys,
    listed,
    locate,
    look_up,
    meaning,
    placeholder,
    places_of,
    shown,
)
from sim.scenario.read import EXTENDS, RawScenario, did_you_mean, is_beneath, similar
from sim.scenario.toml_text import KeyPath, join_key, split_key

# --- Turn what the validator found into faults in the words of a scenario's author ---------------


REQUIRED = "is required"
"""The rule that a missing key breaks."""


def explain(error: ErrorDetails, model: type[BaseModel], values: Mapping[str, Any]) -> list[Fault]:
    """Explain one error of the validator in the values that it checked.

    It gives several faults where one rule is broken by several elements or keys.
    """
    words = _WORDS.get(error["type"])
    spot = locate(model, error["loc"])
    if words is not None:
        return [_wrong_type(spot, error, words)]
    if explainer := _EXPLAINERS.get(error["type"]):
        return explainer(spot, error, model)
    # The rules that a group checks itself.
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, RefusedError):
        return [_refused_part(spot, part, values) for part in cause.parts[:MOST_TOLD]]
    return [Fault(spot.path, error["msg"], _give("another value", spot), error["input"])]


def _missing(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    if isinstance(spot.path[-1], int):
        given = len(error["input"])
        rule = f"has too few values; {given} {'is' if given == 1 else 'are'} given"
        return [Fault(spot.path[:-1], rule, _give("one value for each", spot), error["input"])]
    name = join_key(spot.path)
    members = choices(spot.annotation)
    if any(is_group(member) for member in members):
        written = f"[{name}]"
    elif any(get_origin(member) is dict for member in members):
        written = f"[{name}.NAME]"
    else:
        written = f"{spot.path[-1]} = ..."
    cure = f"add {written}" + _after(meaning(spot.field))
    return [Fault(spot.path, REQUIRED, cure, instead=_usable(spot))]


def _too_long(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    limit = error.get("ctx", {}).get("max_length", "fewer")
    rule = f"must have {limit} values"
    return [Fault(spot.path, rule, _give(f"{limit} values", spot), error["input"])]


def _unknown_key(spot: Spot, error: ErrorDetails, model: type[BaseModel]) -> list[Fault]:
    table = locate(model, error["loc"][:-1])
    key = str(spot.path[-1])
    known = legal_keys(table.annotation, None)
    name = "the scenario" if not table.path else f"[{'.'.join(map(str, table.path))}]"
    rule = f"is not a key of {name}"
    others = kinds(locate(model, error["loc"][:-2]).annotation)
    owners = [kind for kind, group in others.items() if key in group.model_fields]
    if owners:
        cure = f"it belongs to the kind {listed(owners)}; change the kind or leave it out"
    else:
        elsewhere = [f'did you mean "{place}"?' for place in places_of(model, key)]
        cure = did_you_mean(key, known, [*elsewhere, f"known keys: {listed(known)}"][0])
    return [Fault(spot.path, rule, cure, error["input"])]


def _unknown_kind(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    known = list(kinds(spot.annotation))
    given = str(error.get("ctx", {}).get("tag", ""))
    names = [part for part in spot.path if isinstance(part, str)] or ["scenario"]
    rule = f"must be a kind of {names[-1]}; known kinds: {listed(known)}"
    near = similar(given, known)
    cure = did_you_mean(given, known, "give one of the known kinds")
    return [Fault((*spot.path, KIND), rule, cure, given, instead=near or NOTHING)]


def _no_kind(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    known = kinds(spot.annotation)
    given = error["input"] if isinstance(error["input"], Mapping) else {}
    # The kind that has most of the keys is most likely meant.
    best = max(known, key=lambda kind: len(set(given) & set(known[kind].model_fields)))
    rule = f"is required; known kinds: {listed(list(known))}"
    return [Fault((*spot.path, KIND), rule, f'add kind = "{best}"', instead=best)]


def _choice(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    expected = str(error.get("ctx", {}).get("expected", "")).replace("'", '"')
    known = [part for part in expected.split('"')[1::2] if part]
    value = error["input"]
    near = similar(str(value), known)
    cure = did_you_mean(str(value), known, "give one of these values")
    return [Fault(spot.path, f"must be {expected}", cure, value, instead=near or NOTHING)]


def _out_of_range(spot: Spot, error: ErrorDetails, _: type[BaseModel]) -> list[Fault]:
    bounds = error.get("ctx", {})
    rule = range_in_words(bounds)
    return [
        Fault((*spot.path, *at), rule, *_nearest(number, bounds, spot))
        for at, number in bounds["outside"]
    ]


def _nearest(number: float, bounds: Mapping[str, Any], spot: Spot) -> tuple[Any, ...]:
    """Give cure, value, no group, and the legal value nearest to a number."""
    for name, is_past in (("low", number.__lt__), ("high", number.__gt__)):
        bound = bounds.get(name)
        if bound is not None and is_past(bound):
            nearest = type(number)(bound)
            cure = f"the nearest legal value is {nearest:g}" + _after(meaning(spot.field))
            return cure, number, None, nearest
    strict = {k: bounds.get(k) for k in ("above", "below")}
    words = range_in_words(strict).removeprefix("must be ")
    return f"give a number {words}" + _after(meaning(spot.field)), number, None, NOTHING


def _wrong_type(spot: Spot, error: ErrorDetails, words: str) -> Fault:
    value = error["input"]
    if isinstance(value, str) and _means(value, words):
        cure = f"write {value.strip()} without quotes"
    elif words == _WHOLE and isinstance(value, float) and math.isfinite(value):
        cure = f"the nearest legal value is {round(value)}"
    else:
        cure = _give(words, spot)
    return Fault(spot.path, f"must be {words}", cure, value, instead=_usable(spot))


def _usable(spot: Spot) -> Any:
    found = placeholder(spot.annotation, spot.field)
    return NOTHING if found is None else found


def _means(text: str, words: str) -> bool:
    """Say whether a text would be what is wanted, if it stood without quotes."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return False
    return type(value) in _TYPES.get(words, ())


def _refused_part(spot: Spot, part: Broken, values: Mapping[str, Any]) -> Fault:
    key, rule, cure = part
    path = (*spot.path, *split_key(key)) if key else spot.path
    value = look_up(values, path)
    if "got " in rule or isinstance(value, Mapping):
        value = NOTHING
    return Fault(path, rule, cure, value, group=spot.path)


def _give(what: str, spot: Spot) -> str:
    return f"give {what}" + _after(meaning(spot.field))


def _after(what: str) -> str:
    return f": {what}" if what else ""


_NUMBER = "a number"
_WHOLE = "a whole number"
_DATE = "a date, such as 2025-12-01"
_TYPES = {_NUMBER: (int, float), _WHOLE: (int,), _DATE: (date,)}

_WORDS = {
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "a finite number",
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "bool_type": "true or false",
    "string_type": "text in quotes",
    "tuple_type": "a list in [ ]",
    "list_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": _DATE,
    "date_from_datetime_inexact": _DATE,
}

_EXPLAINERS: dict[str, Callable[[Spot, ErrorDetails, type[BaseModel]], list[Fault]]] = {
    "missing": _missing,
    "too_long": _too_long,
    "extra_forbidden": _unknown_key,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _no_kind,
    "literal_error": _choice,
    OUT_OF_RANGE: _out_of_range,
}


# --- Check raw values against the declared groups, and tell all problems in one go ---------------


Model = TypeVar("Model", bound=BaseModel)

MAX_PASSES = 5
"""How many times mended values are checked again."""
MOST_TOLD = 100
"""Mistakes that are told in one go."""


def validate(raw: RawScenario, model: type[Model]) -> Model:
    """Check raw values, as ``resolve`` gives them, and build the frozen scenario.

    Raises ScenarioError with every problem of reading and of checking, by file and line.
    """
    if not raw.problems:
        try:
            return model.model_validate(raw.values)
        except ValidationError:
            pass  # explained below, together with what hides behind it
    strange = _strange_texts(raw, {*model.model_fields, EXTENDS})
    faults = _all_faults(raw, model) if raw.is_whole and not strange else []
    told = [one for one in raw.problems if one.file not in strange]
    problems = [*strange.values(), *told, *(_problem(fault, raw) for fault in faults)]
    files = list(dict.fromkeys(problem.file for problem in problems))
    raise ScenarioError(sorted(problems, key=lambda p: (files.index(p.file), p.line or 0)))


def _strange_texts(raw: RawScenario, known: set[str]) -> dict[str, Problem]:
    """Find files that are no scenario, of which nothing may be shown, and what is said instead."""
    rule = f"must be a scenario; it has none of its tables, such as {listed(sorted(known)[:3])}"
    return {
        file: Problem(file, None, "", rule, "", "name another file")
        for file, keys in raw.tops.items()
        if keys and not keys & known
    }


def _all_faults(raw: RawScenario, model: type[BaseModel]) -> list[Fault]:
    values = copy.deepcopy(raw.values)
    found: list[Fault] = []
    mended: list[KeyPath] = []
    for _ in range(MAX_PASSES):
        faults = list(_faults(values, model))
        if not faults or len(found) >= MOST_TOLD:
            break
        found += _joined([f for f in faults if _is_news(f, found, mended)])
        mended += [_mend(values, fault.path, fault.instead) for fault in faults]
    if raw.problems:
        # A key may be missing only because its line could not be read.
        found = [fault for fault in found if fault.rule != REQUIRED]
    return found[:MOST_TOLD]


def _faults(values: dict[str, Any], model: type[BaseModel]) -> Iterator[Fault]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        every = error.errors(include_url=False)[:MOST_TOLD]
        faults = (fault for details in every for fault in explain(details, model, values))
        yield from itertools.islice(faults, MOST_TOLD)


def _is_news(fault: Fault, found: list[Fault], mended: list[KeyPath]) -> bool:
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
    by_path: dict[tuple[KeyPath, KeyPath | None], list[Fault]] = {}
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


def _mend(values: dict[str, Any], path: KeyPath, instead: Any) -> KeyPath:
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
