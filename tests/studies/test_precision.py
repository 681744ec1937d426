"""Replications until half-widths are reached: how many, what is said, how often right."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.outcomes_table import Outcomes
from sim.studies.comparison import (
    FIRST_BATCH,
    UNDERCOVERAGE,
    Precision,
    Target,
    each_confidence,
    precision_of,
    replicate_until,
)
from tests import synthetic

NAMES = ("bank.raroc", "bank.profit_like")
TRUTH = 0.3


def made_up(count: int, seed: int = 1, arrangements: int = 2, heavy: bool = False) -> Outcomes:
    """Outcomes whose differences have mean 0.3 and deviation 1."""
    generator = np.random.default_rng(seed)
    noise = generator.normal(size=(arrangements, 5000))
    if heavy:
        noise = generator.exponential(size=(arrangements, 5000)) - 1.0
    frames = [
        pd.DataFrame({
            "arrangement": f"a{n}" if n else "plain", "replication": range(count),
            "outcome": "bank.credit_loss", "value": 10.0 + (TRUTH + noise[n, :count]) * (n > 0),
        })
        for n in range(arrangements)
    ]  # fmt: skip
    marks = {"bank.credit_loss": synthetic.marks()["bank.credit_loss"]}
    names = tuple(f"a{n}" if n else "plain" for n in range(arrangements))
    return Outcomes(pd.concat(frames, ignore_index=True), marks, names)


def until(size: float, most: int = 5000, **made: object) -> tuple[Outcomes, Precision]:
    target = (Target("bank.credit_loss", size),)
    return replicate_until(
        lambda n: made_up(n, **made), lambda o: precision_of(o, "plain", target), 5, most
    )


def test_the_half_width_is_reached_and_not_by_far_overshot() -> None:
    outcomes, found = until(0.1)
    row = found.frame().iloc[0]
    assert found.is_reached
    assert row["half_width"] <= 0.1
    # 1.96 squared over 0.01; the last batch may overshoot.
    assert 300 <= outcomes.replications <= 520
    assert found.sentences()[0].startswith("Every half-width was reached")
    assert UNDERCOVERAGE in found.sentences()


def test_the_first_look_has_thirty_observations_even_where_few_are_asked_for() -> None:
    outcomes, found = until(10.0)
    assert outcomes.replications == FIRST_BATCH
    assert found.is_reached


def test_a_cap_is_kept_and_what_is_missing_is_said() -> None:
    outcomes, found = until(0.05, most=100)
    assert outcomes.replications == 100
    assert not found.is_reached
    words = found.sentences()[0]
    assert words.startswith("NOT reached with 100 replications")
    assert 1000 < found.needed < 2200
    assert f"about {found.needed:,} replications" in words


def test_several_intervals_hold_jointly_and_the_correction_is_said() -> None:
    found = precision_of(made_up(50, arrangements=4), "plain", (Target("bank.credit_loss", 1.0),))
    assert len(found.frame()) == 3
    assert (
        "3 intervals hold jointly at 95 % (Bonferroni: each at 98.3333 %)" in found.sentences()[1]
    )
    alone = precision_of(made_up(50), "plain", (Target("bank.credit_loss", 1.0),))
    assert found.frame()["half_width"].iloc[0] > alone.frame()["half_width"].iloc[0]
    assert each_confidence(0.95, 3) == pytest.approx(1.0 - 0.05 / 3)


def test_levels_count_where_asked_for() -> None:
    target = (Target("bank.credit_loss", 0.05, True),)
    found = precision_of(made_up(50), "plain", target, with_levels=True).frame()
    assert found["quantity"].tolist() == ["difference from plain", "level", "level"]
    # The baseline is constant at 10.
    assert found["half_width"].iloc[1] == 0.0
    assert found["target"].tolist() == pytest.approx([0.5] * 3)


def test_an_undefined_outcome_ends_the_search_in_words() -> None:
    def undefined(count: int) -> Outcomes:
        found = made_up(count)
        return Outcomes(found.tidy.assign(value=np.nan), found.marks, found.arrangements)

    target = (Target("bank.credit_loss", 1.0),)
    outcomes, found = replicate_until(
        undefined, lambda o: precision_of(o, "plain", target), 5, 5000
    )
    assert outcomes.replications == FIRST_BATCH
    assert "No number of replications helps" in found.sentences()[0]


@pytest.mark.slow
@pytest.mark.parametrize(("heavy", "least"), [(False, 0.93), (True, 0.90)])
def test_intervals_that_end_a_search_cover_slightly_less_often_than_stated(
    heavy: bool, least: float
) -> None:
    covered = 0
    for seed in range(300):
        row = until(0.25, seed=seed, heavy=heavy)[1].frame().iloc[0]
        covered += row["low"] <= TRUTH <= row["high"]
    error = np.sqrt(0.95 * 0.05 / 300)
    assert covered / 300 >= least - 2.0 * error
