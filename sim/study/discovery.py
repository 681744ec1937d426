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

from sim.outcomes.mark import Mark
from sim.scenario.model import Scenario
from sim.study.aims import OUTCOMES, Names, aims_of, marks_of, refused, together
from sim.study.assumed import chosen
from sim.study.cube import Cube, Floats, means, sides
from sim.study.design import Layout, design_points
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
from sim.study.ranges import Range, ranges_of
from sim.study.store import Store

Mask = NDArray[np.bool_]
OUTCOME = "bank.profit"
SEARCHED = 2.0 / 3.0
FEWEST = 5
"""Cases of interest below which no box is searched."""
LEVEL = 0.05


def discover(
    scenario: Scenario,
    outcome: str = OUTCOME,
    arrangements: Names | None = None,
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
    arrangements : str or iterable of str, optional
        All of the scenario but the baseline by default.
    vary : iterable of Range or str, optional
        Ranges, ``KEY=LOW:HIGH``; by default every number graded as an assumption.
    sample : Sample, optional
    store : Store, optional
        Runs that are known, and who is told of progress.

    Raises
    ------
    ScenarioError
        If a name, a range or the sample cannot be, before anything runs.
    """
    layout = laid_out(scenario, outcome, arrangements, vary, sample)
    cube, aims = layout.cube(store), layout.aims
    mark = marks_of(aims.outcomes)[aims.outcomes[0]]
    level = LEVEL / (2 * len(aims.arrangements))
    regions = [
        _region((head["arrangement"], side), layout.points, _signed(gaps, mark), level)
        for head, gaps in layout.differences(cube)
        for side in (LOSES, WINS)
    ]
    return Discovery(layout, tuple(regions), _worlds(cube, layout))


def laid_out(
    scenario: Scenario,
    outcomes: Names | None,
    arrangements: Names | None = None,
    vary: Iterable[Range | str] | None = None,
    sample: Sample | None = None,
) -> Layout:
    """Check what is asked for, and lay out the worlds; as in `discover`."""
    how = sample or Sample()
    aims, _, _ = together(
        lambda: aims_of(scenario, outcomes or OUTCOME, arrangements, 1),
        lambda: vary and ranges_of(scenario, vary),
        how.check,
    )
    if marks_of(aims.outcomes)[aims.outcomes[0]].better == "neither":
        cure = "choose one with a direction, such as bank.profit"
        raise refused(OUTCOMES, "must have a better direction", aims.outcomes[0], cure)
    known = chosen(aims.fitting(scenario), vary)
    points = design_points(known.ranges, "latin", how.points, how.seed)
    lean = aims.fitting(scenario)
    return Layout(lean, aims, known.ranges, points, how.replications, known.passed_over)


def _signed(differences: Floats, mark: Mark) -> Floats:
    """Differences in every world, positive where the arrangement is better."""
    return differences if mark.better == "higher" else -differences


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


def _worlds(cube: Cube, layout: Layout) -> pd.DataFrame:
    """Give every world with the differences and whether they are clear of zero."""
    frame = pd.DataFrame({"world": np.arange(len(layout.points)), **layout.axes()})
    for head, gaps in layout.differences(cube):
        frame[f"{head['arrangement']}: difference"] = means(gaps)[0]
        frame[f"{head['arrangement']}: clear of zero"] = sides(gaps)
    return frame
