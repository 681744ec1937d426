"""Worlds in which an arrangement loses are found, and checked on worlds kept apart."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.store import Cube, Store
from sim.scenario.scenario import Scenario
from sim.studies.discovery import Sample, discover, laid_out
from tests.studies.small import small

KEYS = ("macro.frailty_variance=0.05:0.55", "macro.regime.bust.setback=1.5:3.0")


class Planted(Store):
    """A store in which the other arrangement loses where frailty varies much."""

    def cube(
        self, scenarios: Sequence[Scenario], replications: Iterable[int], progress: Any = None
    ) -> Cube:
        names = scenarios[0].experiment.arrangements
        values = np.zeros((len(scenarios), len(tuple(replications)), len(names), 1))
        for place, scenario in enumerate(scenarios):
            lead = 1.0 if scenario.macro.frailty_variance < 0.35 else -1.0
            values[place, :, names.index("common_growth"), 0] = lead * (1.0 + self.noise[place])
        return Cube(names, ("bank.profit",), values)

    @property
    def noise(self) -> np.ndarray:
        return np.linspace(-0.5, 0.5, 200)


def test_the_planted_worlds_are_found_and_hold_up() -> None:
    found = discover(small(), vary=KEYS, sample=Sample(150, 2), store=Planted())
    loses, wins = found.regions
    assert (loses.verdict, wins.verdict) == ("holds up", "holds up")
    assert loses.box.limited() == [0]
    assert loses.box.low[0] == pytest.approx(0.35, abs=0.02)
    assert wins.box.high[0] == pytest.approx(0.35, abs=0.02)
    assert loses.checked.density == 1.0
    assert loses.clear == loses.searched.cases + loses.checked.cases
    text = found.findings().sentences[0]
    assert text.startswith("Common growth is worse in 60 of 150 worlds (60 clearly so)")
    assert "macro.frailty_variance 0.345 to 0.55" in text


def test_nothing_is_found_where_it_always_wins() -> None:
    calm = ("macro.frailty_variance=0.05:0.3", KEYS[1])
    found = discover(small(), vary=calm, sample=Sample(30, 2), store=Planted())
    assert [region.verdict for region in found.regions] == ["no box", "no box"]
    assert found.frame().empty
    assert "no box tells them" in found.findings().sentences[0]


def test_by_default_all_assumptions_are_moved() -> None:
    keys = {one.key for one in laid_out(small(), "bank.profit").ranges}
    assert any(key.startswith("macro.") for key in keys)
    assert len(keys) > 50


@pytest.mark.parametrize(
    ("outcome", "vary", "sample", "words"),
    [
        ("bank.profi", KEYS, Sample(), "did you mean"),
        ("bank.lending_rate", KEYS, Sample(), "better direction"),
        ("bank.profit", ["macro.frailty=1:2"], Sample(), "did you mean"),
        ("bank.profit", KEYS, Sample(3, 1), "at least 12(.|\n)*at least 2"),
    ],
)
def test_what_cannot_be_is_told_before_anything_runs(
    outcome: str, vary: Any, sample: Sample, words: str
) -> None:
    with pytest.raises(ScenarioError, match=words):
        discover(small(), outcome, vary=vary, sample=sample)
