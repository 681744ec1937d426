"""Ceilings of finance: which worlds are run, what part of a ceiling an effect reaches, words."""

import re

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.base.language import language, tr
from sim.scenario.scenario import Scenario
from sim.studies.ceilings import CEILINGS, LINES, LIQUID, Ceilings, ceilings, worlds_of
from tests.studies.planted import Planted, common_noise, scenario

SURVIVAL, CLOSURES = "firm.survival_5y", "firm.liquidity_closures"


def gain(s: Scenario, arrangement: str) -> float:
    """What a planted world does for survival."""
    if s.dated:
        return 0.02 if "underwriting.everybody_served" in s.dated else 0.1
    return {"plain": 0.0, "consortium": 0.005, "revenue_swap": -0.001}[arrangement]


def survival(s: Scenario, replication: int, arrangement: str) -> float:
    return 0.7 + 0.02 * common_noise(replication) + gain(s, arrangement)


def planted(**rules: object) -> Planted:
    """Survival and closings follow from planted effects; what is not given is undefined."""
    undefined = {"firm__survival_10y": lambda *_: np.nan}
    known = {
        "firm__survival_5y": survival,
        "firm__liquidity_closures": lambda s, n, a: 0.5 - gain(s, a),
    }
    return Planted(**(undefined | known | rules))


def found() -> Ceilings:
    return ceilings(scenario(), store=planted())


def test_ceilings_are_those_of_the_baseline_with_the_past_of_the_run() -> None:
    arms, *most = worlds_of(scenario())
    assert arms.experiment.arrangements == ("plain", "consortium", "revenue_swap")
    keys = ["underwriting.everybody_served", "cash.everybody_liquid"]
    for key, world in zip(keys, most, strict=True):
        assert world.experiment.arrangements == ("plain",)
        assert {k: [(s.years, s.value) for s in steps] for k, steps in world.dated.items()} == {
            key: [(0.0, True)]
        }
        bare = world.model_copy(update={"dated": {}})
        assert bare == arms.with_values({"experiment.arrangements": ("plain",)})
    with pytest.raises(ScenarioError):
        worlds_of(scenario().with_values({"experiment.replications": 1}))


def test_a_part_of_a_ceiling_is_one_effect_over_the_other_whichever_way_is_better() -> None:
    table = found().table.set_index(["outcome", "arrangement"])["difference"]
    assert table[SURVIVAL, "consortium"] == pytest.approx(0.005)
    assert table[SURVIVAL, LINES] == pytest.approx(0.02)
    assert table[CLOSURES, LIQUID] == pytest.approx(-0.1)
    reached = found().reached.set_index(["outcome", "arrangement", "ceiling"])["value"]
    for outcome in (SURVIVAL, CLOSURES):
        part = reached[outcome]
        assert part["consortium", "everybody has a line"] == pytest.approx(0.25)
        assert part["consortium", "everybody is liquid"] == pytest.approx(0.05)
        assert part["revenue_swap", "everybody is liquid"] == pytest.approx(-0.01)


def test_the_interval_of_a_part_is_that_of_a_ratio_of_paired_means() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(1000):
        most = 0.1 + 0.02 * rng.normal(size=40)
        own = 0.2 * most + 0.004 * rng.normal(size=40)
        effects = {SURVIVAL: {"one": own, LINES: most, LIQUID: most}}
        row = Ceilings(("one",), effects).reached.iloc[0]
        covered += row["low"] <= 0.2 <= row["high"]
    # Four standard errors of a share of 1,000, and what linearization leaves with 40.
    assert abs(covered / 1000.0 - 0.95) < 4.0 * np.sqrt(0.95 * 0.05 / 1000.0) + 0.01


def test_no_part_is_told_of_a_ceiling_that_is_not_told_from_zero() -> None:
    noise = np.random.default_rng(1).normal(size=20)
    effects = {SURVIVAL: {"one": 0.01 + 0.001 * noise, LINES: noise - noise.mean(),
                          LIQUID: 0.1 + 0.01 * noise}}  # fmt: skip
    one = Ceilings(("one",), effects)
    assert one.reached["ceiling"].tolist() == ["everybody is liquid"]
    told = list(one.sentences())[-1]
    assert told.startswith("One: +1.0")
    assert "what is gained where everybody has a line is not told from zero; 10" in told
    assert told.endswith("of what is gained where everybody is liquid.")


def test_one_sentence_tells_the_ceilings_and_one_each_arrangement() -> None:
    first, *others = found().sentences()
    assert first.startswith("Alive after five years: +2.00 pp")
    assert "everybody has a line, and +10.0" in first
    assert [one.split(":")[0] for one in others] == ["Consortium", "Revenue swap"]
    assert found().findings().tables["ceilings"]["arrangement"].tolist()[:4] == [
        "consortium", "revenue_swap", *CEILINGS
    ]  # fmt: skip


def test_a_page_in_chinese_tells_it_in_chinese() -> None:
    with language("zh"):
        findings = found().findings()
        told = [*findings.sentences, *map(tr, [findings.title, *findings.captions.values()])]
    assert not any(re.search("[A-Za-z]{3,}", text) for text in told), told


def test_an_outcome_that_is_undefined_is_left_out() -> None:
    assert list(found().effects) == [SURVIVAL, CLOSURES]
    nothing = dict.fromkeys(("firm__survival_5y", "firm__liquidity_closures"), lambda *_: np.nan)
    (sentence,) = ceilings(scenario(), store=planted(**nothing)).findings().sentences
    assert sentence.startswith("No outcome of survival is defined")
