"""Values that change on dates: rates, spreads, rules of capital and of boards, quotas.

The table ``[dated]`` gives a value of the scenario a path. Its keys are dotted keys of the
scenario in quotes; each has a list of steps, in order, with a ``date`` of the calendar or with
``years_from_start``, and the ``value`` that holds from then on. Until the first step the value
holds that the scenario gives beside; whoever gives that value anew, in a file that extends
another or for one run, takes the path away. A step comes into force at the end of the month in
which it falls: the conductor of a run then writes what is in force into the rules, which know
numbers alone::

    [dated]
    "loan_prime_rate.one_year_rate" = [
      { date = 2022-01-20, value = 0.0370 },
      { date = 2022-08-22, value = 0.0365 },
    ]
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from sim.base.calendar import EDGE, Dated, unordered
from sim.base.errors import ScenarioError
from sim.base.parameter import Broken, StageVector, param
from sim.scenario.check import explain
from sim.scenario.edit import keys_of, value_of
from sim.scenario.prices import in_start_prices
from sim.scenario.read import did_you_mean
from sim.scenario.toml_text import KeyPath, join_key, split_key

TABLE = "dated"


class DatedValue(Dated):
    """One step of the path of a value."""

    value: bool | float | StageVector = param(unit="as its key", meaning="what holds from then on")


MAY_BE_DATED = (
    "loan_prime_rate.one_year_rate", "underwriting.spread_cap", "underwriting.funding_rate",
    "underwriting.line_cap", "underwriting.policy_subsidy_rate", "underwriting.everybody_served",
    "cash.everybody_liquid", "relationship.deposit_margin",
    "capital.small_weight", "capital.medium_weight", "capital.large_weight",
    "capital.small_line", "capital.small_sales", "capital.medium_sales",
    "capital.cancellable_conversion", "capital.committed_conversion",
    "capital.recognised_cover_share", "capital.protector_weight", "capital.provided_weight",
    "capital.unprovided_weight", "capital.large_provision_share", "capital.minimum_ratio",
    "capital.conservation_buffer", "capital.own_buffer", "bank.*.surcharge",
    "macro.price_level",
    "equity.listing_hazard", "board.*.is_open", "board.*.age", "board.*.value", "board.*.sales",
    "board.*.profit",
    "equity_market.winter_rounds", "equity_market.winter_listing",
    "equity_market.winter_acquisition", "equity_market.winter_valuation",
    "arrangement.*.funding.rate", "arrangement.*.funding.quota",
    "arrangement.*.funding.refinanced_share",
)  # fmt: skip
"""Keys that may follow dates; a star stands for a name that the scenario picks.

Whoever reads such a value finds it in the rules of its world, or asks `present`.
"""
_PATTERNS = [split_key(key.replace("*", "'*'")) for key in MAY_BE_DATED]


def may_be_dated(path: KeyPath) -> bool:
    """Whether the value at a place of a scenario may follow dates.

    >>> may_be_dated(("bank", "rural_bank", "surcharge")), may_be_dated(("population", "firms"))
    (True, False)
    """
    return any(
        len(known) == len(path) and all(a in ("*", b) for a, b in zip(known, path, strict=True))
        for known in _PATTERNS
    )


# --- What is in force ----------------------------------------------------------------------------


def present(scenario: Any, date: float) -> Any:
    """The scenario with the values in force at a date, years from its start date.

    It must be on the clock, see `sim.scenario.scenario.Scenario.on_clock`.
    """
    for path, value in _in_force(scenario, date):
        scenario = _put(scenario, path, value)
    return in_start_prices(scenario, scenario.macro.price_level)


def present_menu(menu: Any, scenario: Any, date: float) -> Any:
    """A menu with the values in force at a date, in the order of its items."""
    items = list(menu)
    for (table, name, *path), value in _in_force(scenario, date):
        for n, item in enumerate(items):
            if table == "arrangement" and item.name == name:
                items[n] = replace(item, arrangement=_put(item.arrangement, tuple(path), value))
    return tuple(items)


def changes(scenario: Any) -> list[float]:
    """Dates of all steps, in order, years from the start date."""
    return sorted({step.years for steps in scenario.dated.values() for step in steps})


def mean_of(scenario: Any, key: str, start: float, end: float) -> Any:
    """Mean over time, from `start` to `end`, of a value that may be dated."""
    edges = [start, *(date for date in changes(scenario) if start < date < end), end]
    first = value_of(present(scenario, start), key)
    # A value that does not change is its own mean, to the last bit.
    return first + sum(
        (value_of(present(scenario, since), key) - first) * (until - since) / (end - start)
        for since, until in pairwise(edges)
        if end > start
    )


def _in_force(scenario: Any, date: float) -> Iterator[tuple[KeyPath, Any]]:
    for key, steps in scenario.dated.items():
        for step in [step for step in steps if step.years <= date + EDGE][-1:]:
            yield split_key(key), step.value


def _put(part: Any, path: KeyPath, value: Any) -> Any:
    """A copy of a group with another value at a place in it."""
    if not path:
        return value
    name = str(path[0])
    if isinstance(part, Mapping):
        return {**part, name: _put(part[name], path[1:], value)}
    return part.model_copy(update={name: _put(getattr(part, name), path[1:], value)})


# --- What is wrong with it, and what of it never comes into force --------------------------------


def misdated(scenario: Any) -> Iterator[Broken]:
    """Give keys that cannot follow dates, steps out of order and values that are not legal."""
    for key, steps in scenario.dated.items():
        place = join_key((TABLE, key))
        if not _is_dateable(scenario, key):
            known = [key for key in keys_of(scenario) if may_be_dated(split_key(key))]
            cure = did_you_mean(key, known, f"use one of {', '.join(MAY_BE_DATED)}")
            yield place, "is no value that may follow dates", cure
            continue
        yield from unordered(place, steps)
        for n, step in enumerate(steps):
            for rule, cure in _refused(scenario, split_key(key), step.value):
                yield f"{place}[{n}].value", f"{rule}; got {step.value}", cure


def _is_dateable(scenario: Any, key: str) -> bool:
    """Whether a key is one of a value in the scenario that may follow dates."""
    try:
        return may_be_dated(split_key(key)) and value_of(scenario, key) is not None
    except (ValueError, ScenarioError):
        return False


def _refused(scenario: Any, path: KeyPath, value: Any) -> Iterator[tuple[str, str]]:
    """Say why the group around a value refuses another one."""
    group = value_of(scenario, join_key(path[:-1]))
    values = {**group.model_dump(mode="python"), str(path[-1]): value}
    try:
        type(group).model_validate(values)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            for fault in explain(details, type(group), values):
                yield fault.rule, fault.cure


def never_in_force(since: list[float], first: float, last: float) -> int:
    """How many steps of a path hold at no time from `first` to `last`.

    Those are steps that others have followed by the first day, and those after the last.

    >>> never_in_force([-9.0, -3.0, 1.0, 20.0], 0.0, 15.0)
    2
    """
    ends = [*since[1:], float("inf")] if since else []
    return sum(until <= first or last <= date for date, until in zip(since, ends, strict=True))
