"""Controls have mean zero, and looking changes no life."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.analysis.controls import PREFIX, SHARED
from sim.experiment.controls import time_in, venture_chance
from sim.experiment.simulate import one_replication, worlds
from tests.house.small import shipped, study

SMALL = {
    "population.firms": 150, "experiment.warm_up_years": 2.0, "experiment.horizon_years": 2.0,
    "experiment.arrangements": ["plain", "loan_with_warrant"],
}  # fmt: skip
COUNT = 30
ALL = ("economy", "hazards", "exits", "population")


@cache
def frame(*controls: str, years: float = 2.0) -> pd.DataFrame:
    own = {"variance_reduction.controls": list(controls), "experiment.horizon_years": years}
    scenario = shipped().with_values(SMALL | own)
    count = COUNT if controls else 2
    return pd.concat([one_replication(scenario, n).outcomes for n in range(count)])


def test_every_control_is_zero_on_average() -> None:
    found = frame(*ALL)
    found = found[found["outcome"].str.startswith(PREFIX)]
    for (name, arrangement), part in found.groupby(["outcome", "arrangement"]):
        values = part["value"].to_numpy()
        error = values.std(ddof=1) / np.sqrt(COUNT)
        assert abs(values.mean()) <= 4.0 * error, (name, arrangement)


def test_controls_of_the_economy_are_the_same_under_every_arrangement() -> None:
    found = frame(*ALL)
    shared = found[found["outcome"].str.startswith(SHARED)]
    spread = shared.groupby(["replication", "outcome"])["value"].agg(np.ptp)
    assert len(spread) > 0
    assert spread.max() == 0.0


@pytest.mark.parametrize("years", [2.0, 2.2])
def test_following_firms_changes_no_outcome(years: float) -> None:
    plain, watched = frame(years=years), frame(*ALL, years=years)
    watched = watched[~watched["outcome"].str.startswith(PREFIX) & (watched["replication"] < 2)]
    pd.testing.assert_frame_equal(
        plain.reset_index(drop=True), watched.reset_index(drop=True), check_exact=True
    )


@pytest.mark.slow
def test_controls_of_losses_move_with_losses() -> None:
    # Strikes weighted with what lenders would lose are a part of the losses; in a small
    # world a few losses hide it.
    large = {
        "population.firms": 600, "experiment.warm_up_years": 4.0,
        "experiment.horizon_years": 6.0, "variance_reduction.controls": ["hazards"],
    }  # fmt: skip
    scenario, count = shipped().with_values(SMALL | large), 480
    found = pd.concat([one_replication(scenario, n).outcomes for n in range(count)])
    for _, part in found.groupby("arrangement"):
        wide = part.pivot(index="replication", columns="outcome", values="value")
        together = wide["control.losses"].corr(wide["bank.credit_loss"])
        # Three standard errors of a correlation that is none.
        assert together > 3.0 / np.sqrt(count)


@pytest.mark.slow
def test_much_of_the_noise_of_gains_is_in_the_control() -> None:
    # Without the Pareto tail, of which a few prices would decide; even so most of what chance adds
    # to gains is in few histories.
    values = {
        "variance_reduction.controls": ["exits"], "population.firms": 600,
        "experiment.horizon_years": 8.0, "equity.exit_tail_share": 0.0,
        "experiment.arrangements": ["plain", "loan_with_warrant"],
    }  # fmt: skip
    pairs = []
    for number in range(200):
        *_, w = worlds(study(values), number)
        pairs.append((w.firms.cum_gain.sum(), w.controls["control.exits"]))
    gain, control = np.array(pairs).T
    assert np.corrcoef(gain, control)[0, 1] > 0.5
    # It is a part of them: what is left of gains has nothing to do with it.
    left = (gain - gain.mean() - control) * control
    assert abs(left.mean()) < 3.0 * left.std(ddof=1) / np.sqrt(len(pairs))


@pytest.mark.parametrize(("slope", "expected"), [(0.0, 0.2), (1.0, 0.236)])
def test_the_chance_of_venture_backing_is_averaged_over_qualities(
    slope: float, expected: float
) -> None:
    logit = np.array([np.log(0.25)])
    assert venture_chance(logit, np.array([slope]))[0] == pytest.approx(expected, abs=0.01)


def test_time_in_a_state_counts_the_window_alone() -> None:
    path = ((-3.0, 0), (1.0, 1), (2.0, 0))
    assert time_in(path, 1, 0.0, 1.5) == 0.5
    assert time_in(path, 0, 0.0, 4.0) == 3.0
