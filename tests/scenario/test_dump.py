"""What is written reads back to the same values."""

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.parameter import Frozen
from sim.scenario.toml_text import dump_model, dump_values, value_text

SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.dates(),
    st.times(),
    st.datetimes(),
)
TABLES = st.recursive(
    st.dictionaries(st.text(max_size=4), SCALARS, max_size=3),
    lambda inner: st.dictionaries(
        st.text(max_size=4),
        inner | SCALARS | st.lists(SCALARS | inner, max_size=3),
        max_size=3,
    ),
    max_leaves=8,
)


@given(TABLES)
@settings(max_examples=300, deadline=None)
def test_values_read_back_the_same(values: dict[str, Any]) -> None:
    assert tomllib.loads(dump_values(values)) == values


def test_every_number_keeps_all_its_digits() -> None:
    values = {"a": 0.1 + 0.2, "b": 1e-300, "c": 1e22, "d": -0.0, "e": float("inf")}
    assert tomllib.loads(dump_values(values)) == values


def test_empty_tables_stay_and_missing_values_go() -> None:
    text = dump_values({"arrangement": {"plain": {}}, "note": None})
    assert tomllib.loads(text) == {"arrangement": {"plain": {}}}


def test_a_group_of_parameters_reads_back_the_same() -> None:
    class Bank(Frozen):
        name: str
        opened: datetime.date
        hazards: tuple[float, float]
        cap: float | None = None

    bank = Bank(name="a", opened=datetime.date(2025, 1, 1), hazards=(0.1, 2))
    assert Bank.model_validate(tomllib.loads(dump_model(bank))) == bank


def test_a_value_toml_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="TOML has no value"):
        value_text(object())
