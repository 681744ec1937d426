"""What named programmes do to single firms: from the contract to the record."""

import pytest

from sim.experiment.simulate import simulate
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS

pytestmark = pytest.mark.full

LINE, EQUITY = 30.0, 40.0
SMALL = {
    "population.firms": 2_000, "experiment.replications": 1, "experiment.settling_years": 0.0,
    "population.entry_rate": 0.05, "experiment.warm_up_years": 15.0,
    "experiment.horizon_years": 6.0,
    "experiment.arrangements": ["plain", "lines_alone", "kanglin"],
}  # fmt: skip


def test_the_equity_and_the_line_of_kanglin_stand_in_one_firms_record() -> None:
    scenario = load_scenario(SCENARIOS / "zhejiang_kanglin.toml").with_values(SMALL)
    found = simulate(scenario, keep=("firms", "events"))
    here, alone = (
        found.firms.query("arrangement == @name").set_index("firm")
        for name in ("kanglin", "lines_alone")
    )
    helped = here.query("brought == 1 and last_round == @EQUITY")
    events = found.events.query("arrangement == 'kanglin' and firm in @helped.index")
    assert len(helped) > 0
    for firm, record in helped.iterrows():
        of_day = events[(events["firm"] == firm) & (events["date"] == record["round_date"])]
        assert {"loan signed", "equity round"} <= set(of_day["event"])
        assert LINE in of_day.query("event == 'loan signed'")["value"].tolist()
        # Five years after the first line: in the winter, and not before the programme.
        assert record["round_date"] >= 5.0
        assert record["cum_equity"] >= EQUITY
    assert not alone["brought"].any()
    assert here["brought"].sum() > len(helped)
