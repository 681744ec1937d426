"""What makes a difference in credit losses, against a case computed by hand."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.estimates import t_quantile
from sim.analysis.loss_parts import (
    FACTORS,
    LOSS_PARTS,
    READ,
    TOTAL,
    factors_of,
    loss_parts,
    parts_of_difference,
)
from sim.analysis.outcomes_table import Outcomes
from sim.outcomes.mark import registry

FOUR = st.lists(st.floats(0.0, 10.0), min_size=4, max_size=4)
HISTORY = tuple[float, float, float, float]


def outcomes(unit: int = 1, **histories: Sequence[HISTORY]) -> Outcomes:
    """Loan-years, defaults per loan-year, exposure and loss of each history, by arrangement."""
    rows = [
        (name, n, outcome, value)
        for name, lived in histories.items()
        for n, values in enumerate(lived)
        for outcome, value in zip(READ, values, strict=True)
    ]
    tidy = pd.DataFrame(rows, columns=["arrangement", "replication", "outcome", "value"])
    marks: Mapping = {name: registry()[name] for name in READ}
    return Outcomes(tidy, marks, tuple(histories), unit=unit, baseline="plain")


def table(found: pd.DataFrame, column: str) -> list[float]:
    assert list(found["part"]) == [*FACTORS, TOTAL]
    return found[column].tolist()


# --- The split itself --------------------------------------------------------------------------


def test_with_two_factors_each_has_the_mean_of_coming_first_and_last() -> None:
    # 2 x 5 becomes 3 x 4: the first adds 5 or 4, the second takes 2 or 3.
    assert parts_of_difference(np.array([2.0, 5.0]), np.array([3.0, 4.0])).tolist() == [4.5, -2.5]


def test_a_factor_that_alone_changes_has_the_whole() -> None:
    before, after = np.array([200.0, 0.02, 5.0, 0.45]), np.array([200.0, 0.02, 5.0, 0.6])
    assert parts_of_difference(before, after) == pytest.approx([0.0, 0.0, 0.0, 3.0])


@given(FOUR, FOUR)
def test_parts_add_up_and_change_their_sign_with_the_direction(
    before: list[float], after: list[float]
) -> None:
    one, two = np.array(before), np.array(after)
    parts = parts_of_difference(one, two)
    # Products of four numbers of up to ten: rounding is below 24 times 1e4 times 2^-50.
    assert parts.sum() == pytest.approx(two.prod() - one.prod(), abs=1e-9)
    assert parts_of_difference(two, one) == pytest.approx(-parts, abs=1e-9)


def test_nothing_beyond_the_first_factor_of_nothing_is_known() -> None:
    assert factors_of(np.array([8.0, 0.0, 0.0, 0.0]))[:2].tolist() == [8.0, 0.0]
    assert np.isnan(factors_of(np.array([8.0, 0.0, 0.0, 0.0]))[2:]).all()
    assert np.isnan(factors_of(np.zeros(4))[1:]).all()


# --- The table ---------------------------------------------------------------------------------

PLAIN = [(180.0, 1.0 / 60.0, 18.0, 8.1), (220.0, 1.0 / 44.0, 22.0, 9.9)]
"""Four defaults in 200 loan-years, of five each, of which 45 percent is lost: nine."""
OTHER = [(250.0, 0.02, 28.0, 12.6), (350.0, 2.0 / 350.0, 14.0, 6.3)]
"""3.5 defaults in 300, of six, and as much of it is lost: 9.45."""


def test_a_difference_by_hand() -> None:
    found = loss_parts(outcomes(plain=PLAIN, other=OTHER), "plain")
    assert list(found.columns) == [column.name for column in LOSS_PARTS]
    assert set(found["arrangement"]) == {"other"}
    assert table(found, "baseline") == pytest.approx([200.0, 0.02, 5.0, 0.45, 9.0])
    assert table(found, "value") == pytest.approx([300.0, 3.5 / 300.0, 6.0, 0.45, 9.45])
    # Loss given default is the same, so three factors change; each part is the mean over orders:
    # a third of coming first, a third of coming last, a sixth of each of the two in the middle.
    a, b, c = (200.0, 300.0), (0.02, 3.5 / 300.0), (5.0, 6.0)

    def part(one: tuple[float, float], x: tuple[float, float], y: tuple[float, float]) -> float:
        others = (x[0] * y[0] + x[1] * y[1]) / 3.0 + (x[1] * y[0] + x[0] * y[1]) / 6.0
        return 0.45 * (one[1] - one[0]) * others

    expected = [part(a, b, c), part(b, a, c), part(c, a, b), 0.0, 0.45]
    assert table(found, "difference") == pytest.approx(expected, abs=1e-12)
    assert sum(expected[:4]) == pytest.approx(0.45)
    # Two histories are too few for a jackknife of a ratio.
    assert found["low"].isna().all()


def test_intervals_are_jackknifes_over_histories() -> None:
    many = {"plain": PLAIN * 2, "other": [*OTHER, (300.0, 0.01, 15.0, 6.0), OTHER[0]]}
    found = loss_parts(outcomes(**many), "plain")
    loss = np.array([two[3] - one[3] for one, two in zip(*many.values(), strict=True)])
    # Of the mean itself the jackknife is the ordinary standard error.
    error = t_quantile(0.95, 3) * loss.std(ddof=1) / 2.0
    assert table(found, "difference")[-1] == pytest.approx(loss.mean())
    assert table(found, "low")[-1] == pytest.approx(loss.mean() - error)
    assert table(found, "high")[-1] == pytest.approx(loss.mean() + error)
    without = []
    for n in range(4):
        kept = {name: [*lived[:n], *lived[n + 1 :]] for name, lived in many.items()}
        without.append(table(loss_parts(outcomes(**kept), "plain"), "difference")[1])
    error = t_quantile(0.95, 3) * math.sqrt(0.75 * 4.0) * np.std(without)
    middle = table(found, "difference")[1]
    assert table(found, "high")[1] == pytest.approx(middle + error)


def test_antithetic_pairs_count_as_one_history() -> None:
    found = loss_parts(outcomes(2, plain=PLAIN * 2, other=OTHER * 2), "plain")
    once = loss_parts(outcomes(plain=PLAIN, other=OTHER), "plain")
    assert table(found, "difference") == pytest.approx(table(once, "difference"))
    assert found["low"].isna().all()


def test_where_nothing_defaults_the_parts_are_undefined_and_the_whole_is_known() -> None:
    safe: list[HISTORY] = [(200.0, 0.0, 0.0, 0.0), (0.0, math.nan, 0.0, 0.0)]
    found = loss_parts(outcomes(plain=PLAIN, other=safe), "plain")
    assert found["difference"].isna().tolist() == [True] * 4 + [False]
    assert table(found, "difference")[-1] == pytest.approx(-9.0)


def test_without_its_outcomes_or_another_arrangement_there_is_nothing_to_split() -> None:
    assert loss_parts(outcomes(plain=PLAIN), "plain").empty
    known = outcomes(plain=PLAIN, other=OTHER)
    bare = Outcomes(known.tidy, {}, known.arrangements, baseline="plain")
    assert loss_parts(bare, "plain").empty
