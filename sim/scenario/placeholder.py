"""Values of the right form that stand where a scenario has none that can be used.

They are only there so that checking can go on past a mistake; nothing is run with them.
"""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.scenario.legal import choices, is_group

_SIMPLE: dict[Any, Any] = {float: 1.0, int: 1, str: "", bool: False, NoneType: None}


def placeholder(annotation: Any, field: FieldInfo | None = None) -> Any:
    """Give a value that a field would most likely accept.

    Parameters
    ----------
    annotation : any
        The type that is expected.
    field : FieldInfo, optional
        The declaration, for the bounds of a number.

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
    bound = _bound(field) if member in (int, float) else None
    return _SIMPLE.get(member) if bound is None else member(bound)


def _bound(field: FieldInfo | None) -> float | None:
    extra = field.json_schema_extra if field else None
    if not isinstance(extra, dict):
        return None
    for name in ("low", "high"):
        bound = extra.get(name)
        if isinstance(bound, int | float):
            return float(bound)
    return None
