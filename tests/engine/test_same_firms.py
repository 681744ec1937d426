"""The same firms: the baseline's borrowers, with the arrangement's own lines."""

import numpy as np

from sim.engine.equal_footing import mean_lines, with_lines
from sim.experiment.simulate import worlds
from tests.studies.small import small


def book_of(footing: str, name: str) -> np.ndarray:
    scenario = small().with_values({"experiment.footing": footing})
    rows = [w.book.rows.copy() for w in worlds(scenario, 0) if w.name == name]
    return rows[0][rows[0]["date"] > 0.0]


def test_the_baselines_borrowers_get_the_arrangements_lines() -> None:
    plain, own = (book_of("as_offered", name) for name in ("plain", "common_growth"))
    imposed = book_of("equal_firms", "common_growth")
    assert set(imposed["firm"]) <= set(plain["firm"])
    lines, wanted = mean_lines(imposed, 80), mean_lines(own, 80)
    both = np.isfinite(lines) & np.isfinite(wanted)
    assert both.sum() > 5
    # a firm that dies earlier here misses some of its baseline's contracts
    close = np.isclose(lines[both], wanted[both], rtol=1e-9)
    assert close.mean() > 0.5
    assert not np.allclose(wanted[both], mean_lines(plain, 80)[both])


def test_decisions_of_the_baseline_stay_as_they_are() -> None:
    terms = np.array([(0, 2.0), (1, 4.0)], dtype=[("firm", "i8"), ("limit", "f8")])
    decisions = [("sign", 0.5, np.array([0, 1]), terms), ("cut", 1.0, None, None)]
    changed = with_lines(decisions, np.array([3.0, 0.5]))
    assert changed[0][3]["limit"].tolist() == [6.0, 2.0]
    assert terms["limit"].tolist() == [2.0, 4.0]
    assert changed[1] == decisions[1]
