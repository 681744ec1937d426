"""Levels and differences of the outcomes of a study, one column each, averaged over luck."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.study.aims import Aims
from sim.study.cube import Cube, Floats, means

LEVEL, DIFFERENCE = "level", "difference"


@dataclass(frozen=True, eq=False)
class Response:
    """One number at every point of a design.

    Parameters
    ----------
    outcome, arrangement : str
    kind : {"level", "difference"}
        Under the arrangement, or less the baseline of the same point.
    values, errors : arrays, shape (n_points,)
        Mean over replications and its standard error; nan where undefined.
    """

    outcome: str
    arrangement: str
    kind: str
    values: Floats
    errors: Floats

    @property
    def is_defined(self) -> bool:
        """Whether it has a value at every point."""
        return bool(np.isfinite(self.values).all())

    @property
    def varies(self) -> bool:
        """Whether it differs between points by more than rounding."""
        known = self.values[np.isfinite(self.values)]
        size = np.abs(known).max(initial=0.0)
        return bool(np.ptp(known) > 1e-12 * size) if known.size else False


def responses(cube: Cube, aims: Aims) -> Iterator[Response]:
    """Levels of all arrangements and differences from the baseline, outcome by outcome."""
    for outcome in aims.outcomes:
        for arm in (aims.baseline, *aims.arrangements):
            mean, error, _ = means(cube.levels(arm, outcome))
            yield Response(outcome, arm, LEVEL, mean, error)
        for arm in aims.arrangements:
            mean, error, _ = means(cube.differences(arm, aims.baseline, outcome))
            yield Response(outcome, arm, DIFFERENCE, mean, error)
