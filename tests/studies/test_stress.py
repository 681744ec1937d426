"""The mildest stress that breaks something is found, and it is said when there is none."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario
from sim.studies.condition import condition_of
from sim.studies.stress import Stress, StressRange, reverse_stress, severity_rate
from tests.studies.small import small, store

SPACE = StressRange(starts=(0.0, 1.0), depths=(1.0, 2.0), longest=3.0, step=0.25)
NOISE = np.array([-0.2, 0.0, 0.2])


class Known(Store):
    """A store whose RAROC falls by 1 a year of stress, by 1.5 at depth 2, late ones by less."""

    def many(
        self, scenarios: Sequence[Scenario], replications: Iterable[int], progress: Any = None
    ) -> list[pd.DataFrame]:
        frames = []
        for scenario in scenarios:
            level = 2.0
            for spell in scenario.macro.spell:
                pace = (1.0 if spell.frailty == 1.0 else 1.5) * (0.5 if spell.years else 1.0)
                level -= pace * spell.length_years
            rows = [("plain", n, "bank.raroc", level + NOISE[n]) for n in replications]
            columns = ["arrangement", "replication", "outcome", "value"]
            frames.append(pd.DataFrame(rows, columns=columns))
        return frames


def found(limit: float, space: StressRange = SPACE) -> Any:
    scenario = small()
    return reverse_stress(
        scenario, f"bank.raroc < {limit:%}", ["plain"], space=space, store=Known()
    ).answers[0]


def test_the_mildest_stress_of_a_known_response_is_found() -> None:
    answer = found(0.9)
    # 2 - years < 0.9 first on the grid at 1.25 years; deeper ones are shorter but rarer
    assert (answer.verdict, answer.stress) == ("broken", Stress(0.0, 1.25, 1.0))
    assert answer.severity == pytest.approx(1.25 / small().macro.regime["bust"].mean_years)
    # the t interval of three values is 0.2 * 4.303 / sqrt(3) = 0.497 wide on either side
    assert (answer.low, answer.high) == (0.75, 1.75)


def test_depth_is_used_where_length_alone_does_not_break() -> None:
    answer = found(-2.2)
    assert answer.stress == Stress(0.0, 3.0, 2.0)
    assert answer.low == 2.5
    assert math.isnan(answer.high)


def test_it_is_said_when_nothing_breaks_and_when_nothing_must() -> None:
    assert found(-9.0).verdict == "nothing in the range breaks it"
    assert found(5.0).verdict == "broken without stress"
    words = reverse_stress(small(), "bank.raroc < -900%", ["plain"], space=SPACE, store=Known())
    text = words.findings().sentences[0]
    assert "nothing in the range breaks it" in text
    assert "bust for 3 years from year 0 at depth 2" in text


def test_severity_is_the_probability_of_the_spell_under_the_fitted_chain() -> None:
    macro = small().macro
    factor = gamma(1.0 / macro.frailty_variance, scale=macro.frailty_variance)
    stay = math.exp(-1.0 / macro.regime["bust"].mean_years)
    odds = stay * factor.sf(1.5) / factor.sf(1.0)
    assert severity_rate(macro, "bust", 1.5) == pytest.approx(-math.log(odds))


def test_a_real_bust_costs_more_the_longer_it_lasts() -> None:
    scenario = small().with_values({"experiment.arrangements": ["plain"]})
    scenarios = [Stress(0.0, years, 2.0).on(scenario, "bust") for years in (0.0, 2.0, 4.0)]
    alive = []
    # Of 80 firms, three histories do not tell two years of bust apart; sixteen do by three errors.
    for frame in store().many(scenarios, range(16)):
        alive.append(frame.loc[frame["outcome"] == "firm.survival_5y_all", "value"].mean())
    assert alive[0] > alive[1] > alive[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bank.raroc", "must be written"),
        ("bank.raroc < much", "must end with a number"),
        ("bank.rarok < 1", 'did you mean "bank.raroc"'),
    ],
)
def test_a_condition_that_cannot_be_read_is_told(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        condition_of(text)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (StressRange(starts=(99.0,)), "below the horizon"),
        (StressRange(starts=(0.0,), depths=(0.5,)), "at least 1"),
        (StressRange(starts=(0.0,), longest=0.0), "at least one step"),
        (StressRange(starts=(0.0,), regime="bost"), 'did you mean "bust"'),
    ],
)
def test_a_range_that_cannot_be_searched_is_told(space: StressRange, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        found(0.0, space)


@pytest.mark.parametrize("text", ["bank.capital_ratio_low < 8", "bank.raroc < -20"])
def test_a_share_above_one_needs_its_sign(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"write -?[0-9]+% if that is meant"):
        condition_of(text)


def test_a_condition_and_its_arrangement_are_told_in_words() -> None:
    found = reverse_stress(small(), "bank.raroc < 90%", ["plain"], space=SPACE, store=Known())
    words = found.findings()
    assert words.sentences[0].startswith("Plain: bust for ")
    assert words.captions["mildest"].startswith("The mildest stress with RAROC < 90 %")
