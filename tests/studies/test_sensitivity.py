"""Indices of planted responses, on levels and on differences."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.ranges import Range
from sim.studies.sensitivity import Screening, analysed, design, laid_out, sensitivity
from tests.studies.planted import OUTCOME, Planted, scenario

VARY = [
    "underwriting.policy_subsidy_rate=0:1", "macro.frailty_variance=0:1",
    "lifecycle.setback_hazard=x0.5:x1.5",
]  # fmt: skip


def rule(s, n, arm):
    """Plain hangs on the subsidy; consortium adds twice the frailty, and some of both."""
    t, f = s.underwriting.policy_subsidy_rate, s.macro.frailty_variance
    return 3.0 * t + (2.0 * f + 4.0 * t * f if arm == "consortium" else 0.0)


def indices(method: str, evaluations: int):
    found = sensitivity(
        scenario(), VARY, [OUTCOME], method=method, points=evaluations,
        store=Planted(bank__profit=rule),
    )  # fmt: skip
    return found, found.frame().set_index(["arrangement", "kind", "key"]).sort_index()


def test_morris_gives_the_planted_effects_on_levels_and_differences():
    found, frame = indices("morris", 120)
    plain, gap = frame.loc[("plain", "level")], frame.loc[("consortium", "difference")]
    tolerance, frailty, setback = (text.partition("=")[0] for text in VARY)
    assert plain.loc[tolerance, "mu_star"] == pytest.approx(3.0)
    assert plain.loc[tolerance, "sigma"] == pytest.approx(0.0, abs=1e-9)
    assert plain.loc[frailty, "mu_star"] == pytest.approx(0.0, abs=1e-9)
    # Mean effect of frailty is 2 + 4 E(subsidy), of the subsidy 4 E(frailty).
    for key, effect in ((frailty, 4.0), (tolerance, 2.0)):
        assert abs(gap.loc[key, "mu_star"] - effect) < 3.0 * gap.loc[key, "mu_star_conf"] / 1.96
        assert gap.loc[key, "sigma"] > 0.5
    assert gap.loc[f"{setback} (factor)", "mu_star"] == pytest.approx(0.0, abs=1e-9)
    assert gap["rank"].loc[frailty] == 1
    assert found.left_out == (("difference of profit under revenue swap",
                               "the same at all points"),)  # fmt: skip


def test_sobol_gives_the_shares_of_variance():
    _, frame = indices("sobol", 320)
    gap = frame.loc[("consortium", "difference")]
    # 2 f + 4 t f with uniform t, f: variances of the main effects 4/12 of f and 4/12 * 4.
    whole = 4.0 / 12.0 + 16.0 / 12.0 + 16.0 / 144.0
    for key, alone in (("macro.frailty_variance", 16.0 / 12.0),
                       ("underwriting.policy_subsidy_rate", 4.0 / 12.0)):  # fmt: skip
        row = gap.loc[key]
        assert abs(row["S1"] - alone / whole) < 3.0 * row["S1_conf"] / 1.96
        assert abs(row["ST"] - (alone + 16.0 / 144.0) / whole) < 3.0 * row["ST_conf"] / 1.96


def test_responses_that_are_undefined_somewhere_are_left_out_with_the_reason():
    def partly(s, n, arm):
        return np.nan if s.macro.frailty_variance > 0.5 else 1.0

    found = sensitivity(scenario(), VARY, [OUTCOME], points=40,
                        store=Planted(bank__profit=partly))  # fmt: skip
    assert len(found.indices) == 0
    assert "undefined at" in found.findings().sentences[0]


def test_all_assumptions_are_moved_where_nothing_is_named():
    layout = laid_out(scenario(), None, None, Screening("morris", 1000))
    ranges, points = layout.ranges, layout.points
    assert len(ranges) > 150
    assert len(points) <= 1000
    assert len(points) % (len(ranges) + 1) == 0


def test_too_few_evaluations_are_refused_with_the_number_needed():
    ranges = [Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 1.0)]
    with pytest.raises(ScenarioError, match="at least 6 for morris over 2 numbers"):
        design(ranges, "morris", 5)
    with pytest.raises(ScenarioError, match="at least 32 for sobol over 2 numbers"):
        design(ranges, "sobol", 31)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_the_same_seed_gives_the_same_indices(method, seed):
    ranges = [Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 1.0)]
    points = design(ranges, method, 64, seed=seed)
    assert np.array_equal(points, design(ranges, method, 64, seed=seed))
    values = points[:, 0] ** 2
    first, again = (analysed(ranges, method, points, values, seed=seed) for _ in range(2))
    assert first.equals(again)
