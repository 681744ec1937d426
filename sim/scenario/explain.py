"""Turn what the validator found into faults in the words of a scenario's author.

Each fault says which key is wrong, the rule, the value, the cure, and what could stand
there instead so that the rest can be checked too.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sim.base.frozen import Broken, RefusedError
from sim.base.ranges import OUT_OF_RANGE, range_in_words
from sim.scenario.faults import NOTHING, Fault, listed, look_up
from sim.scenario.legal import (
    KIND,
    Spot,
    choices,
    is_group,
    kinds,
    legal_keys,
    locate,
    meaning,
    places_of,
)
from sim.scenario.placeholder import placeholder
from sim.scenario.positions import Path, join_key, split_key
from sim.scenario.read import did_you_mean, similar

REQUIRED = "is required"
"""The rule that a missing key breaks."""


def explain(error: ErrorDetails, model: type[BaseModel], values: Mapping[str, Any]) -> list[Fault]:
    """Explain one error of the validator.

    Parameters
    ----------
    error : ErrorDetails
        As pydantic gives it.
    model : type of BaseModel
        The group at the top.
    values : mapping
        The values that were checked.

    Returns
    -------
    list of Fault
        Several where one rule is broken by several elements or keys.
    """
    words = _WORDS.get(error["type"])
    spot = locate(model, error["loc"])
    if words is not None:
        return [_wrong_type(spot, error, words)]
    explainer = _EXPLAINERS.get(error["type"])
    if explainer is not None:
        return explainer(spot, error, model)
    return _refused(spot, error, values)


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
    rule = f"must be a kind of {_name(spot.path)}; known kinds: {listed(known)}"
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
    elif words == _WHOLE and isinstance(value, float):
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


def _refused(spot: Spot, error: ErrorDetails, values: Mapping[str, Any]) -> list[Fault]:
    """Explain the rules that a group checks itself."""
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, RefusedError):
        return [_refused_part(spot, part, values) for part in cause.parts]
    return [Fault(spot.path, error["msg"], _give("another value", spot), error["input"])]


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


def _name(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    return names[-1] if names else "scenario"


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
