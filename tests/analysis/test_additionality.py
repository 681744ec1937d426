"""Additionality: the worked example, its limits, ratios of sums, Fieller's interval and bounds."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.additionality import (
    EMPTY,
    EXACT,
    FEWER,
    INTERVAL,
    MEASURES,
    UNBOUNDED,
    additionality,
    estimate,
)
from sim.analysis.outcomes_table import Outcomes
from sim.analysis.ratios import fieller, gap_of_ratios, ratio_of_means
from sim.outcomes.helped import Pairs, sums_of
from sim.outcomes.mark import registry

# Ten firms: signs, loans there and here, credit there and here, alive there and here. One of six
# supported firms is saved, and one that lost its loan to others is lost.
TEN = np.array([
    [1, 0, 1, 0, 4, 0, 1], [1, 0, 1, 0, 3, 1, 1], [1, 1, 1, 5, 8, 1, 1], [1, 2, 2, 6, 6, 1, 1],
    [1, 1, 1, 4, 3, 1, 1], [1, 1, 2, 2, 10, 0, 0], [0, 1, 1, 5, 5, 1, 1], [0, 1, 1, 3, 2, 1, 1],
    [0, 1, 0, 2, 0, 1, 0], [0, 0, 0, 0, 0, 0, 0],
], dtype=float)  # fmt: skip
PARTS = [8, 5, 4, 8, 7, 6, 8, 7, 4, 8, 6, 5]
WHOLES = [20, 21, 17, 19, 15, 19, 24, 26, 22, 22, 17, 16]


def pairs_of(rows: np.ndarray) -> Pairs:
    signs, there, here, credit_there, credit, alive_there, alive = rows.T
    counts = [np.asarray(one, np.int64) for one in (here, there)]
    lives = [one == 1.0 for one in (alive, alive_there)]
    return Pairs(signs == 1.0, *counts, credit, credit_there, *lives)


def shares_of(pairs: Pairs) -> dict[str, float]:
    """Every share of one history, by the names of the measures."""
    sums = {f"system.{name}": value for name, value in sums_of(pairs).items()}
    sums["system.net_credit"] = float((pairs.credit - pairs.credit_there).sum())
    return {
        key: sum(sign * sums[of] for of, sign in one.part.items()) / sums[one.whole]
        for key, one in MEASURES.items() if not one.is_price
    }  # fmt: skip


def test_ten_firms_by_hand() -> None:
    """The shares are counted out: 34 are lent to six supported firms, 18 of them additional."""
    assert shares_of(pairs_of(TEN)) == pytest.approx({
        "firms": 2 / 6, "loans": 3 / 8, "money": 18 / 34, "deadweight": 16 / 34,
        "crowded_out": 1 / 34, "displacement": 3 / 34, "net": 14 / 34,
    }, rel=1e-9)  # fmt: skip
    pairs = pairs_of(TEN)
    assert (pairs.alive & ~pairs.alive_there).sum() == 1
    assert (pairs.alive_there & ~pairs.alive).sum() == 1


def test_what_is_added_less_what_others_lose_is_the_net() -> None:
    shares = shares_of(pairs_of(TEN))
    rest = shares["money"] - shares["crowded_out"] - shares["displacement"]
    assert rest == pytest.approx(shares["net"], rel=1e-12)


def test_a_programme_that_changes_nothing_adds_nothing() -> None:
    """Signers without a loan are not supported: they would count as firms without another."""
    same = TEN.copy()
    same[:, 2], same[:, 4], same[:, 6] = same[:, 1], same[:, 3], same[:, 5]
    assert shares_of(pairs_of(same)) == {
        "firms": 0.0, "loans": 0.0, "money": 0.0, "deadweight": 1.0, "crowded_out": 0.0,
        "displacement": 0.0, "net": 0.0,
    }  # fmt: skip


def test_where_the_baseline_refuses_everybody_all_is_added() -> None:
    alone = TEN.copy()
    alone[:, [1, 3]] = 0.0
    alone[6:, [2, 4]] = 0.0
    assert shares_of(pairs_of(alone)) == {
        "firms": 1.0, "loans": 1.0, "money": 1.0, "deadweight": 0.0, "crowded_out": 0.0,
        "displacement": 0.0, "net": 1.0,
    }  # fmt: skip


def test_a_ratio_of_sums_has_the_error_of_its_histories() -> None:
    found = ratio_of_means(np.column_stack([WHOLES, PARTS]).astype(float))
    assert found.estimate == pytest.approx(0.31932773109243695, rel=1e-9)
    assert found.standard_error == pytest.approx(0.023398954868373043, rel=1e-9)
    assert found.low == pytest.approx(0.2678269786654939, rel=1e-9)
    assert found.high == pytest.approx(0.37082848351938, rel=1e-9)


def test_the_interval_of_fieller_solves_its_quadratic() -> None:
    found = fieller(np.column_stack([WHOLES, PARTS]).astype(float))
    told = (found.estimate, found.low, found.high)
    expected = (0.319327731092437, 0.2695834288739024, 0.37325913760208534)
    assert told == pytest.approx(expected, rel=1e-9)


def test_the_interval_of_fieller_covers_as_often_as_it_says() -> None:
    """Of 2,000 samples 95 % cover, within 3.5 standard errors of that share: 0.017."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(2000):
        whole = rng.normal(3.0, 2.0, 10)
        pairs = np.column_stack([whole, 0.5 * whole + rng.normal(0.5, 1.0, 10)])
        found = fieller(pairs)
        # Where no interval has two ends nothing is excluded near the truth.
        hits += bool(np.isnan(found.low)) or found.low <= (1.5 + 0.5) / 3.0 <= found.high
    assert abs(hits / 2000 - 0.95) < 0.017


def test_equal_worlds_differ_by_nothing_to_the_last_bit() -> None:
    rng = np.random.default_rng(3)
    one = rng.uniform(1.0, 9.0, (12, 2))
    found = gap_of_ratios(np.hstack([one, one]))
    assert (found.estimate, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0.0, 0.05), (1.0, 0.95, 1.0)])
def test_all_or_none_has_a_bound_and_no_interval_without_width(share, low, high) -> None:
    wholes = np.array([20.0, 18.0, 22.0])
    found, told = estimate("firms", np.column_stack([wholes, share * wholes]), 60.0)
    assert told == EXACT
    assert (found.estimate, found.low, found.high) == pytest.approx((share, low, high))


def test_a_price_without_a_bounded_interval_is_none() -> None:
    cost = np.array([3.0, 4.0, 5.0])
    found, told = estimate("per_survivor", np.column_stack([[2.0, -1.0, 1.0], cost]), 9.0)
    assert told == UNBOUNDED
    assert np.isnan(found.estimate)
    found, told = estimate("per_survivor", np.column_stack([[-20.0, -21.0, -20.0], cost]), 9.0)
    assert told == FEWER
    assert np.isnan(found.estimate)
    found, told = estimate("per_survivor", np.column_stack([[20.0, 21.0, 20.0], cost]), 9.0)
    assert told == INTERVAL
    assert found.estimate == pytest.approx(12.0 / 61.0)


def outcomes_of(parts: list[float], wholes: list[float]) -> Outcomes:
    marks = {name: mark for name, mark in registry().items() if name.startswith("system.")}
    values = dict.fromkeys(marks, 1.0)
    rows = []
    for replication, (part, whole) in enumerate(zip(parts, wholes, strict=True)):
        own = values | {"system.additional_firms": part, "system.supported_firms": whole}
        for name, value in own.items():
            for arrangement in ("plain", "other"):
                rows.append((arrangement, replication, name, value))
    columns = ["arrangement", "replication", "outcome", "value"]
    return Outcomes(
        pd.DataFrame(rows, columns=columns), marks, ("plain", "other"), 1, None, "plain"
    )


def test_the_table_divides_sums_and_not_shares() -> None:
    table = additionality(outcomes_of([1.0, 8.0], [1.0, 40.0])).set_index("measure")
    assert set(table["arrangement"]) == {"other"}
    assert table.loc["firms", "value"] == pytest.approx(9.0 / 41.0)
    assert (table.loc["firms", "numerator"], table.loc["firms", "denominator"]) == (4.5, 20.5)


def test_nobody_supported_is_said() -> None:
    table = additionality(outcomes_of([0.0, 0.0], [0.0, 0.0]))
    assert set(table["told"]) == {EMPTY}
    assert table["value"].isna().all()
