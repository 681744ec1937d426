"""Mirrored pairs are one observation each."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.estimates import averaged
from sim.analysis.outcomes_table import Outcomes
from tests import synthetic


def antithetic(count: int = 400) -> Outcomes:
    """Two arrangements whose differences turn around within each pair, up to a little noise."""
    generator = np.random.default_rng(8)
    turn = np.repeat(generator.normal(size=count // 2), 2) * np.tile([1.0, -1.0], count // 2)
    difference = 0.5 + turn + 0.1 * generator.normal(size=count)
    base = generator.normal(size=count)
    frames = [
        pd.DataFrame({
            "arrangement": name, "replication": range(count), "outcome": "bank.raroc",
            "value": values,
        })
        for name, values in (("plain", base), ("other", base + difference))
    ]  # fmt: skip
    marks = {"bank.raroc": synthetic.marks()["bank.raroc"]}
    return Outcomes(pd.concat(frames), marks, ("plain", "other"), unit=2)


def test_a_pair_is_averaged_and_half_a_pair_counts_as_it_is() -> None:
    values = pd.Series([1.0, 3.0, np.nan, 4.0, np.nan, np.nan])
    assert averaged(values, 2).tolist() == [2.0, 4.0]
    assert averaged(values, 1).tolist() == [1.0, 3.0, 4.0]
    rows = pd.DataFrame({"a": [1.0, 3.0], "b": [0.0, 2.0]})
    assert averaged(rows, 2).tolist() == [[2.0, 1.0]]


def test_the_interval_of_pairs_is_as_narrow_as_their_means_allow() -> None:
    row = compare(antithetic()).frame().iloc[0]
    half = 0.5 * (row["high"] - row["low"])
    assert half == pytest.approx(1.96 * 0.1 / np.sqrt(400), rel=0.15)
    assert row["variance_reduction"] > 50.0
    assert compare(antithetic()).details().iloc[0]["method"].endswith("means of antithetic pairs")


def test_replications_needed_are_counted_in_replications_not_in_pairs() -> None:
    row = compare(antithetic(), half_width=0.001).frame().iloc[0]
    # One pair varies by 0.1 over the root of two.
    assert row["replications_needed"] == pytest.approx((1.96 * 0.1 / 0.001) ** 2, rel=0.3)
    assert row["replications_needed"] % 2 == 0


def test_medians_of_levels_use_one_history_of_each_pair() -> None:
    outcomes = antithetic()
    found = outcomes.summary().set_index("arrangement").loc["plain"]
    first = outcomes.table("bank.raroc")["plain"].iloc[::2]
    assert found["median"] == first.median()
