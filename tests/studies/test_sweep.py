"""A sweep tells means and differences at every point, in a tidy table."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.sweep import sweep
from tests.studies.planted import OUTCOME, Planted, common_noise, scenario

VARY = ["underwriting.policy_subsidy_rate=0:0.1:3", "macro.frailty_variance=0.1:0.3:2"]


def rule(s, n, arm):
    own = 10.0 * s.underwriting.policy_subsidy_rate if arm == "consortium" else 0.0
    return common_noise(n) + own + s.macro.frailty_variance


def test_the_table_is_tidy_and_the_differences_are_paired():
    frame = sweep(scenario(), VARY, [OUTCOME], replications=5, store=Planted(bank__profit=rule))
    rows = frame.frame()
    assert len(rows) == 6 * 3
    assert not rows.duplicated(["point", "arrangement", "outcome"]).any()
    joint = rows[rows["arrangement"] == "consortium"]
    # Common random numbers cancel: the difference is known without error, the level is not.
    assert joint["difference"].to_numpy() == pytest.approx(
        10.0 * joint["underwriting.policy_subsidy_rate"].to_numpy()
    )
    assert np.abs(joint["difference_error"]).max() < 1e-12
    noise = np.array([common_noise(n) for n in range(5)])
    assert joint["standard_error"].iloc[0] == pytest.approx(noise.std(ddof=1) / np.sqrt(5))
    assert rows[rows["arrangement"] == "plain"]["difference"].isna().all()


def test_findings_name_the_points_of_least_and_most():
    found = sweep(scenario(), VARY, [OUTCOME], replications=2, store=Planted(bank__profit=rule))
    spans = found.findings().tables["spans"].set_index(["arrangement", "end"])
    assert spans.loc[("consortium", "most"), "difference"] == pytest.approx(1.0)
    assert "policy subsidy rate 10 %" in spans.loc[("consortium", "most"), "at"]


def test_one_number_has_a_table_over_its_values_of_what_it_moves():
    only = {"consortium": lambda s: s.underwriting.policy_subsidy_rate}
    store = Planted(bank__profit=lambda s, n, arm: only.get(arm, lambda _: 0.0)(s))
    vary = "underwriting.policy_subsidy_rate=0:0.03:3"
    found = sweep(scenario(), vary.split(), [OUTCOME], replications=2, store=store).findings()
    values = next(iter(found.tables.values()))
    assert values["at"].tolist() == ["0 bp", "150 bp", "300 bp"]
    assert set(values["arrangement"]) == {"consortium"}
    assert found.sentences[:2] == (
        "3 points over Underwriting: policy subsidy rate from 0 to 300 bp.",
        "Nothing changes over the points under revenue swap.",
    )


def test_everything_wrong_is_told_at_once_before_anything_runs():
    store = Planted(bank__profit=rule)
    with pytest.raises(ScenarioError) as error:
        sweep(scenario(), ["a.b=0:1"], ["bank.profi"], store=store)
    assert len(error.value.problems) == 2
    with pytest.raises(ScenarioError, match="must name at least one"):
        sweep(scenario(), [], [OUTCOME], store=store)
    assert store.asked == []
