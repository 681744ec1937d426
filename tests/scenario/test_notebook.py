"""A scenario gives its values by dotted key, completes keys and shows itself."""

import pytest

from sim.base.errors import ScenarioError
from tests.house.small import shipped


def test_every_completed_key_has_a_value() -> None:
    scenario = shipped()
    keys = scenario._ipython_key_completions_()
    assert "arrangement.revenue_swap.upside.coverage" in keys
    for key in keys:
        assert scenario[key] is not None
    assert scenario["experiment.seed"] == scenario.experiment.seed
    assert scenario["lifecycle.progress_hazard[1]"] == scenario.lifecycle.progress_hazard[1]
    assert scenario["experiment"] == scenario.experiment


@pytest.mark.parametrize(
    ("key", "cure"),
    [
        ("experiment.sed", 'did you mean "experiment.seed"'),
        ("lifecycle.progress_hazard[9]", "did you mean"),
        ("experiment.seed.more", "did you mean"),
        ("a b", "for example experiment.replications"),
    ],
)
def test_a_key_that_is_not_there_is_told_with_the_nearest(key: str, cure: str) -> None:
    with pytest.raises(ScenarioError, match="is no key of this scenario") as told:
        shipped()[key]
    assert cure in str(told.value)


def test_a_scenario_shows_what_it_compares() -> None:
    text = shipped().with_values({"title": "a <b> & c"})._repr_html_()
    assert "<b>a &lt;b&gt; &amp; c</b>" in text
    assert "<th>Firms</th><td>2500</td>" in text
    assert "Revenue swap" in text
