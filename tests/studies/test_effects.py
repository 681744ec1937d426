"""Who is helped, in limits whose answer is known: lived by the engine, to the last bit."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.analysis.additionality import FREE
from sim.cli.app import app
from sim.experiment.simulate import simulate
from sim.studies.effects import ProgrammeEffects, effects
from tests.house.small import study
from tests.house.test_identity_limits import NO_CAP

LIKE_PLAIN = {"pricing": {"kind": "concession", "concession_rate": 0.0}}
SMALL = {
    "population.firms": 150, "experiment.replications": 2, "experiment.baseline": "plain",
    **NO_CAP,
}  # fmt: skip


def told(values: dict[str, Any], arms: list[str]) -> tuple[ProgrammeEffects, pd.DataFrame]:
    """Effects of a small run, and its additionality by measure, of the last arrangement."""
    scenario = study(SMALL | values | {"experiment.arrangements": arms})
    found = effects(simulate(scenario, workers=1, progress=False))
    table = found.tables["additionality"]
    return found, table[table["arrangement"] == arms[-1]].set_index("measure")


def test_a_programme_that_is_plain_lending_adds_nothing() -> None:
    found, table = told({"arrangement.same": LIKE_PLAIN}, ["plain", "same"])
    for measure in ("firms", "loans", "money", "crowded_out", "displacement", "net"):
        assert table.loc[measure, "value"] == table.loc[measure, "numerator"] == 0.0, measure
    assert table.loc["firms", "denominator"] > 10.0
    assert table.loc["deadweight", "value"] == 1.0
    # All or nothing in every history has a bound of three over the firms that were seen.
    seen = SMALL["experiment.replications"] * table.loc["firms", "denominator"]
    assert table.loc["money", "high"] == pytest.approx(3.0 / seen)
    assert table.loc["per_survivor", "told"] == FREE
    assert not found.frame()["difference"].any()


def test_where_plain_lending_refuses_everybody_all_is_additional() -> None:
    values = {
        "belief.default.default_probability": [0.9, 0.9, 0.9, 0.9],
        "arrangement.covered": {"loss_sharing": {"kind": "sole", "guaranteed_share": 1.0}},
    }
    _, table = told(values, ["plain", "covered"])
    assert table.loc["firms", "denominator"] > 3.0
    for measure in ("firms", "loans", "money", "net"):
        assert table.loc[measure, "value"] == 1.0, measure
    for measure in ("deadweight", "crowded_out", "displacement"):
        assert table.loc[measure, "value"] == 0.0, measure


def test_where_firms_get_the_same_loans_nobody_is_helped_or_harmed() -> None:
    sharing = {"loss_sharing": {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}}
    values = {
        "arrangement.shared": sharing, "experiment.footing": "equal_lending",
        "underwriting.monitoring_effort": 0.0,
    }  # fmt: skip
    found, _ = told(values, ["plain", "shared"])
    effect = found.frame()
    own = effect[~effect["effect"].str.endswith(" of banks")]
    assert own["firms"].max() > 10.0
    assert not own["difference"].any()


def test_the_command_writes_its_tables_and_its_words(tmp_path: Path) -> None:
    small = ["population.firms=80", "experiment.settling_years=0", "population.entry_rate=0",
             "population.initial_share=0.5"]  # fmt: skip
    words = ["effects", "huicui_joint_loan", "--out", str(tmp_path / "run"), "--yes"]
    words += ["--replications", "2", *(w for one in small for w in ("--set", one))]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    place = tmp_path / "run" / "studies" / "effects"
    tables = {"additionality", "effects", "gains", "spread", "losers", "dose"}
    assert {file.stem for file in place.glob("*.csv")} == tables
    assert "A history is one observation, and there are 2" in result.output
