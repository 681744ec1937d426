"""The efficient set on a planted trade-off."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.frontier import clearly_dominated, efficient, frontier
from tests.studies.planted import Planted, common_noise, scenario

VARY = [
    "arrangement.revenue_swap.upside.coverage=0:0.4:3",
    "arrangement.revenue_swap.pricing.concession_rate=0:0.006:3",
]


def terms(s):
    swap = s.arrangement["revenue_swap"]
    return swap.upside.coverage, swap.pricing.concession_rate


def planted(noise: float) -> Planted:
    """Coverage moves from firms to banks, a concession only costs."""
    return Planted(
        bank__raroc=lambda s, n, _: terms(s)[0] - 10.0 * terms(s)[1] + noise * common_noise(n),
        firm__survival_5y=lambda s, n, _: 1.0 - terms(s)[0] - 5.0 * terms(s)[1],
    )


def test_the_planted_set_is_marked_and_the_rest_is_dominated():
    frame = frontier(scenario(), VARY, replications=4, store=planted(0.01)).frame()
    rate = "arrangement.revenue_swap.pricing.concession_rate"
    assert frame["efficient"].tolist() == (frame[rate] == 0.0).tolist()
    assert frame["dominated"].tolist() == (frame[rate] > 0.0).tolist()
    assert set(frame["arrangement"]) == {"revenue_swap"}


def test_common_random_numbers_do_not_blur_the_comparison_of_points():
    quiet, loud = (
        frontier(scenario(), VARY, replications=4, store=planted(noise)).frame()
        for noise in (0.0, 5.0)
    )
    assert quiet["dominated"].tolist() == loud["dominated"].tolist()
    width = loud["bank.raroc.high"] - loud["bank.raroc.low"]
    assert width.min() > 1.0


def test_less_is_better_where_the_outcome_says_so():
    store = Planted(
        bank__raroc=lambda s, n, _: terms(s)[0],
        firm__funding_gap=lambda s, n, _: terms(s)[0] + terms(s)[1],
    )
    found = frontier(scenario(), VARY, ("bank.raroc", "firm.funding_gap"), None,
                     replications=2, store=store)  # fmt: skip
    frame = found.frame()
    rate = "arrangement.revenue_swap.pricing.concession_rate"
    assert frame["efficient"].tolist() == (frame[rate] == 0.0).tolist()
    shown = found.findings().tables["efficient"]
    assert len(shown) == 3 * 2


def test_noise_of_its_own_leaves_points_of_which_nothing_can_be_said():
    rng = np.random.default_rng(2)
    values = [rng.normal(size=(2, 5)) for _ in range(2)]
    assert not clearly_dominated(values).any()


def test_undefined_points_are_not_efficient():
    assert efficient(np.array([[np.nan, 9.0], [1.0, 1.0]])).tolist() == [False, True]


def test_a_frontier_has_two_keys_and_two_outcomes():
    with pytest.raises(ScenarioError, match="must name two"):
        frontier(scenario(), VARY[:1], store=planted(0.0))
    with pytest.raises(ScenarioError, match="must name two"):
        frontier(scenario(), VARY, ["bank.raroc"], store=planted(0.0))


def test_it_is_said_how_many_points_there_are():
    keys = [f"arrangement.revenue_swap.{key}" for key in ("upside.coverage", "tenor.years")]
    store = Planted(bank__raroc=lambda s, n, _: 0.1, firm__survival_5y=lambda s, n, _: 0.5)
    found = frontier(scenario(), [f"{keys[0]}=0.1:0.4", f"{keys[1]}=1:3"], points=6,
                     replications=2, store=store)  # fmt: skip
    assert found.findings().sentences[0] == (
        "4 points: 2 values of Revenue swap: upside coverage (10 to 40 %) by 2 values of"
        " Revenue swap: tenor years (1 to 3 years)."
    )
