"""Scenario discovery: in which worlds an arrangement loses, and in which it wins.

A Latin hypercube moves all assumed numbers at once. In each of these worlds the
arrangement is worse than the baseline, or better, by the mean difference over
replications. Boxes are searched on two thirds of the worlds and checked on the last third,
which had no part in the search: what holds up there is found, the rest is said to be
chance.

References
----------
Bryant and Lempert 2010; Lempert, Groves, Popper and Bankes 2006 for the method.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from sim.base.errors import StudyError
from sim.outcomes.mark import Mark
from sim.scenario.model import Scenario
from sim.study.aims import Aims, aims_of, marks_of
from sim.study.assumed import assumptions
from sim.study.cube import Cube, means
from sim.study.design import design_points
from sim.study.discovery_result import (
    CHANCE,
    FOUND,
    LOSES,
    NONE,
    WINS,
    Discovery,
    Region,
    Sample,
)
from sim.study.prim import Box, Quality, best_box, by_chance, quality
from sim.study.ranges import Range, as_range, check_ranges
from sim.study.signs import sides
from sim.study.store import Store
from sim.study.sweep import scenarios_at

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
SEARCHED = 2.0 / 3.0
FEWEST = 5
"""Cases of interest below which no box is searched."""
LEVEL = 0.05


def discover(
    scenario: Scenario,
    outcome: str = "bank.profit",
    arrangements: Iterable[str] | None = None,
    vary: Iterable[Range | str] | None = None,
    sample: Sample | None = None,
    store: Store | None = None,
) -> Discovery:
    """Find the worlds in which arrangements are worse, and better, than the baseline.

    Parameters
    ----------
    scenario : Scenario
    outcome : str
        It must have a better direction.
    arrangements : iterable of str, optional
        All of the scenario but the baseline by default.
    vary : iterable of Range or str, optional
        Ranges, ``KEY=LOW:HIGH``; by default every number graded as an assumption.
    sample : Sample, optional
    store : Store, optional
        Runs that are known, and who is told of progress.

    Returns
    -------
    Discovery

    Raises
    ------
    ScenarioError, StudyError
        If a name, a range or the sample cannot be, before anything runs.
    """
    sample = sample or Sample()
    aims, ranges, passed = prepared(scenario, outcome, arrangements, vary)
    sample.check()
    points = design_points(ranges, "latin", sample.worlds, sample.seed)
    scenarios = scenarios_at(aims.fitting(scenario), ranges, points)
    cube = (store or Store()).cube(scenarios, range(sample.replications))
    mark = marks_of([outcome])[outcome]
    level = LEVEL / (2 * len(aims.arrangements))
    regions = [
        _region((one, side), points, _signed(cube, aims, one, mark), level)
        for one in aims.arrangements
        for side in (LOSES, WINS)
    ]
    worlds = _worlds(cube, aims, ranges, points)
    return Discovery(aims, ranges, tuple(regions), worlds, passed, sample)


def prepared(
    scenario: Scenario,
    outcome: str,
    arrangements: Iterable[str] | None = None,
    vary: Iterable[Range | str] | None = None,
) -> tuple[Aims, tuple[Range, ...], tuple[tuple[str, str], ...]]:
    """Check what is asked and find the ranges; as in `discover`."""
    aims = aims_of(scenario, [outcome], arrangements)
    if marks_of([outcome])[outcome].better == "neither":
        cure = "choose one with a direction, such as bank.profit"
        raise StudyError(outcome, "has no better direction", cure)
    if vary is not None:
        ranges = tuple(as_range(one) for one in vary)
        check_ranges(scenario, ranges)
        return aims, ranges, ()
    known = assumptions(aims.fitting(scenario))
    if not known.ranges:
        raise StudyError("sources", "grade no number as an assumption", "give ranges: --vary")
    return aims, known.ranges, known.passed_over


def _signed(cube: Cube, aims: Aims, arrangement: str, mark: Mark) -> Floats:
    """Differences in every world, positive where the arrangement is better."""
    values = cube.differences(arrangement, aims.baseline, mark.name)
    return values if mark.better == "higher" else -values


def _region(which: tuple[str, str], points: Floats, signed: Floats, level: float) -> Region:
    """Search one box on two thirds of the worlds, and check it on the rest."""
    arrangement, side = which
    own = -signed if side == LOSES else signed
    mean = means(own)[0]
    known = np.isfinite(mean)
    points, cases = points[known], mean[known] > 0.0
    cut = int(SEARCHED * cases.size)
    first, last = slice(0, cut), slice(cut, None)
    enough = FEWEST <= cases[first].sum() <= cut - FEWEST
    box = best_box(points[first], cases[first]) if enough else Box.whole(points.shape[1])
    searched = quality(box, points[first], cases[first])
    checked = quality(box, points[last], cases[last])
    chance = {axis: by_chance(box, axis, points[first], cases[first]) for axis in box.limited()}
    verdict = NONE
    if chance:
        verdict = FOUND if _p_value(checked) < level else CHANCE
    clear = int((sides(own) > 0).sum())
    return Region(arrangement, side, box, searched, checked, chance, verdict, clear)


def _p_value(found: Quality) -> float:
    """Probability of so many cases in a box that tells nothing; 1 in an empty box."""
    if not found.inside:
        return 1.0
    return float(binom.sf(found.caught - 1, found.inside, found.base))


def _worlds(cube: Cube, aims: Aims, ranges: Iterable[Range], points: Floats) -> pd.DataFrame:
    """Give every world with the differences and whether they are clear of zero."""
    frame = pd.DataFrame(points, columns=[one.label for one in ranges])
    for name in aims.arrangements:
        differences = cube.differences(name, aims.baseline, aims.outcomes[0])
        frame[f"{name}: difference"] = means(differences)[0]
        frame[f"{name}: clear of zero"] = sides(differences)
    frame.insert(0, "world", np.arange(len(frame)))
    return frame
