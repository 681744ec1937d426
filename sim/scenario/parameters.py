"""Every parameter of a scenario and every kind of clause, read off the declared groups.

What a parameter is stands where it is declared (`sim.base.parameter.param`); here it is only
gathered, so nothing can go stale. Groups with the same fields (the overrides of a sector,
for example) are told once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from sim.base.language import tr
from sim.base.parameter import Within
from sim.scenario.declared import KIND, choices, is_group, kinds, shown, unit_and_meaning
from sim.scenario.toml_text import KeyPath, join_key

NAME, PLACE = "NAME", "N"
"""What stands in a path for a name that the author picks, and for a place in a list."""

TOP = "scenario"
"""The table of the keys that stand in no table."""

_TYPES = {str: "text", bool: "true or false", date: "date"}
_UNITS = {str: "text", bool: "yes or no", date: "date"}


@dataclass(frozen=True)
class Parameter:
    """One key of a scenario, with its unit, its meaning and its legal range in words.

    In the path `NAME` stands for a name that the author picks, `PLACE` for a place in a list.
    The default is as it would be written, None where the scenario must give the value. `kinds`
    are those of the clause that have the key; `module` declares it.
    """

    path: KeyPath
    unit: str
    meaning: str
    legal: str
    default: str | None
    kinds: tuple[str, ...]
    module: str

    @property
    def key(self) -> str:
        """Dotted key."""
        return join_key(self.path).replace(f".{PLACE}.", f"[{PLACE}].")

    @property
    def table(self) -> str:
        """Table of the scenario that the key belongs to; the clause, for arrangements."""
        top = str(self.path[0]) if len(self.path) > 1 else TOP
        return f"{top}.{NAME}.{self.path[2]}" if top == "arrangement" else top


@dataclass(frozen=True)
class ClauseKind:
    """One kind of a clause, its keys beside the kind, and whether plain lending has it."""

    clause: str
    kind: str
    meaning: str
    keys: tuple[str, ...]
    is_neutral: bool
    module: str


def parameters(model: type[BaseModel]) -> list[Parameter]:
    """Give every key beneath a group, in the order of the declared groups."""
    found: dict[tuple[Any, ...], Parameter] = {}
    for one in _walk(model, (), "", {}):
        alike = (one.path, one.unit, one.meaning, one.legal, one.default)
        before = found.get(alike)
        found[alike] = replace(one, kinds=(*before.kinds, *one.kinds)) if before else one
    return list(found.values())


def clause_kinds(arrangement: type[BaseModel]) -> list[ClauseKind]:
    """Give every kind of every clause; the fields of an arrangement are the clauses."""
    return [
        ClauseKind(
            clause, kind, str(group.__doc__ or "").strip().partition("\n")[0],
            tuple(key for key in group.model_fields if key != KIND),
            isinstance(field.default, group), group.__module__,
        )
        for clause, field in arrangement.model_fields.items()
        for kind, group in kinds(field.annotation).items()
    ]  # fmt: skip


def _walk(
    annotation: Any, path: KeyPath, kind: str, told: dict[Any, KeyPath]
) -> Iterator[Parameter]:
    """Give the keys below a place; `told` holds the groups that were told, with their place."""
    names = {group: name for name, group in kinds(annotation).items()}
    for member in choices(annotation):
        inner = get_args(member)
        if is_group(member) and _signature(member) in told:
            continue
        if is_group(member):
            told[_signature(member)] = path
            for key, field in member.model_fields.items():
                if key != KIND:
                    yield from _field(member, (*path, key), field, names.get(member, kind), told)
        elif get_origin(member) is dict:
            yield from _walk(inner[1], (*path, NAME), kind, told)
        elif get_origin(member) is tuple:
            yield from _walk(inner[0], (*path, PLACE), kind, told)


def _field(
    group: type[BaseModel], path: KeyPath, field: FieldInfo, kind: str, told: dict[Any, KeyPath]
) -> Iterator[Parameter]:
    """Give a key, or the keys below it where it is a table."""
    groups = _groups_in(field.annotation)
    unit, meaning = unit_and_meaning(field)
    known = [told[_signature(one)] for one in groups if _signature(one) in told]
    if groups and not known:
        yield from _walk(field.annotation, path, kind, told)
        return
    default = None
    if not field.is_required():
        default = tr("left out") if field.default is None else shown(field.default)
    if known:
        unit, legal = tr("table"), tr("as [{table}]", table=join_key(known[0]))
        default = "" if default is not None else None
    else:
        unit = unit or _unit(field.annotation)
        legal = legal_range(field.annotation, field.metadata)
    yield Parameter(path, unit, meaning, legal, default, (kind,) if kind else (), group.__module__)


def legal_range(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Say what values a field may have; pydantic keeps some validators apart from its type.

    Examples
    --------
    >>> from sim.base.parameter import NonNegative, Share
    >>> legal_range(Share), legal_range(tuple[NonNegative, ...]), legal_range(bool)
    ('[0, 1]', 'list of values, each in [0, ∞)', 'true or false')
    """
    bounds = Within()
    for validator in metadata:
        check = validator.func if isinstance(validator, AfterValidator) else None
        bounds = bounds & check if isinstance(check, Within) else bounds
    return _legal(annotation, bounds)


def _legal(annotation: Any, bounds: Within) -> str:
    """Say the range of a type within bounds that hold for every number in it."""
    inner = get_args(annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        return legal_range(inner[0], [AfterValidator(bounds), *inner[1:]])
    if origin is Literal:
        return tr("one of {words}", words=", ".join(map(str, inner)))
    if origin in (dict, tuple):
        return _several(origin, inner, bounds)
    if inner:  # a choice of types, one of them None
        return _legal(next(one for one in inner if one is not NoneType), bounds)
    if annotation is int:
        return tr("whole number") if bounds == Within() else tr("whole number in") + f" {bounds}"
    return tr(_TYPES[annotation]) if annotation in _TYPES else str(bounds)


def _several(origin: Any, inner: tuple[Any, ...], bounds: Within) -> str:
    each = _each(inner[1 if origin is dict else 0], bounds)
    if origin is dict:
        return tr("table of values, {each}", each=each)
    if inner[-1] is Ellipsis:
        return tr("list of values, {each}", each=each)
    return tr("{count} values, {each}", count=len(inner), each=each)


def _each(annotation: Any, bounds: Within) -> str:
    """Say the range of each element."""
    words = _legal(annotation, bounds)
    is_range = words[0] in "[("
    return tr("each in") + f" {words}" if is_range else tr("each") + f" {words}"


def _unit(annotation: Any) -> str:
    """Give the unit of what is no number: what it is instead."""
    for one in (annotation, *get_args(annotation)):
        if one in _UNITS or get_origin(one) is Literal:
            return tr(_UNITS.get(one, "text"))
    return ""


def _groups_in(annotation: Any) -> list[type[BaseModel]]:
    """Give the groups that a type leads to, through tables and lists."""
    found = []
    for member in choices(annotation):
        inner = get_args(member)
        if is_group(member):
            found.append(member)
        elif inner and get_origin(member) in (dict, tuple):
            found += _groups_in(inner[1 if get_origin(member) is dict else 0])
    return found


def _signature(group: type[BaseModel]) -> Any:
    """Tell groups apart: kinds of a clause by themselves, others by their fields."""
    if KIND in group.model_fields:
        return group
    return tuple((name, field.description) for name, field in group.model_fields.items())


def matches(pattern: KeyPath, path: KeyPath) -> bool:
    """Say whether a path is a known one, whatever names its author picked.

    Examples
    --------
    >>> matches(("bank", NAME, "capital"), ("bank", "city", "capital"))
    True
    """
    same = (known in (NAME, part) for known, part in zip(pattern, path, strict=False))
    return len(pattern) == len(path) and all(same)
