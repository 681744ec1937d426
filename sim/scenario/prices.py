"""Amounts that are written down, in the money of the start date.

All money of a run is in prices of its start date, so that a settled economy stands still. Caps of
registers, products and laws are stated in the money of their day and do not follow prices: as
these rise they are worth less, and a firm of the same size outgrows them. What has been signed
stays as it is. With a price level of one nothing is changed, which is the default: consumer
prices have stood still and producer prices have fallen since 2023.
"""

from collections.abc import Mapping
from typing import Any

from sim.base.parameter import NOMINAL, Frozen


def in_start_prices(part: Any, level: float) -> Any:
    """A group of parameters with its nominal amounts divided by a price level.

    Parameters
    ----------
    part : Frozen, or a mapping or tuple of such
    level : float, index
        Prices over those of the start date.

    Examples
    --------
    >>> from sim.model.contracts.limit import FixedAmount
    >>> in_start_prices(FixedAmount(kind="fixed", amount=5.0), 1.25).amount
    4.0
    """
    if level == 1.0:
        return part
    if isinstance(part, Frozen):
        values = {name: _deflated(part, name, level) for name in type(part).model_fields}
        return part.model_copy(update=values)
    if isinstance(part, Mapping):
        return {name: in_start_prices(value, level) for name, value in part.items()}
    if isinstance(part, tuple):
        return tuple(in_start_prices(value, level) for value in part)
    return part


def _deflated(group: Frozen, name: str, level: float) -> Any:
    value, extra = getattr(group, name), type(group).model_fields[name].json_schema_extra
    if not (isinstance(extra, dict) and extra.get(NOMINAL)):
        return in_start_prices(value, level)
    if isinstance(value, tuple):
        return tuple(amount / level for amount in value)
    return None if value is None else value / level
