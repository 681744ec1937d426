"""Dates of the calendar and the clock of a run."""

from datetime import date as Date  # noqa: N812 -- a type among dates in years
from typing import Any

import pytest
from pydantic import ValidationError

from sim.base.calendar import Dated, unordered, years_between

FIRST = Date(2025, 1, 1)


@pytest.mark.parametrize(
    ("date", "years"),
    [
        (Date(2025, 1, 1), 0.0), (Date(2025, 4, 1), 0.25), (Date(2024, 1, 1), -1.0),
        (Date(2025, 1, 16), 15 / 365.25),
    ],
)  # fmt: skip
def test_first_days_of_months_are_whole_twelfths(date: Date, years: float) -> None:
    assert years_between(FIRST, date) == years


def test_a_step_has_a_date_or_years_and_is_put_on_the_clock() -> None:
    day, later = Dated(date=Date(2026, 7, 1)), Dated(years_from_start=3)
    assert (day.since(FIRST), later.since(FIRST)) == (1.5, 3.0)
    assert day.on_clock(FIRST) == Dated(years_from_start=1.5)
    assert later.on_clock(FIRST) == later
    with pytest.raises(TypeError, match="2026-07-01 is not on the clock"):
        _ = day.years


@pytest.mark.parametrize("given", [{}, {"date": FIRST, "years_from_start": 0.0}])
def test_a_step_with_no_date_or_with_two_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="years_from_start"):
        Dated(**given)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"date": FIRST}, {"date": Date(2024, 12, 31)}], "(2025-01-01); got 2024-12-31"),
        ([{"date": FIRST}, {"date": FIRST}], "got 2025-01-01"),
        ([{"years_from_start": 1.0}, {"years_from_start": 0.5}], "(1); got 0.5"),
        ([{"date": FIRST}, {"years_from_start": 0.5}], "dated like the step before"),
    ],
)
def test_steps_out_of_order_are_told(steps: list[dict[str, Any]], words: str) -> None:
    ((key, rule, _),) = unordered("path", [Dated(**step) for step in steps])
    assert key.startswith("path[1].")
    assert words in rule


def test_steps_in_order_are_fine() -> None:
    assert list(unordered("path", [Dated(date=FIRST), Dated(date=Date(2025, 1, 2))])) == []
