"""What may stand at a place in a scenario, read off the declared groups.

The walk follows the annotations of the groups, so that it knows the legal keys, the
kinds of a clause, and the meaning and unit of a field; and it removes the names of kinds
that the validator puts into its paths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.toml_text import KeyPath, join_key, value_text

KIND = "kind"


@dataclass(frozen=True)
class Spot:
    """A place in a scenario, without names of kinds: the type and the declaration there."""

    path: KeyPath
    annotation: Any
    field: FieldInfo | None = None


def locate(model: type[BaseModel], loc: KeyPath) -> Spot:
    """Follow a path of the validator, which has a component for every union it passes."""
    spot = Spot((), model)
    for part in loc:
        members = choices(spot.annotation)
        if len(members) > 1:
            spot = Spot(spot.path, _pick(members, part), spot.field)
        else:
            spot = _enter(spot, members[0], part)
    return spot


def choices(annotation: Any) -> list[Any]:
    """List the types a value may have, None apart.

    Examples
    --------
    >>> choices(float | str | None)
    [<class 'float'>, <class 'str'>]
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return choices(get_args(annotation)[0])
    if origin in (Union, UnionType):
        members = [m for arg in get_args(annotation) for m in choices(arg)]
        return [m for m in members if m is not NoneType]
    return [annotation]


def kinds(annotation: Any) -> dict[str, type[BaseModel]]:
    """Give the groups that may stand at a place, by the name of their kind."""
    members = [m for m in choices(annotation) if is_group(m)]
    return {name: member for member in members for name in _names(member)}


def legal_keys(annotation: Any, value: Any = None) -> list[str]:
    """List the keys of the table that may stand at a place; the kind of a value picks one."""
    members = [m for m in choices(annotation) if is_group(m)]
    kind = value.get(KIND) if isinstance(value, Mapping) else None
    picked = [m for m in members if kind in _names(m)] or members
    return list(dict.fromkeys(key for member in picked for key in member.model_fields))


def places_of(model: type[BaseModel], key: str) -> list[str]:
    """Find the dotted keys of this name; ``NAME`` stands for a name that an author picks."""
    return [join_key(path) for path in _declared(model, ()) if path[-1] == key]


def unit_and_meaning(field: FieldInfo | None) -> tuple[str, str]:
    """Give unit and meaning of a field; empty where nothing is declared."""
    extra = field.json_schema_extra if field else None
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return str(unit or ""), (field.description or "") if field else ""


def meaning(field: FieldInfo | None) -> str:
    """Say what a field is, with its unit; empty where nothing is declared."""
    unit, words = unit_and_meaning(field)
    return f"{words} ({unit})" if unit and words else words


def values_of(
    value: Any, path: KeyPath = (), words: tuple[str, str] = ("", "")
) -> list[tuple[KeyPath, Any, tuple[str, str]]]:
    """List every value of a checked scenario with its place, its unit and its meaning."""
    if isinstance(value, BaseModel):
        return [
            leaf
            for name, field in type(value).model_fields.items()
            for leaf in values_of(getattr(value, name), (*path, name), unit_and_meaning(field))
        ]
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        items = list(enumerate(value))
    else:
        return [] if value is None else [(path, value, words)]
    return [leaf for key, item in items for leaf in values_of(item, (*path, key), words)]


def is_group(annotation: Any) -> bool:
    """Say whether a type is a declared group of fields."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _names(member: type[BaseModel]) -> tuple[Any, ...]:
    field = member.model_fields.get(KIND)
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return get_args(field.annotation)


def _pick(members: list[Any], tag: str | int) -> Any:
    for member in members:
        if is_group(member) and (tag in _names(member) or tag == member.__name__):
            return member
        if getattr(member, "__name__", None) == tag:
            return member
    return Any


def _enter(spot: Spot, annotation: Any, part: str | int) -> Spot:
    """Go one key or index further in."""
    path = (*spot.path, part)
    if is_group(annotation):
        field = annotation.model_fields.get(part)
        return Spot(path, field.annotation if field else Any, field)
    inner = get_args(annotation)
    if get_origin(annotation) is dict:
        return Spot(path, inner[1], spot.field)
    if get_origin(annotation) in (tuple, list) and isinstance(part, int):
        at = part if len(inner) > part and inner[-1] is not Ellipsis else 0
        return Spot(path, inner[at], spot.field)
    return Spot(path, Any, spot.field)


def _declared(annotation: Any, path: KeyPath) -> list[KeyPath]:
    found: list[KeyPath] = []
    for member in choices(annotation):
        if is_group(member):
            for key, field in member.model_fields.items():
                found += [(*path, key), *_declared(field.annotation, (*path, key))]
        elif get_origin(member) is dict:
            found += _declared(get_args(member)[1], (*path, "NAME"))
    return list(dict.fromkeys(found))


# --- Values of the right form that stand where a scenario has none that can be used --------------
# They are only there so that checking can go on past a mistake; nothing is run with them.


_SIMPLE: dict[Any, Any] = {float: 1.0, int: 1, str: "", bool: False}


def placeholder(annotation: Any, field: FieldInfo | None = None) -> Any:
    """Give a value that a field would most likely accept, within the bounds of its declaration.

    Examples
    --------
    >>> placeholder(tuple[float, float]), placeholder(dict[str, int])
    ((1.0, 1.0), {})
    """
    member = choices(annotation)[0]
    if is_group(member):
        return {
            name: placeholder(inner.annotation, inner)
            for name, inner in member.model_fields.items()
            if inner.is_required() or name == "kind"
        }
    arguments = get_args(member)
    if get_origin(member) is Literal:
        return arguments[0]
    if get_origin(member) is tuple:
        variable = Ellipsis in arguments
        return () if variable else tuple(placeholder(a, field) for a in arguments)
    if get_origin(member) is dict:
        return {}
    extra = field.json_schema_extra if field and member in (int, float) else None
    bounds = [extra.get(name) for name in ("low", "high")] if isinstance(extra, dict) else []
    numbers = (bound for bound in bounds if isinstance(bound, int | float))
    return member(next(numbers, _SIMPLE[member])) if member in _SIMPLE else None


# --- One mistake in the values of a scenario, and the words to tell it ---------------------------


NOTHING: Any = object()
"""Stands for a value that is not there."""

MAX_LISTED = 14
"""How many legal keys or kinds a cure may list."""


@dataclass(frozen=True)
class Fault:
    """One mistake, before its file and line are known: rule, cure and value of the message.

    A rule about several keys has the group whose rule it is. `instead` is a legal value to go
    on with, or ``NOTHING`` to leave the key out.
    """

    path: KeyPath
    rule: str
    cure: str
    value: Any = NOTHING
    group: KeyPath | None = None
    instead: Any = NOTHING


def look_up(values: Any, path: KeyPath) -> Any:
    """Find a value by its path; ``NOTHING`` if it is not there."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return values


def shown(value: Any) -> str:
    """Write a value for a message, cut where it is long; empty for ``NOTHING``.

    Examples
    --------
    >>> shown([1, "a"])
    '[1, "a"]'
    """
    if value is NOTHING:
        return ""
    try:
        text = value_text(value)
    except TypeError:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def listed(words: list[str]) -> str:
    """List words, cut where they are many."""
    more = f" and {len(words) - MAX_LISTED} more" if len(words) > MAX_LISTED else ""
    return ", ".join(words[:MAX_LISTED]) + more
