"""Every clause, sector, bank and outcome moves something, or stands in a list of what does not.

Moving means: a named outcome differs by more than three standard errors of the paired
difference. The slow tier asks it of every single number of the shipped comparison, where a
difference in any bit of any outcome is enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.model.contracts.arrangement import CLAUSES, Arrangement
from sim.outcomes.mark import registry
from sim.scenario.scenario import Scenario
from tests.house.moves import (
    ALONE,
    ARMS,
    BANKS,
    DEAD,
    ECONOMIES,
    KINDS,
    MUTE,
    STILL,
)
from tests.house.paired import FAR, Floats, Size, difference, lived, scaled_banks, small
from tests.house.small import shipped

pytestmark = pytest.mark.full

SIZE = Size(firms=700, replications=6, warm_up_years=2.0, horizon_years=6.0, initial_share=0.5)
HOME = small(SIZE)
MADE = {f"arrangement.{name}": terms for name, terms in ARMS.items()}
Lived = dict[str, Floats]


@cache
def clauses() -> dict[str, Lived]:
    """Plain lending and the arrangements of the list, on the same firms."""
    return lived(small(SIZE, MADE, ["plain", *ARMS]))


@cache
def home() -> Lived:
    """The shipped economy under plain lending."""
    return lived(HOME)["plain"]


def world(values: Mapping[str, Any]) -> Lived:
    """The economy with some values changed."""
    return lived(small(SIZE, values))["plain"]


def assert_moves(one: Lived, two: Lived, outcome: str) -> None:
    """An outcome differs beyond `FAR` standard errors."""
    found = difference(one[outcome], two[outcome])
    assert abs(found.z) > FAR, f"{outcome}: {found}"


# --- Clauses -----------------------------------------------------------------------------


def kinds() -> Iterator[tuple[str, str]]:
    """Every kind of every clause but the neutral one, which comes first."""
    for clause in CLAUSES:
        for kind in get_args(Arrangement.model_fields[clause].annotation)[1:]:
            yield clause, get_args(kind.model_fields["kind"].annotation)[0]


def test_every_kind_of_every_clause_is_listed() -> None:
    assert set(kinds()) <= {(clause, kind) for clause, kind, _ in KINDS}


@pytest.mark.parametrize("clause", KINDS, ids=" ".join)
def test_a_clause_moves_an_outcome(clause: tuple[str, str, str]) -> None:
    arm, against, outcome = KINDS[clause]
    assert_moves(clauses()[arm], clauses()[against], outcome)


# --- Sectors and banks -------------------------------------------------------------------


def test_every_sector_is_listed() -> None:
    assert set(ALONE) == set(shipped().sector)


@pytest.mark.parametrize("sector", ALONE)
def test_a_sector_alone_is_another_economy(sector: str) -> None:
    shares = {f"sector.{name}.share": float(name == sector) for name in HOME.sector}
    assert_moves(world(shares), home(), ALONE[sector])


@pytest.mark.parametrize("bank", HOME.bank)
def test_a_bank_that_lends_below_break_even_to_nobody_is_missed(bank: str) -> None:
    assert_moves(world({f"bank.{bank}.appetite": 0.0}), home(), "firm.access_share")


def test_every_number_of_a_bank_is_listed() -> None:
    fields = set(type(next(iter(HOME.bank.values()))).model_fields)
    assert fields == set(BANKS) | {key.rpartition(".")[2] for key in STILL if "bank.*" in key}


@pytest.mark.parametrize("field", BANKS)
def test_a_number_of_the_banks_moves_an_outcome(field: str) -> None:
    change, outcome = BANKS[field]
    if isinstance(change, float):
        values = scaled_banks(HOME, field, change)
    else:
        values = {f"bank.{name}.{field}": change[n] for n, name in enumerate(HOME.bank)}
    assert_moves(world(values), home(), outcome)


# --- Outcomes ----------------------------------------------------------------------------


@pytest.mark.slow
def test_every_outcome_is_moved_by_some_clause_or_economy_or_is_listed_as_mute() -> None:
    # Long enough for firms to live ten years, and for rights to pay.
    size = replace(SIZE, firms=1200, replications=10, warm_up_years=4.0, horizon_years=13.0)
    worlds = lived(small(size, MADE, ["plain", *ARMS]))
    plain = worlds.pop("plain")
    for name, values in ECONOMIES.items():
        # Some outcomes tell what an arrangement does to loans under plain lending.
        both = lived(small(size, {**values, "arrangement.line": ARMS["line"]}, ["plain", "line"]))
        worlds |= {f"{name}, {arm}": found for arm, found in both.items()}
    still = {
        name
        for name, mark in registry().items()
        if mark.function.__module__.startswith("sim.outcomes.")
        and not any(_differs(other[name], plain[name]) for other in worlds.values())
    }
    assert still <= set(MUTE)


def _differs(one: Floats, two: Floats) -> bool:
    """Beyond `FAR`; an outcome that plain lending leaves undefined is seen against zero."""
    two = two if np.isfinite(two).any() else np.zeros_like(two)
    return abs(difference(one, two).z) > FAR


# --- What does not move ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("key", STILL)
def test_what_is_listed_as_still_is_still(key: str) -> None:
    value, _ = STILL[key]
    values = {key: value}
    if "*" in key:
        values = {key.replace("*", name): value for name in HOME.bank}
    changed = world(values)
    far = {name: difference(changed[name], home()[name]) for name in home()}
    assert not {name: str(found) for name, found in far.items() if abs(found.z) > FAR}


def numbers(table: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every number, and every list of numbers, by dotted key."""
    if isinstance(table, Mapping):
        for name, value in table.items():
            yield from numbers(value, (*path, name))
    else:
        first = table[0] if isinstance(table, tuple | list) and table else table
        if isinstance(first, float):
            yield ".".join(path), table


def changed(value: Any, factor: float) -> Any:
    """Another value."""
    if isinstance(value, tuple | list):
        return [changed(one, factor) for one in value]
    return factor * value if value else 0.05


def with_another(key: str, value: Any, size: Size, arms: Sequence[str]) -> Scenario:
    """The comparison with a value below the one that it has, or where that is not legal above."""
    try:
        return small(size, {key: changed(value, 0.7)}, arms)
    except ScenarioError:
        return small(size, {key: changed(value, 1.3)}, arms)


UNUSED = {"population.entries_a_year": "a number that stands in the place of `firms`"}


def dead(keys: Mapping[str, Any], size: Size) -> dict[str, Any]:
    """Which numbers change no bit of any outcome of any shipped arrangement."""
    arms = shipped().experiment.arrangements
    before = lived(small(size, {}, arms))
    found = {}
    for key, value in keys.items():
        after = lived(with_another(key, value, size, arms))
        if all(
            np.array_equal(after[arm][name], before[arm][name], equal_nan=True)
            for arm in arms
            for name in before[arm]
        ):
            found[key] = value
    return found


@pytest.mark.slow
def test_every_number_moves_some_bit_or_is_listed_as_dead() -> None:
    tables = shipped().model_dump(mode="python")
    chosen = {name: tables[name] for name in tables if name not in ("experiment", "sources")}
    # Of clauses the terms that are written and lived.
    terms = shipped().model_dump(mode="python", include={"arrangement"}, exclude_defaults=True)
    arms = shipped().experiment.arrangements
    chosen["arrangement"] = {k: v for k, v in terms["arrangement"].items() if k in arms}
    keys = {
        key: value
        for key, value in numbers(chosen)
        if not key.endswith(("market_share", "loss_sharing.shares"))
        and not (key.startswith("sector.") and key.endswith(".share"))
        and key not in UNUSED
    }
    few = dead(keys, Size(300, 1, 2.0, 6.0, 0.4))
    found = dead(few, Size(1500, 2, 4.0, 10.0, 0.4))
    assert [key for key in found if not any(fnmatch(key, known) for known in DEAD)] == []
    assert [known for known in DEAD if not any(fnmatch(key, known) for key in found)] == []
